"""One run of Terraform: its process, its folder, how it ended."""
