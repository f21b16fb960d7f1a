"""The sandbox's Terraform provider: `hashicorp/aws` 6.62.0 in looks, calls to a local emulator underneath.

`protocol/` speaks Terraform's plugin protocol, `engine/` turns plans into API calls over botocore's service models,
`resources/` says per resource type which calls, `data_sources/` does the same for data sources, `data/` holds the genuine schema.
"""
