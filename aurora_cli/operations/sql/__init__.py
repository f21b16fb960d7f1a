"""SQL on a cluster: its clients `psql` and `mysql`, and statements over the Data API or a connection of our own."""
