"""One command on many clusters.

places.py     where the specs of a run were, and where they are now
rollout/      a command in waves: plans that are applied, and campaigns
executor.py   who runs the commands: four calls, so that another one can take the place of processes on this machine
processes.py  processes on this machine
runs.py       what a run has done so far, on disk
each.py       a command on each cluster, with what it answers
plan.py       the plans of all, by risk
inventory.py  what each cluster is now
drift.py      what was changed outside Terraform
page.py       what the HTML page shows
view.py       plans and drift as JUnit, plans as Markdown
"""
