"""What a corpus is like, in numbers that another corpus can be set beside.

`sampling` takes equal samples, `lexical`, `shape` and `labels` measure them, `comparing` puts
several corpora side by side with intervals.
"""
