"""What RDS refuses in a call before it looks at anything else.

values.py    a member alone: ranges, choices and forms, by the member's name
together.py  members that go together, with what the cluster or instance already has
tags.py      tags of any resource
call.py      a call, with the resource that it changes
check.py     holds a call against all of them

What follows from a resource's state or from another resource is checked by the action itself. Codes are those of botocore's
model. Texts are AWS's, from public reports of its errors, where there is one; the others say the constraint of the API reference.
"""
