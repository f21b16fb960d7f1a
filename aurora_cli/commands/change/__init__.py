"""Commands that change a running cluster."""
