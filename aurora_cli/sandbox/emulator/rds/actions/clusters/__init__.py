"""The actions on DB clusters, replicas, global clusters and blue/green deployments."""
