"""Whole corpora: published ones, runs, and the canonical tables that both become.

`opening` reads any of them as dialogues, one at a time; `tables` is the shape on disk that loses
nothing; `importing` and `converting` are what the commands call.
"""
