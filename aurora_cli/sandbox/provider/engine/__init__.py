"""Converts Terraform's values to AWS calls and back: plans, requests, responses, waits, retries."""
