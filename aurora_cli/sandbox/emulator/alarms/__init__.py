"""CloudWatch alarms, and the autoscaling of readers that follows them.

evaluation.py       the state of an alarm, from its datapoints
datapoints.py       the datapoints of a metric: of the servers, and those of PutMetricData
states.py           the states of all alarms, and their notifications
target_tracking.py  the alarms of a target tracking policy, and the number of readers that it asks for
readers.py          adds and removes readers
"""
