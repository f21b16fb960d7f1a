"""Snapshots, and what a new cluster can be restored from."""
