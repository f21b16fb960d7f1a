"""RDS and Aurora: clusters, instances, groups, proxies, snapshots, events."""
