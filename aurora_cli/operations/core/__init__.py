"""What every operation shares: the request, options and results, the stored spec, instance keys, the history."""
