"""The sandbox's Terraform provider: the schema of `hashicorp/aws` 6.62.0, with calls to a local emulator.

`protocol/` implements Terraform's plugin protocol, `api/` calls AWS with botocore's service models, `engine/` converts plans
to calls, `resources/` defines the resource types, `data_sources/` the data sources; each imports only those before it.
`data/` holds the schema of the genuine provider, and facts that it lacks.
"""
