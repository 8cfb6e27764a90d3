"""The counselor: what it may see, what it does at each node, and its manners."""
