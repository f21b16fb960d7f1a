"""What a configuration is refused for before it is planned: arguments beside each other, and single values."""
