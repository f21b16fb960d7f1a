"""What is done to a running cluster: failover, reboot, stop and start, certificates, passwords, snapshots, Regions."""
