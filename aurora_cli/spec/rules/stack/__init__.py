"""Rules about names, tags, the state backend and other services."""
