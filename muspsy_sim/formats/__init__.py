"""The field's file formats, in and out.

Each module reads or writes one published format (MusPsy, Cactus, alpaca, messages, Parquet) and
knows nothing of agents, graphs or runs.
"""
