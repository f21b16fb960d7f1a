"""What is shown when a command is done."""
