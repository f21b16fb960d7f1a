"""Commands for copies and earlier states of the data, and for operations that were interrupted."""
