"""`psydial.*` offline: a summary, a client's turn from a complaint, a counselor's turn mended, a verdict.

The client speaks as the offline client does, over the complaint alone; of several tries the one is
taken that answers what was asked and has the length. The verdict goes by word lists: it finds a
question of when, who or whether that is talked past, and words that nothing bears out.
"""

from __future__ import annotations

import re
from collections import Counter
from random import Random

from muspsy_sim.llm.offline.client import speak
from muspsy_sim.llm.offline.corpora.cast import Cast, of_text, sentences
from muspsy_sim.llm.offline.corpora.duet import Hour, client_view, length_of, move_of, stance_of
from muspsy_sim.llm.offline.corpora.material import corpus_material
from muspsy_sim.llm.offline.corpora.questions import answers, hedge
from muspsy_sim.llm.offline.counselor_material import material
from muspsy_sim.llm.offline.listening import hear
from muspsy_sim.records.corpus_answers import OneText, Verdict
from muspsy_sim.records.corpus_views import (
    MaskedSummaryView,
    ReconstructView,
    RefineView,
    VerdictView,
)
from muspsy_sim.records.holes import without_holes
from muspsy_sim.records.views import Move

_TRIES = 10
_UNIT = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]|[A-Za-z0-9]+(?:['’][A-Za-z]+)*")


def summarize(view: MaskedSummaryView, rng: Random) -> OneText:
    """The themes and the feeling that the counselor's turns speak of, in general words."""
    words, named = corpus_material(view.language), material(view.language).themes
    themes: Counter[str] = Counter()
    feelings: Counter[str] = Counter()
    for line in view.dialogue:
        if line.speaker == "counselor":
            heard = hear(line.text, view.language)
            themes.update(heard.themes)
            feelings.update(feeling.feeling for feeling in heard.feelings if not feeling.good)
    about = ("、" if view.language == "zh" else ", ").join(
        named[name].name for name, _ in themes.most_common(3)
    )
    theme = about or ("近来的日子" if view.language == "zh" else "how things have been lately")
    if not feelings:
        return OneText(text=words.plain_about.replace("{theme}", theme))
    feeling = feelings.most_common(1)[0][0]
    return OneText(text=words.about.replace("{theme}", theme).replace("{feeling}", feeling))


def reconstruct(view: ReconstructView, rng: Random) -> OneText:
    """The client's next turn, in the complaint's words and in general ones."""
    cast = of_text(view.complaint, view.language)
    asked = view.dialogue[-1].text if view.dialogue else ""
    said = {line.text for line in view.dialogue}
    glue = "" if view.language == "zh" else " "
    best, worst = "", 1e9
    for number in range(_TRIES):
        text = _turn(view, cast, number, rng)
        if not answers(asked, text, view.language):
            text = f"{hedge(asked, view.language, rng)}{glue}{text}"
        text = _fitted(text, view, cast)
        size = _length(text)
        cost = max(0, view.least - size) + max(0, size - view.most)
        cost += 100 * (not answers(asked, text, view.language)) + 60 * (text in said)
        cost += 25 * any(s in old for s in sentences(text) if len(s) > 12 for old in said)
        if cost < worst:
            best, worst = text, cost
        if cost == 0:
            break
    return OneText(text=best)


def _turn(view: ReconstructView, cast: Cast, number: int, rng: Random) -> str:
    before = " ".join(line.text for line in view.dialogue if line.speaker == "client")
    told = next((n for n, fact in enumerate(cast.facts) if fact not in before), len(cast.facts))
    turns = 1 + sum(line.speaker == "client" for line in view.dialogue)
    hour = Hour(exchanges=turns + view.turns_left)
    if not view.dialogue:
        return cast.presenting
    move: Move = move_of("positive" if number % 2 else "neutral", turns, rng)
    if view.turns_left == 0:
        move = "close"
    elif turns > 1 and told < len(cast.facts) and rng.random() < 0.5:
        move = "disclose"
    stance = stance_of("neutral", move, length_of("neutral", rng), turns / max(1, hour.exchanges))
    return speak(client_view(cast, hour, view.dialogue, stance, told), rng).text


def _fitted(text: str, view: ReconstructView, cast: Cast) -> str:
    """The turn drawn out, or cut, to the length that is wanted."""
    glue = "" if view.language == "zh" else " "
    parts = sentences(text)
    while len(parts) > 1 and _length(glue.join(parts)) > view.most:
        parts.pop()
    said = " ".join(line.text for line in view.dialogue) + " ".join(parts)
    left = [fact for fact in cast.facts if fact not in said]
    while left and _length(glue.join(parts)) < view.least and view.turns_left:
        parts.append(left.pop(0))
    return glue.join(parts)


def refine(view: RefineView, rng: Random) -> OneText:
    """The turn without its holes, and nothing put in."""
    mended = without_holes(view.kept, view.language)
    return OneText(text=mended or corpus_material(view.language).unclear)


def verdict(view: VerdictView, rng: Random) -> Verdict:
    """Whether a typed question is talked past, and which clauses no line of the material bears."""
    answered = answers(view.asked, view.reply, view.language)
    return Verdict(answers=answered, outside=_outside(view))


def _outside(view: VerdictView) -> list[str]:
    """Names and figures of the reply that stand neither in complaint nor dialogue."""
    told = "\n".join((view.complaint, view.asked, *(line.text for line in view.before)))
    found = re.findall(r"\d+|(?<=[a-z,;] )[A-Z][a-z]+", view.reply)
    return [each for each in dict.fromkeys(found) if each not in told]


def _length(text: str) -> int:
    return len(_UNIT.findall(text))

