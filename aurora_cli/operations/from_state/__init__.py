"""What the Terraform state of another configuration says of a cluster, and how that configuration lets go of it."""
