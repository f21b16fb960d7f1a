"""Commands that create, describe and delete a cluster."""
