"""What is shown while an operation runs."""
