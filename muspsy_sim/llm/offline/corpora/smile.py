"""`smile.answer` and `smile.rewrite` offline."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from muspsy_sim.llm.offline.corpora.cast import of_text, sayable
from muspsy_sim.llm.offline.corpora.duet import Hour, play
from muspsy_sim.llm.offline.corpora.material import corpus_material
from muspsy_sim.llm.offline.listening import hear
from muspsy_sim.records.corpus_answers import OneText, Script, ScriptLine
from muspsy_sim.records.corpus_views import AnswerView, RewriteView


def answer(view: AnswerView, rng: Random) -> OneText:
    """A letter in general words, with one sentence of the writer's given back."""
    words = corpus_material(view.language)
    said = sayable(view.question, view.language) or [view.question.strip()[:80]]
    weighty = max(said, key=lambda text: hear(text, view.language).salience)
    quote = weighty.rstrip("。.")
    parts = [
        rng.choice(words.letter_open),
        words.letter_view[0].replace("{quote}", quote),
        *words.letter_view[1:],
        *words.letter_try,
        *words.letter_close,
    ]
    return OneText(text=("" if view.language == "zh" else " ").join(parts))


def rewrite(view: RewriteView, rng: Random) -> Script:
    """The letter told piece by piece; the answer's sentences come in the second half."""
    words = corpus_material(view.language)
    cast = of_text(view.question, view.language)
    said = [s for s in sayable(view.answer, view.language) if s not in view.question]
    first = max(2, view.exchanges // 2)
    free = [*range(first + 1, view.exchanges)]
    inserts = dict(zip(free, _packed(said, len(free), view.language), strict=False))
    hour = Hour(exchanges=view.exchanges, attitude="positive", inserts=inserts)
    played = play(cast, hour, rng)
    # The letter opens: its writer's first words, then a counselor who need not greet and ask.
    lines = [ScriptLine(speaker="client", text=cast.presenting), *played[2:]]
    lines[-1] = ScriptLine(speaker="client", text=rng.choice(words.thanks))
    return Script(lines=lines)


def _packed(said: Sequence[str], places: int, language: str) -> list[str]:
    """Sentences in order, in so many turns."""
    if not said or places <= 0:
        return []
    each = -(-len(said) // places)
    glue = "" if language == "zh" else " "
    return [glue.join(said[n : n + each]) for n in range(0, len(said), each)]
