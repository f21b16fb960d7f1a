"""Facts about AWS: packaged tables, and what follows from them."""
