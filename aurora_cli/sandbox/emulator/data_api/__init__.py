"""The RDS Data API (`rds-data`) of clusters that have a server.

`service` takes a request, `logins` finds the cluster and the user of the secret, `sessions` connects and keeps transactions,
`statements` runs SQL, `values` and `metadata` are what a result is in JSON.

Sources: RDS Data Service API reference (2018-08-01); Aurora User Guide, "Using the Amazon RDS Data API", its pages on calling it,
on troubleshooting and on JSON results; messages as published by users of the API.
"""
