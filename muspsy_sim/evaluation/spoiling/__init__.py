"""Good transcripts spoiled on purpose, one way at a time, to see whether a judge notices."""
