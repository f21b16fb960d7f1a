"""From RDS and from Serverless v1 into Aurora, and between provisioned and serverless instances."""
