"""What is shown before a change is approved."""
