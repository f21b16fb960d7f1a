"""A plan as data."""
