"""Blue/green deployments: a copy of the cluster that follows it, tried out, and then given its names.

blockers.py                            what AWS, or the state, does not go along with
target.py, groups.py                   the spec of the green cluster, and its parameter groups
create.py, switchover.py, cleanup.py   the operations in steps; state_repair.py is the end of the switchover
report.py, active.py                what there is, and what it keeps other commands from
"""
