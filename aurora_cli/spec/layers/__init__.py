"""One layer for each source of values, and how they are merged."""
