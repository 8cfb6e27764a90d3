"""A persona as a sheet: what an intake form or a role's description would hold of it.

What it has told nobody yet (sensitivity 3), its risk and all that the dynamics compute stay out.
"""

from __future__ import annotations

from muspsy_sim.records.corpus_views import Sheet
from muspsy_sim.records.profile import Profile

_ON_PAPER = 2
"""The highest sensitivity of a fact that is written down."""


def sheet_of(profile: Profile) -> Sheet:
    """The sheet of a persona."""
    voice = profile.temperament.voice
    facts = sorted(profile.facts, key=lambda fact: fact.sensitivity)
    return Sheet(
        demographics=profile.demographics,
        presenting_problem=profile.presenting_problem,
        history=profile.history,
        facts=[fact.text for fact in facts if fact.sensitivity <= _ON_PAPER],
        situations=profile.formulation.situations,
        beliefs=[belief.belief for belief in profile.formulation.core_beliefs],
        strengths=profile.strengths,
        supports=profile.supports,
        goals=profile.goals,
        voice_style=voice.style,
        fillers=voice.fillers,
        lines=voice.lines,
    )
