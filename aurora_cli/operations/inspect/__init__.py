"""What there is: clusters, status, connection, drift, engines; and the wait for a condition."""
