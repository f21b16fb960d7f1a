"""Terraform's `-json` messages, and what they come to."""
