"""`hf:PATH-OR-ID`: local checkpoints behind the seam, one engine a model for the whole process.

The engine lives in a process of its own. Calls of all running episodes are gathered into batches
that rows join and leave while others are still being written; what was computed for an episode's
earlier prompt is kept for its next.
"""
