"""A test for each thing that hurts with other tools (docs/reference/pain-points.md), by its number; some are elsewhere."""
