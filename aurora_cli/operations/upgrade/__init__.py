"""A newer engine version, minor or major, in every Region of a global database."""
