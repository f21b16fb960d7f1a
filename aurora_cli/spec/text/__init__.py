"""A spec as text: YAML in and out, its JSON Schema and its reference."""
