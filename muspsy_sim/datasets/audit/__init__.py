"""What is wrong with a corpus: rules over dialogues, courses and whole corpora, and their findings.

`auditing` reads a corpus once and asks every rule; each rule has a module of its own kind:
`turns`, `courses`, `training`, `corpus`. `repairing` mends what the data itself proves.
"""
