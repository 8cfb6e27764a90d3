"""The seven ways, a module each: what its nodes do, and the dialogue that comes of it."""
