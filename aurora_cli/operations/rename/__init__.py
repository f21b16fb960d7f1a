"""Another name for a running cluster: in AWS, in Terraform state, on disk."""
