"""Which nodes run, in which order: the LangGraph builders.

The arms themselves lie in the top-level folder `graphs/`; this package wires, checks and compiles
them.
"""
