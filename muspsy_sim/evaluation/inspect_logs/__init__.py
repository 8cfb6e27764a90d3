"""Recorded episodes as evaluation logs that Inspect AI reads and its viewer shows.

`inspect_ai` is imported inside functions or in modules that only those import: nothing here is
needed to load the command line.
"""
