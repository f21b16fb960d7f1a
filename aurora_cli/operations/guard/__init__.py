"""What a plan would lose, restart, fail over or expose, and which of it stops the run."""
