"""Asked of AWS before anything runs: what can be ordered, quotas, the versions an upgrade may go to."""
