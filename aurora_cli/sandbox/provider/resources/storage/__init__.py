"""Stored objects, secrets and parameters: S3, Secrets Manager, Systems Manager."""
