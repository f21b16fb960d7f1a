"""Create, apply, plan, render, clone and restore; the reset of the sandbox."""
