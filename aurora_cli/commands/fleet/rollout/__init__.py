"""`aurora-cli fleet apply` and what takes up, ends or lists its runs: parsing and printing."""
