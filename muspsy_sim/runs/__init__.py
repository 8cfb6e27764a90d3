"""What to run, and the results: recipes, orchestrator and store.

Recipes lie in the top-level folder `runs/`; this is the only package that turns a recipe into
episodes on the disk.
"""
