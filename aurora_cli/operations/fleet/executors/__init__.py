"""Who runs the commands of a fleet: processes here, or the workers of a cluster."""
