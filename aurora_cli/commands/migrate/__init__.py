"""Commands that bring existing databases to Aurora or under management."""
