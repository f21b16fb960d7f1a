"""Bringing an existing cluster under management, in parts."""
