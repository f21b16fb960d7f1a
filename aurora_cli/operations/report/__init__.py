"""What is said of a cluster afterwards, as AWS reports it."""
