"""Conclusions tested against the assumptions of the client: the same design, other parameters."""
