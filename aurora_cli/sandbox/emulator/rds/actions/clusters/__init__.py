"""The calls on clusters, and on what clusters form: replicas, global clusters, blue/green deployments."""
