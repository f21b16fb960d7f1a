"""Another name for a cluster that runs: in AWS, in Terraform's state, on disk."""
