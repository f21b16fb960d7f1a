"""Connecting to the database of a cluster."""
