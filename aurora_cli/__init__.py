"""aurora-cli: an Amazon Aurora cluster from one command, on plain Terraform."""

__version__ = "0.1.0"
