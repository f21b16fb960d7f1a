"""A live cluster as the APIs report it."""
