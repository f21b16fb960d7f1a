"""From layers to one complete, checked spec."""
