"""The offline writer, role players and labeller of corpora.

A session that a recipe has written at once is played here by the offline client and the offline
counselor, each from a view of its own, over what the recipe's view tells of the client.
"""
