"""The values that the templates need, a file for each part of the cluster."""
