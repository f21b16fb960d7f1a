"""What follows from a spec: instances, Regions, subnets."""
