"""Other data in the place of a running cluster, and the way back."""
