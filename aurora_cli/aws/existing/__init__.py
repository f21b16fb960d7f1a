"""Whether AWS has a resource that a Terraform plan would create, and the id under which Terraform imports it."""
