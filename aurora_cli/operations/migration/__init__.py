"""Moves: from RDS and from Serverless v1 into a cluster of ours, and between provisioned and serverless instances."""
