"""A folder of specs, and what `fleet.yaml` in it says of all of them.

fleet_file.py   the keys of `fleet.yaml`
inherited.py    the layers that a spec file has below it, its labels and its account
members.py      the spec files of folders, each resolved
selection.py    which of them a command is about
policies.py     assertions on specs
"""
