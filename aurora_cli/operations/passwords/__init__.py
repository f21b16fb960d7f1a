"""The master password: given, generated for a global database, rotated by AWS."""
