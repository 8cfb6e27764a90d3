"""Judges: what they see, what they are asked, and what becomes of what they answer."""
