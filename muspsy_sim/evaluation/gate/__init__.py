"""The validity gate: a good counselor must help these clients, a poor one not, and it must show.

What it runs is in `courses`, what it asks of the results in `conditions` (pure), and what it says
in `verdict`. Nothing here claims clinical validity.
"""
