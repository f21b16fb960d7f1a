"""The state as data, and changes of it."""
