"""How simulated courses go wrong, measured from the text of each episode and its profile alone.

Every pitfall has a numerator, a denominator and a method; where there is nothing to measure its
value is `None` with the reason. What the simulator computed (state, moves, appraisals) is not read.
"""

from muspsy_sim.evaluation.pitfalls.telling import FactTold, facts_told, sensitive_told

__all__ = ["FactTold", "facts_told", "sensitive_told"]
