"""Monitoring and what answers to it: CloudWatch, its logs, SNS, Application Auto Scaling."""
