"""What Terraform and AWS say when something fails, in one sentence with the way out."""
