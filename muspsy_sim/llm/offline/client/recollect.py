"""The offline client's memory of a session: two to four sentences, first person, on what was said.

It keeps something of its own, something of the counselor's and what was agreed, all from the
dialogue of the view, and ends on how it left.
"""

from __future__ import annotations

import re
from functools import lru_cache
from random import Random

from muspsy_sim.llm.offline.client.heard import hear
from muspsy_sim.llm.offline.client.homework import homework_name, name_given
from muspsy_sim.llm.offline.client.material import ClientMaterial, client_material, pattern
from muspsy_sim.llm.offline.client.tongue import generic
from muspsy_sim.llm.offline.client.wording import (
    about_someone,
    after_comma,
    bare,
    content,
    ended,
    filled,
    first_person,
    in_language,
    quoted,
    sentences,
    size,
    unquoted,
    without_quotes,
)
from muspsy_sim.records.base import Language
from muspsy_sim.records.views import ReflectView

_FRAGMENT = re.compile(
    r"(?:When|If|Like|As|And|But|So|Or|Because|Maybe|Then|Not|Just)\b|(?:[\w']+ ){0,3}[\w']+, "
)
"""Openings of English sentences that can't be reported as a clause."""
_KEPT = {"en": (5, 24), "zh": (8, 40)}
_WORTH = ("dismiss", "reflection", "empathy", "repair", "affirm", "advice", "inform", "other")
"""Kinds of counselor line in the order in which they stay with a person."""
_OPENING = 3
"""Lines from which a session's first is only its opening."""
_UNKEPT = frozenset({"closing", "homework", "task"})
_FRAME = {"dismiss": "kept_bad", "advice": "kept_advice"}
_MOST_SENTENCES = 4


def recollection(view: ReflectView, rng: Random) -> str:
    """The memory's text."""
    material = client_material(view.language)
    theirs, sore = _theirs(view, rng, material)
    parts = [_mine(view, rng, material), theirs, _agreed(view, rng, material)]
    kept = [p for p in parts if p]
    pools = material.pools
    if len(kept) < 2:
        kept.append(rng.choice(pools["reflect_plain"].any))
    if sum(len(sentences(p)) for p in kept) < _MOST_SENTENCES:
        warm = view.stance.trust in ("open", "trusting") and not sore
        mood = "reflect_warm" if warm else "reflect_sore" if sore else "reflect_wary"
        kept.append(rng.choice(pools[mood].any))
    return (" " if view.language == "en" else "").join(kept)


def _fitting(text: str, language: Language) -> list[str]:
    fewest, most = _KEPT[language]
    return [
        s
        for s in sentences(text)
        if fewest <= size(s) <= most
        and in_language(s, language)
        and not s.rstrip('”"’').endswith(("?", "？"))
        and not about_someone(s, language)
        and s.count('"') % 2 == 0
        and s.count("“") == s.count("”")
    ]


def _mine(view: ReflectView, rng: Random, material: ClientMaterial) -> str | None:
    """The most telling thing that the client said, as reported by itself."""
    lines = [line for line in view.dialogue if line.speaker == "client"]
    # A greeting and a goodbye are not what one has told.
    middle = lines[1:-1] if len(lines) > _OPENING else lines
    said = [
        s
        for line in middle
        for s in _fitting(line.text, view.language)
        if not pattern(*material.agreeing).match(s) and not quoted(s)
    ]
    told = [
        _without_openers(s, material, view)
        for s in said
        if not _is_generic(_without_openers(s, material, view), view.language)
    ]
    own = [s for s in told if first_person(s, view.language)] or told or said
    if not own:
        return None
    words = rng.choice(sorted(own, key=size, reverse=True)[:4])
    inside = None if _FRAGMENT.match(words) else after_comma(words)
    if inside:
        return rng.choice(material.frames["told_them"]).replace("{x}", inside)
    whole = ended(words, view.language)
    return rng.choice(material.frames["told_them_whole"]).replace("{x}", whole)


def _without_openers(sentence: str, material: ClientMaterial, view: ReflectView) -> str:
    """A sentence without the words that only open it, where the material knows such words."""
    if not material.openers:
        return sentence
    fillers = "|".join(re.escape(f) for f in (*material.fillers_where, *material.fillers_never))
    opener = re.compile(rf"(?:{fillers}|{pattern(*material.openers).pattern})[，：、…]+")
    while (found := opener.match(sentence)) and size(sentence[found.end() :]) >= _KEPT[
        view.language
    ][0]:
        sentence = sentence[found.end() :]
    return sentence


@lru_cache(maxsize=16384)
def _is_generic(text: str, language: Language) -> bool:
    said = bare(text)
    return any(line in said for line in generic(language) if len(line) > 5)


def _theirs(view: ReflectView, rng: Random, material: ClientMaterial) -> tuple[str | None, bool]:
    """Words of the counselor's, and whether they hurt."""
    by_kind: dict[str, list[str]] = {}
    mine = frozenset().union(*(content(x.text) for x in view.dialogue if x.speaker == "client"))
    first = view.dialogue[0] if len(view.dialogue) > _OPENING else None
    for line in view.dialogue:
        if line.speaker != "counselor" or line is first:
            continue
        if hear(line.text, view.language).kind not in _UNKEPT:
            for s in _worth_keeping(_fitting(line.text, view.language), material):
                # What only gives the client's own words back is not what a client takes home.
                if len(content(s) & mine) <= len(content(s)) // 2:
                    by_kind.setdefault(hear(s, view.language).kind, []).append(s)
    for kind in _WORTH:
        if kind in by_kind:
            words = unquoted(ended(rng.choice(by_kind[kind]), view.language))
            frame = rng.choice(material.frames[_FRAME.get(kind, "kept_theirs")])
            return filled(frame, words), kind == "dismiss"
    return None, False


def _worth_keeping(said: list[str], material: ClientMaterial) -> list[str]:
    if not material.unkept:
        return said
    return [s for s in said if not pattern(*material.unkept).search(s)]


def _sets_a_task(text: str, language: Language, material: ClientMaterial) -> bool:
    """Whether a counselor's line proposes something to do, whatever else it asks."""
    stated = pattern(*material.stated["task"]).search(without_quotes(text))
    return bool(stated) or hear(text, language).kind == "task"


def _agreed(view: ReflectView, rng: Random, material: ClientMaterial) -> str | None:
    work = view.homework
    if work is None or work.outcome != "set":
        return None
    name = homework_name(material, work.text)
    if view.language == "zh" and name[0] != "“":
        # What was said to be done has a name; where none was heard, nothing was agreed on.
        said = [
            line.text
            for line in view.dialogue
            if line.speaker == "counselor" and _sets_a_task(line.text, view.language, material)
        ]
        name = next((x for text in reversed(said) if (x := name_given(material, text))), "")
        if not name:
            return None
    text = filled(rng.choice(material.frames["kept_task"]), name)
    return text[0].upper() + text[1:]
