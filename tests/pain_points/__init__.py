"""A test for each thing that hurts with other tools (docs/pain-points.md), by its number; some are beside their operation."""
