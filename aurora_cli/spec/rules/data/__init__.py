"""Rules about where the data comes from and where copies are."""
