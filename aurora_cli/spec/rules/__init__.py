"""Rules that AWS has for a cluster and that the shape of the file cannot express; `all.py` holds a spec against them."""
