"""Many workers for one run: processes on this machine, or Ray actors on many.

One parent deals out episodes one at a time, and holds what is one for all: `run.yaml`, the limits
of calls, the budget, progress. Each file of an episode or journal is written by the one worker that
the episode was dealt to; a dead worker's unfinished episodes are dealt out again.
"""
