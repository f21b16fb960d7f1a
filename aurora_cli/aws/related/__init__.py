"""What belongs to a cluster in other services: keys, secrets, logs, proxies, quotas."""
