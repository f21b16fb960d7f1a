"""The genuine provider as a measure of ours: edits that both plan, values that both refuse, and examples that both build.

`tools/calibrate.py` asks the genuine provider, which is no part of the project; what it answered to edits and values is recorded
in `tests/fixtures/genuine_provider.json`, which the unit tests read.
"""
