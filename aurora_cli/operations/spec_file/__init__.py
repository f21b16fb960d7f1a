"""The spec file and the stored spec: what a file leaves as it is, which of its lines differ, and what it would undo.

A file that is applied counts for what it names. A value that it does not name and that a command has changed since stays as the
cluster has it; every other value is that of the preset or the default. A file that names the value from before a command's change
would undo it.
"""
