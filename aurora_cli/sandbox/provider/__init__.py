"""The sandbox's Terraform provider: `hashicorp/aws` 6.62.0 in looks, calls to a local emulator underneath.

`protocol/` speaks Terraform's plugin protocol, `api/` calls AWS over botocore's service models, `engine/` turns plans into calls,
`resources/` says per resource type which ones, `data_sources/` the same for data sources; each imports only those before it.
`data/` holds the genuine schema and what it does not say.
"""
