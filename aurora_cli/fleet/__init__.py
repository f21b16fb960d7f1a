"""A folder of specs, and what `fleet.yaml` in it says of all of them.

fleet_file.py   the keys of `fleet.yaml`
inherited.py    the layers that a spec file has below it, its labels and its account
files.py        the spec files of a folder
members.py      the specs of folders, each resolved
fleet_check.py  what is wrong with a `fleet.yaml` only beside its specs
selection.py    which specs a command is about
where.py        values that must match, and in paths.py which there are
policies.py     assertions on specs, and in expressions.py what they may ask for
rollout.py      waves, limits and freezes
"""
