"""Networking with EC2 and Route 53: VPCs, addresses, routes, security groups, records."""
