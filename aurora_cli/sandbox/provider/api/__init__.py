"""AWS calls with botocore's service models, serializers, parsers and signer, without its client classes.

Terraform starts a provider process several times per command, and botocore's clients cost a third more CPU time in each one: they
are created per service and Region, and resolve an endpoint for each call. The models are cached without their documentation.
"""
