"""Identity and keys: IAM and KMS."""
