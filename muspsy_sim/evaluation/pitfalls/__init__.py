"""How simulated courses go wrong, measured from the text of each episode and its profile alone.

Every pitfall has a numerator, a denominator and a method; where there is nothing to measure its
value is `None` with the reason. What the simulator computed (state, moves, appraisals) is not read.
"""

from muspsy_sim.evaluation.pitfalls.brevity import is_minimal
from muspsy_sim.evaluation.pitfalls.following import opens_with_agreement
from muspsy_sim.evaluation.pitfalls.measuring import measure
from muspsy_sim.evaluation.pitfalls.repeating import distinct_2, five_grams, shared_five_grams
from muspsy_sim.evaluation.pitfalls.telling import FactTold, facts_told, sensitive_told
from muspsy_sim.evaluation.pitfalls.tokens import TOKENIZER, words

__all__ = [
    "TOKENIZER",
    "FactTold",
    "distinct_2",
    "facts_told",
    "five_grams",
    "is_minimal",
    "measure",
    "opens_with_agreement",
    "sensitive_told",
    "shared_five_grams",
    "words",
]
