"""Rules about instances, their capacity and custom endpoints."""
