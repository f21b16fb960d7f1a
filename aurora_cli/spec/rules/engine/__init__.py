"""Rules about engine versions, features, parameters and storage."""
