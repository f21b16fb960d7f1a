"""The resources: moto's, with the values that RDS returns, and their tables. Does not import the backend."""
