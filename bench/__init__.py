"""`letsconnect bench`: how fast and how large the real steps are, beside a reference measured in the same run.

`runner.py` makes a folder and a child process for one bench and removes both; `child.py` is that process. What is
measured is in `deliver.py`, `plan.py`, `imports.py` and `inbox.py`; how, in `measure.py`; on what, in `home.py`.
What the figures mean: docs/performance.md. Nothing here judges a figure: speeds are for people to compare.
"""
