"""Plain values of the YAML file: scalars, quantities, windows; no model."""
