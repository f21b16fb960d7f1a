"""Commands about this machine and this program."""
