"""Making corpora in each published system's way, on one model, one set of clients and one journal.

A `way` is a graph of nodes and the prompts they ask; a recipe of `runs/corpora/` names one, its
clients and its models. `engine` runs what is owed, `finishing` writes tables and manifest.
"""
