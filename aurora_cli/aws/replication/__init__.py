"""Global databases, and how far a replica is behind."""
