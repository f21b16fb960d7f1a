"""Rules about keys, passwords and protection."""
