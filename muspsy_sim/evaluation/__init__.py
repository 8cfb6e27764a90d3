"""Instruments, judges, statistics and validity checks over recorded episodes.

A value that was not measured is `None` with its reason, never a number.
"""
