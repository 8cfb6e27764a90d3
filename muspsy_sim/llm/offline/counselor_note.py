"""The offline counselor's note of a session: what the client said, verbatim, and what it may mean.

A statement with basis `quote` holds words that stand letter by letter in the turn it cites; a
homework has basis `plan` and quotes the counselor's own sentence; all else is `inference`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from muspsy_sim.llm.offline.clauses import notable, split_clauses
from muspsy_sim.llm.offline.counselor_address import familiar
from muspsy_sim.llm.offline.counselor_material import Material, material
from muspsy_sim.llm.offline.counselor_scene import (
    asks_about_homework,
    asks_about_living,
    kept_homework,
    main_theme,
    says_goodbye,
)
from muspsy_sim.llm.offline.listening import Heard, hear
from muspsy_sim.records.answers import NoteAnswer
from muspsy_sim.records.base import Language
from muspsy_sim.records.memory import Statement
from muspsy_sim.records.views import Line, RememberView

_SENTENCE = re.compile(r"[^.!?。！？…]+[.!?。！？…]*[”\"’]?")


@dataclass(frozen=True, slots=True)
class _Said:
    """A client line and what was heard in it."""

    line: Line
    heard: Heard


def remember(view: RememberView, rng: Random) -> NoteAnswer:
    """Write the note of the session in `view.dialogue`."""
    words = material(view.language)
    said = [
        _Said(line, heard)
        for line in _before_the_goodbye(words, view.dialogue)
        if line.speaker == "client" and _counts(heard := hear(line.text, view.language))
    ]
    focus = view.plan.focus if view.plan else ""
    theme = words.themes[main_theme(words, [s.heard for s in said], view.intake, focus)]
    write = _Writer(words, rng)
    return NoteAnswer(
        emotion_and_cognition=_emotion_and_cognition(write, said),
        observations=_observations(write, view, said),
        assignments=_assignments(write, view),
        session_goal=view.plan.goal if view.plan else theme.goal,
        summary=_summary(write, said, theme.name),
    )


def _before_the_goodbye(words: Material, dialogue: list[Line]) -> list[Line]:
    """The dialogue without what the client said on the way out, unless that is about living."""
    if len(dialogue) < 2 or not says_goodbye(words, dialogue[-2].text):
        return dialogue
    last = hear(dialogue[-1].text, words.language)
    return dialogue if last.shows("risk_active", "risk_passive") else dialogue[:-1]


def _counts(heard: Heard) -> bool:
    """Whether a line is more than a greeting or a goodbye."""
    if heard.shows("goodbye", "leaving"):
        return heard.shows("secret", "risk_active", "risk_passive")
    return not heard.shows("arrive") or bool(heard.feelings or heard.themes)


class _Writer:
    """Writes each kind of statement from its frames, no quote twice."""

    def __init__(self, words: Material, rng: Random) -> None:
        self.words = words
        self.rng = rng
        self.quoted: set[str] = set()

    def text(self, kind: str, **slots: str) -> str:
        given = {name for name, value in slots.items() if value}
        fit = [f for f in self.words.notes[kind] if f.slots <= given]
        most = max(len(f.slots) for f in fit)
        return self.rng.choice([f for f in fit if len(f.slots) == most]).filled(slots)

    def quote(
        self, kind: str, said: _Said, quote: str | None = None, **slots: str
    ) -> list[Statement]:
        quote = said.heard.telling if quote is None else quote
        if not quote or quote in self.quoted or quote not in said.line.text:
            return []
        self.quoted.add(quote)
        topics = hear(quote, self.words.language).topics
        text = self.text(kind, quote=quote, topic=_about(topics, self.words.language), **slots)
        return [Statement(text=text, basis="quote", turns=[said.line.id], quote=quote)]

    def inference(self, kind: str, turns: list[str], **slots: str) -> Statement:
        return Statement(text=self.text(kind, **slots), basis="inference", turns=turns)


def _about(topics: tuple[str, ...], language: Language) -> str:
    """A topic as it is said of the client rather than to the client."""
    topic = topics[0] if topics else ""
    if language == "zh":
        return topic.replace("你", "来访者")
    return re.sub(r"\byou\b", "they", re.sub(r"\byour\b", "their", topic))


def _most(said: list[_Said], count: int, *cues: str) -> list[_Said]:
    """The most telling lines that show one of these cues, in the order in which they were said."""
    fit = [s for s in said if s.heard.shows(*cues)]
    best = sorted(fit, key=lambda s: -s.heard.salience)[:count]
    return [s for s in said if s in best]


def _emotion_and_cognition(write: _Writer, said: list[_Said]) -> list[Statement]:
    language = write.words.language
    found: list[Statement] = []
    felt = [s for s in said if s.heard.feelings]
    for s in sorted(felt, key=lambda s: -s.heard.salience)[:2]:
        feeling = s.heard.feelings[-1]
        found += write.quote("feels", s, s.heard.felt, feel=feeling.feel, feeling=feeling.feeling)
    for s in [s for s in said if s.heard.thought][:2]:
        found += write.quote("thinks", s, s.heard.thought)
    for s in _most(said, 2, "self_critical", "absolute", "should", "what_if"):
        found += write.quote("thinks", s)
    if len(felt) > 1:
        feeling = felt[-1].heard.feelings[-1]
        topic = _about(felt[-1].heard.topics, language)
        turns = [felt[0].line.id, felt[-1].line.id]
        found.append(write.inference("pattern", turns, feeling=feeling.feeling, topic=topic))
    return found


def _observations(write: _Writer, view: RememberView, said: list[_Said]) -> list[Statement]:
    found: list[Statement] = []
    for kind, cues in (
        ("risk", ("risk_active", "risk_passive")),
        ("secret", ("secret",)),
        ("change", ("change", "better")),
        ("strain", ("hurt", "resist")),
        ("small", ("minimise", "deflect")),
    ):
        for s in _most(said, 1, *cues):
            found += write.quote(kind, s, _that_shows(s, cues, view.language))
    found += _reported_homework(write, view)
    found += _screened(write, view)
    if said:
        short = sum(s.heard.minimal for s in said) * 3 > len(said) or _short_spoken(view, said)
        turns = [said[0].line.id, said[-1].line.id]
        found.append(write.inference("brief" if short else "talks", turns))
    return found


def _that_shows(s: _Said, cues: tuple[str, ...], language: Language) -> str | None:
    """The English clause that shows one of these cues; `None` where the most telling one is it."""
    clauses = split_clauses(s.line.text, language) if language == "en" else []
    return next(
        (c for c in clauses if hear(c, language).shows(*cues) and notable(c, language)), None
    )


def _short_spoken(view: RememberView, said: list[_Said]) -> bool:
    """Whether most English lines were a few words."""
    few = sum(s.heard.length <= _A_FEW for s in said)
    return view.language == "en" and few * 2 > len(said)


def _screened(write: _Writer, view: RememberView) -> list[Statement]:
    """The client's answer to the question about thoughts of not living."""
    for before, line in pairwise(view.dialogue):
        if before.speaker == "counselor" and line.speaker == "client":
            heard = hear(line.text, view.language)
            if asks_about_living(write.words, before.text) and heard.length <= _WHOLE:
                return write.quote("screened", _Said(line, heard), line.text.strip(" .。"))
    return []


def _reported_homework(write: _Writer, view: RememberView) -> list[Statement]:
    """What the client answered when asked about the homework, told by the turn before it."""
    task = kept_homework(write.words, view.earlier)
    for before, line in pairwise(view.dialogue):
        asked = before.speaker == "counselor" and line.speaker == "client"
        if not asked or not asks_about_homework(write.words, before.text):
            continue
        heard = hear(line.text, view.language)
        kind = next((k for cue, k in _REPORTS if heard.shows(cue)), "")
        if kind:
            quote = line.text.strip(" .。") if heard.length <= _WHOLE else heard.telling
            name = task.quote if task else ""
            return write.quote(kind, _Said(line, heard), quote, name=name)
    return []


_A_FEW = 8
"""Words up to which an English line is one of somebody who says little."""
_WHOLE = 30
"""A report of up to so many words (characters in Chinese) is quoted whole."""
_REPORTS = (
    ("partly", "homework_partly"),
    ("not_done", "homework_not_done"),
    ("done", "homework_done"),
    ("better", "homework_done"),
)


def _assignments(write: _Writer, view: RememberView) -> list[Statement]:
    for line in reversed(view.dialogue):
        if line.speaker != "counselor":
            continue
        for theme in write.words.themes.values():
            for homework in theme.homework:
                if homework.task.lower() in familiar(line.text).lower():
                    text = write.text("homework_set", name=homework.name, task=homework.task)
                    quote = _sentence_with(line.text, homework.task)
                    return [Statement(text=text, basis="plan", turns=[line.id], quote=quote)]
    return []


def _sentence_with(text: str, part: str) -> str:
    """The sentence of a turn that holds `part`, verbatim."""
    at = familiar(text).lower().find(part.lower())
    for found in _SENTENCE.finditer(text):
        if found.start() <= at < found.end():
            return found.group().strip()
    return part


def _summary(write: _Writer, said: list[_Said], theme: str) -> list[Statement]:
    if not said:
        return [write.inference("summary_empty", [])]
    turns = [said[0].line.id, said[-1].line.id]
    found = [write.inference("summary_theme", turns, theme=theme)]
    half = len(said) // 2
    for kind, part in (("summary_start", said[: half + 1]), ("summary_end", said[half + 1 :])):
        if part:
            found += write.quote(kind, max(part, key=lambda s: s.heard.salience))
    return found
