"""One command on many clusters.

executor.py   who runs the commands: four calls, so that another one can take the place of processes on this machine
processes.py  processes on this machine
runs.py       what a run has done so far, on disk
each.py       a command on each cluster, with what it answers
plan.py       the plans of all, by risk
view.py       that report as JUnit and as Markdown
inventory.py  what each cluster is now
"""
