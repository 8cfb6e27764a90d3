"""How fast this is, measured here: each benchmark beside a rival that it is held to in one run.

An absolute time says more about a machine than about a program, so a limit is always a ratio of two
things measured in the same process or run. A benchmark is one module with one function; its line in
`catalogue.py` makes it a part of `muspsy bench` and of docs/performance.md.
"""
