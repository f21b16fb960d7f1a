"""A test for each thing that hurts with other tools (docs/pain-points.md), its number in its name; some are beside their operation."""
