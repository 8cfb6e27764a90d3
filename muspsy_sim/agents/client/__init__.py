"""The client: its computed state, its stance, what its voice sees."""
