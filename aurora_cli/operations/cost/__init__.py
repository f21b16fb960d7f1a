"""What clusters cost: what is paid for, by spec and by AWS, one line for plans and `status`, and the price table."""
