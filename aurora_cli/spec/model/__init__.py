"""The shape of the YAML file: `cluster.py` is the whole, the others are its sections."""
