"""The offline annotator: a case report read by its headings and cues, nothing understood.

It quotes what it takes, letter for letter, and leaves out what it cannot put in the client's own
words by rule. It exists to try and test; a model draws a richer profile from the same report.
"""
