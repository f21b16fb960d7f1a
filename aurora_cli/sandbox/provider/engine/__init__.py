"""From Terraform's values to AWS calls and back: planning, requests, answers, waits, retries."""
