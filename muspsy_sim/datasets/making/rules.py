"""What every made session must keep to, by rule: who speaks when, how it closes, in which language.

Each rule says in words what is wrong, so that a model that is asked again can be told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from muspsy_sim.formats.corpora.language import language_of
from muspsy_sim.records.base import Language, Speaker
from muspsy_sim.records.corpus_answers import ScriptLine

_ROLE_MARK = re.compile(
    r"^\s*(?:client|counselor|counsellor|therapist|user|assistant|来访者|咨询师|心理咨询师|求助者|支持者)\s*[:：]",
    re.IGNORECASE | re.MULTILINE,
)
_THOUGHT = re.compile(r"</?think|\[/?END\]|\[/?INST", re.IGNORECASE)
_GOODBYE = re.compile(
    r"\b(?:goodbye|good-bye|bye|see you|take care|until next|next (?:week|time)|thank(?:s| you)|"
    r"look after yourself|leave (?:it|the rest|here)|stop here|have to (?:stop|go)|get going|"
    r"be off|i'll go|i will go|same time|head(?:ing)? (?:home|off))\b"
    r"|再见|下次|下周|下回|慢走|路上|谢谢|先走|保重|回去|到这[里儿]|先这样|就这样",
    re.IGNORECASE,
)
"""Words of leave-taking. The first of two lines from the end must hold one."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a session's form has to be."""

    language: Language
    opens: Speaker = "counselor"
    ends: Speaker = "client"
    fewest: int = 2
    """Exchanges at least."""
    most: int = 1_000
    closes: bool = True


def broken(lines: Sequence[ScriptLine], shape: Shape) -> list[str]:
    """The rules that a session breaks, each as a sentence; empty where it keeps all."""
    return [*_broken(lines, shape)]


def _broken(lines: Sequence[ScriptLine], shape: Shape) -> Iterator[str]:
    if not lines:
        yield "it has no lines"
        return
    if lines[0].speaker != shape.opens:
        yield f"the {shape.opens} does not open"
    if lines[-1].speaker != shape.ends:
        yield f"the last line is not the {shape.ends}'s"
    for number, (one, two) in enumerate(pairwise(lines), start=1):
        if one.speaker == two.speaker:
            yield f"lines {number} and {number + 1} are both the {one.speaker}'s"
            break
    exchanges = sum(line.speaker == "client" for line in lines)
    if not shape.fewest <= exchanges <= shape.most:
        yield f"it has {exchanges} exchanges, not {shape.fewest} to {shape.most}"
    for number, line in enumerate(lines, start=1):
        if _ROLE_MARK.search(line.text):
            yield f"line {number} has a speaker's name before its words"
            break
        if _THOUGHT.search(line.text):
            yield f"line {number} holds a mark that nobody says"
            break
    said = language_of(line.text for line in lines)
    if said is not None and said != shape.language:
        yield f"it is not in {'Chinese' if shape.language == 'zh' else 'English'}"
    foreign = next((n for n, line in enumerate(lines, 1) if _foreign(line.text, shape)), None)
    if foreign is not None:
        yield f"line {foreign} is in another language"
    seen: set[tuple[str, str]] = set()
    for number, line in enumerate(lines, start=1):
        if len(line.text) > 12 and (line.speaker, line.text) in seen:
            yield f"line {number} says again what has been said before"
            break
        seen.add((line.speaker, line.text))
    if shape.closes and not any(_GOODBYE.search(line.text) for line in lines[-2:]):
        yield "nobody takes leave at the end"
    if loops := _farewell_loop(lines):
        yield loops


def _foreign(text: str, shape: Shape) -> bool:
    """Whether a line of some length is in the other language."""
    return len(text) > 24 and language_of([text]) not in (None, shape.language)


def _farewell_loop(lines: Sequence[ScriptLine]) -> str:
    """Three and more lines that say nothing but goodbye."""
    short = [line for line in lines[-6:] if len(line.text) < 60 and _GOODBYE.search(line.text)]
    if len(short) >= 5:
        return "it ends in a loop of goodbyes"
    return ""
