"""Rules about monitoring, logs and activity streams."""
