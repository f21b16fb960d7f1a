"""Engine versions, upgrades and what they need."""
