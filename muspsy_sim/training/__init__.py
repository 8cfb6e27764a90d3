"""Fine-tuning a counselor on what was recorded.

Heavy libraries are imported inside the functions that need them.
"""
