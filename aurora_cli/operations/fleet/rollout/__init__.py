"""A command on each cluster of a fleet that changes it, in waves: `fleet apply`."""
