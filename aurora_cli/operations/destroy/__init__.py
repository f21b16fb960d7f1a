"""A cluster and what was made for it, in the order that AWS needs, with a final snapshot."""
