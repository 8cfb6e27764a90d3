"""Who the clients are: from case reports and published material to profiles.

The content itself lies in the top-level folder `personas/`; this package reads, checks and imports
it.
"""
