"""Statistics of paired arms: differences by source case, intervals, tests, effect sizes, power.

Plain functions over numpy arrays. The unit of inference is the source case: clients made from the
same case are not independent of each other, and seeds of one client even less.
"""
