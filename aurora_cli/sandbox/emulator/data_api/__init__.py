"""The RDS Data API (`rds-data`) of clusters that have a server.

`service` takes a request, `logins` finds the cluster and the user of the secret, `sessions` keeps transactions, `connections` are
those of each engine. Of PostgreSQL `statements` runs SQL, `types`, `values` and `metadata` are what a result is in JSON; of MySQL
`mysql` and `mysql_types` are. `limits` hold for both.

Sources: RDS Data Service API reference (2018-08-01); Aurora User Guide, "Using the Amazon RDS Data API", its pages on calling it,
on troubleshooting and on JSON results; messages as published by users of the API.
"""
