"""What the commands share: options, the session, output, progress, questions."""
