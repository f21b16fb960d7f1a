"""A diagram of a cluster in each of its forms. All text in it may be hostile: each form escapes it."""
