"""What people call resources, attributes and statuses."""
