"""`cactus.technique` and `cactus.whole` offline."""

from __future__ import annotations

from random import Random

from muspsy_sim.llm.offline.corpora.cast import of_sheet
from muspsy_sim.llm.offline.corpora.duet import Hour, play
from muspsy_sim.llm.offline.corpora.material import corpus_material
from muspsy_sim.records.corpus_answers import PATTERNS, TECHNIQUES, Script, TechniqueAnswer
from muspsy_sim.records.corpus_views import TechniqueView, WholeView


def technique(view: TechniqueView, rng: Random) -> TechniqueAnswer:
    """A technique and the steps round it; which one is chance, since nothing is understood here."""
    words = corpus_material(view.language)
    chosen = rng.choice(TECHNIQUES)
    return TechniqueAnswer.model_validate(
        {
            "patterns": rng.sample(PATTERNS, 2),
            "technique": chosen,
            "plan": [step.replace("{technique}", chosen) for step in words.steps],
        }
    )


def whole(view: WholeView, rng: Random) -> Script:
    """The session, with a question of the technique's kind past its middle."""
    words = corpus_material(view.language)
    asked = words.technique_questions[rng.randrange(len(words.technique_questions))]
    hour = Hour(
        exchanges=view.exchanges,
        attitude=view.attitude,
        inserts={max(3, round(0.6 * view.exchanges)): asked},
    )
    return Script(lines=play(of_sheet(view.form, view.language), hour, rng))
