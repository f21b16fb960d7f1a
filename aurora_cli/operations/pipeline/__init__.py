"""The way of every change, from what was asked for to the report.

    SpecRequest, ScaleRequest, ...    what the user asked for (commands/)
      -> OperationContext, Draft      the stack under its lock, the live cluster, Terraform, the journal
      -> plan                         render, `terraform init`, `terraform plan -out`, read as data; tainted survivors are kept
      -> review                       what the plan loses, restarts or exposes (guard/), beside it quotas and what AWS offers
                                      (preflight/), and the question; refused, declined or approved
      -> steps                        each noted in the journal before and after; Terraform applies the plan that was approved,
                                      and never what was not in it
      -> fix_provider_gaps            what the provider leaves undone, looked at in AWS
      -> report                       endpoints and roles as AWS reports them afterwards

change.py    create and apply: one step, Terraform's apply of that very plan (draft.py, proposal.py, apply.py)
engine.py    operations in steps (step.py is the interface): scale, failover, upgrade, rename, blue/green, ...
review.py    builds the review and asks, for both
context.py   what steps work with; journal.py what survives a crash; recovery.py follows a Terraform that outlived its command

A crash at any moment leaves a stack that the next run understands: the spec, the record and the journal are written before what
they describe, Terraform's state by Terraform itself.
"""
