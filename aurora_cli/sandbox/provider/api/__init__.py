"""AWS calls over botocore's service models, serializers, parsers and signer, without its client classes.

A botocore client for EC2 takes a third of a second to build; Terraform starts a provider process several times for one
command. So the models are kept without their documentation in a cache folder, and one small function does a call.
"""
