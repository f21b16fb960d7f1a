"""Readers, instance classes and capacity, one instance at a time with the writer last."""
