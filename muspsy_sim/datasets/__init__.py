"""From recorded episodes to data sets: export, audit and corpus measures.

Everything here is derived from episodes; nothing here changes them.
"""
