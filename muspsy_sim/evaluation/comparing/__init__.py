"""Comparing the arms of a run: from recorded episodes and scores to effects with their evidence."""
