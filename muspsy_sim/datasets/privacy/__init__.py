"""Masking who a dialogue is about, and attacking what was made of it.

`masking` puts placeholders in; `attributes` says what there is to find; `attacks` looks for it in a
reconstruction; `checking` does all of it for a corpus, with baselines and intervals.
"""
