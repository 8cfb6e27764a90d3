"""Pages and plots drawn from recorded runs.

A report is derived: it can be deleted and made again.
"""
