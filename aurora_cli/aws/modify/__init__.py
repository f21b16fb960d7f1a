"""Calls that change a cluster."""
