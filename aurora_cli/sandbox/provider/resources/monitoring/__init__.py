"""Monitoring: CloudWatch, CloudWatch Logs, SNS, Application Auto Scaling."""
