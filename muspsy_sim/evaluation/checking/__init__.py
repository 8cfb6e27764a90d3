"""Judges put to the test: whether scores fall where a transcript was spoiled on purpose."""
