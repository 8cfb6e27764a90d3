"""The validity gate: does a good counselor help these clients, a poor one not, and does it show?

What it runs is in `courses`, what it asks of the results in `conditions` (pure), and what it says
in `verdict`. Nothing here claims clinical validity.
"""
