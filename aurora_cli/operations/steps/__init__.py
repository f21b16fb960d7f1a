"""Operations on a live cluster as sequences of small, named steps that survive a crash.

`step.py` says what an operation is, `ground.py` what its steps work with, `engine.py` carries it out.
"""
