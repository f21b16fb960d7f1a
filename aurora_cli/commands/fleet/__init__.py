"""Commands on a folder of specs."""
