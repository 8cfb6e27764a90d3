"""What the offline counselor hears in a client's line.

`hear` is pure and remembered per line: the cues, feelings, topics and themes in it, a clause that
can be reflected (turned to "you"), and a short verbatim phrase that can be quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from muspsy_sim.llm.offline.clauses import (
    in_full,
    length_of,
    notable,
    quotable,
    reflectable,
    split_clauses,
    stands_alone,
)
from muspsy_sim.llm.offline.counselor_material import Feeling, material
from muspsy_sim.llm.offline.not_meant import NEARLY, OF_THE_MATTER, THEIRS
from muspsy_sim.records.base import Language


@dataclass(frozen=True, slots=True)
class Heard:
    """One line of the client's, understood as far as word lists go.

    `clause` and `phrase` are empty where nothing can be reflected or quoted safely; `length` is
    words in English and characters in Chinese.
    """

    text: str
    length: int
    clause: str
    phrase: str
    telling: str
    """The clause that says most, verbatim, 3 to 24 words; for a note."""
    thought: str
    """What the client quotes from its own head, verbatim, or empty."""
    felt: str
    """The clause that shows the last feeling, verbatim, or empty."""
    salience: float
    cues: frozenset[str]
    feelings: tuple[Feeling, ...]
    topics: tuple[str, ...]
    themes: tuple[str, ...]
    question: bool

    @property
    def sore(self) -> bool:
        """Whether there is something in it that a nod would pass by."""
        hurting = any(not f.good for f in self.feelings) and not self.shows("better", "relief")
        return hurting or self.shows(*_SORE)

    @property
    def minimal(self) -> bool:
        """Whether next to nothing was said."""
        telling = self.feelings or self.topics or self.themes or self.cues - _IDLE
        if self.length > 4 or telling or self.question:
            return False
        # Three or four words that are no mere yes or perhaps are a short answer, not an empty one.
        return self.length <= (3 if _HAN.search(self.text) else 2) or self.shows(*_IDLE)

    def shows(self, *cues: str) -> bool:
        """Whether any of these cues was heard."""
        return not self.cues.isdisjoint(cues)


_HAN = re.compile(r"[\u4e00-\u9fff]")
_IDLE = frozenset({"agree", "dont_know", "thanks", "hesitates", "slight", "goodbye"})
_SORE = (
    "loss",
    "heavy",
    "blow",
    "self_critical",
    "secret",
    "telling",
    "risk_active",
    "risk_passive",
)
_MARKS = " \t.,!?…。，！？~"


@dataclass(frozen=True, slots=True)
class _Ear:
    """The word lists of one language, compiled."""

    ignore: re.Pattern[str]
    in_a_word: frozenset[str]
    """What says how bad it is where it is the whole line."""
    cues: tuple[tuple[str, re.Pattern[str]], ...]
    feelings: tuple[tuple[Feeling, re.Pattern[str]], ...]
    topics: tuple[tuple[str, re.Pattern[str]], ...]
    themes: tuple[tuple[str, re.Pattern[str]], ...]


_ELSEWHERE = (
    ("什么", ("啥子", "啥", "嘛")),
    ("怎么", ("啷个", "咋")),
    ("知道", ("晓得",)),
    ("没有", ("没得",)),
)
"""Common Chinese words, and those said for them in one part of the country or another."""


def _spoken(word: str) -> list[str]:
    """A word of a list, and what it is elsewhere."""
    found = [word]
    for common, others in _ELSEWHERE:
        found += [w.replace(common, other) for w in found if common in w for other in others]
    return found


def words_pattern(words: Sequence[str], language: Language) -> re.Pattern[str]:
    """Any of these words. In English whole words only; a final `*` lets the word go on."""
    if language == "zh":
        words = [spoken for word in words for spoken in _spoken(word)]
    longest_first = sorted(words, key=len, reverse=True)
    if language == "zh":
        return re.compile("|".join(re.escape(w) for w in longest_first))
    bodies = (
        re.escape(w.rstrip("*")) + (r"[\w']*" if w.endswith("*") else "") for w in longest_first
    )
    return re.compile(rf"(?<![\w'])(?:{'|'.join(bodies)})(?![\w])", re.IGNORECASE)


@cache
def _ear(language: Language) -> _Ear:
    words = material(language)
    listening = words.listening
    return _Ear(
        ignore=words_pattern(listening.ignore, language),
        in_a_word=frozenset(listening.cues.get("in_a_word", ())),
        cues=tuple(
            (n, words_pattern(c, language)) for n, c in listening.cues.items() if n != "in_a_word"
        ),
        feelings=tuple((f, words_pattern(f.cues, language)) for f in listening.feelings),
        topics=tuple((t.name, words_pattern(t.cues, language)) for t in listening.topics),
        themes=tuple((n, words_pattern(t.cues, language)) for n, t in words.themes.items()),
    )


@lru_cache(maxsize=8192)
def hear(text: str, language: Language) -> Heard:
    """Understand one line of the client's."""
    ear = _ear(language)
    plain = NEARLY[language].sub(" ", text.replace("’", "'"))
    # An aside is told by its lead-in; a lead-in itself is no rule, no inability and no pain.
    meant = ear.ignore.sub(" ", plain)
    heard_in = {"aside": text, "slight": text, **dict.fromkeys(OF_THE_MATTER, meant)}
    cues = frozenset(name for name, p in ear.cues if p.search(heard_in.get(name, plain)))
    if text.strip(_MARKS).lower() in ear.in_a_word:
        cues |= {"blow"}
    feelings = _felt(meant, ear.feelings)
    topics = tuple(_by_last(THEIRS[language].sub(" ", meant), ear.topics))
    named = [name for name, pattern in ear.themes if pattern.search(meant)]
    giving_way = material(language).themes
    themes = tuple(n for n in named if not set(giving_way[n].not_with) & set(named))
    clauses = [c for c in split_clauses(text, language) if not _idle(c, ear)]
    worth = [_salience(clause, at, ear, language) for at, clause in enumerate(clauses)]
    order = sorted(range(len(clauses)), key=lambda n: -worth[n])
    ranked = [clauses[n] for n in order]
    # What is given back must be near the heart of the line: a side remark would miss the client.
    best = max((worth[n] for n in order if stands_alone(clauses[n], language)), default=0.0)
    near = [clauses[n] for n in order if worth[n] >= best - 1.0]
    return Heard(
        text=text,
        length=length_of(text, language),
        clause=_given_back(text, near, language),
        phrase=next((said for c in near if (said := quotable(c, language))), ""),
        telling=next((c for c in ranked if notable(c, language)), ""),
        salience=max(worth, default=0.0),
        cues=cues,
        thought="" if "others_said" in cues else _thought(text, language),
        felt=next(
            (c for c in reversed(clauses) if notable(c, language) and _shows(c, feelings, ear)), ""
        ),
        feelings=feelings,
        topics=topics,
        themes=themes,
        question=text.rstrip().endswith(("?", "？")),
    )


def _given_back(text: str, near: Sequence[str], language: Language) -> str:
    """What can be said back of the clauses near the heart of a line; English in full if short."""
    for clause in near:
        if said := reflectable(clause, language):
            return (in_full(text, clause) if language == "en" else "") or said
    return ""


def _felt(text: str, feelings: Iterable[tuple[Feeling, re.Pattern[str]]]) -> tuple[Feeling, ...]:
    """Feelings in the order of their last mention, without those that are denied just before."""
    found: list[tuple[int, int]] = []
    known = list(feelings)
    for n, (_, pattern) in enumerate(known):
        starts = [
            m.start()
            for m in pattern.finditer(text)
            if not _DENIED.search(text[max(0, m.start() - 14) : m.start()].lower())
        ]
        if starts:
            found.append((starts[-1], n))
    return tuple(known[n][0] for _, n in sorted(found))


def _shows(clause: str, feelings: tuple[Feeling, ...], ear: _Ear) -> bool:
    """Whether a clause shows the last of these feelings."""
    return bool(feelings) and any(
        pattern.search(clause) for feeling, pattern in ear.feelings if feeling == feelings[-1]
    )


_DENIED = re.compile(
    r"(?:\bnot|n't|\bnever|\bno longer|\bless)(?: \w+)?\s*$"
    r"|[不没别](?:太|是|觉得|(?:从前|以前)?那么|再)?$|(?:还是|是不是|会不会|不知道是)(?:只是|因为)?$"
)


def _by_last(text: str, named: Iterable[tuple[str, re.Pattern[str]]]) -> list[str]:
    """Names found, the one mentioned last first: the end of a turn is what it was about."""
    found = []
    for name, pattern in named:
        last = max((m.start() for m in pattern.finditer(text)), default=-1)
        if last >= 0:
            found.append((-last, name))
    return [name for _, name in sorted(found)]


_INNER = re.compile(r"[“\"]([^”\"“]+)[”\"]")


def _thought(text: str, language: Language) -> str:
    """The last thing said within quotation marks, where it is short enough to be repeated."""
    low, high = (3, 20) if language == "zh" else (2, 14)
    spans = [m.group(1).strip(" ,.，。") for m in _INNER.finditer(text)]
    fit = [s for s in spans if low <= length_of(s, language) <= high]
    return fit[-1] if fit else ""


def _idle(clause: str, ear: _Ear) -> bool:
    """Whether a clause is nothing but a lead-in or a courtesy."""
    rest = ear.ignore.sub("", clause.replace("’", "'")).strip(" ,，。.!")
    return len(rest) <= 2


def _salience(clause: str, at: int, ear: _Ear, language: Language) -> float:
    score = 0.3 * at
    score += 3 * any(p.search(clause) for _, p in ear.feelings)
    for name, pattern in ear.cues:
        if name in _TELLING and pattern.search(clause):
            score += _TELLING[name]
    score += any(p.search(clause) for _, p in ear.topics)
    score += any(p.search(clause) for _, p in ear.themes)
    score -= 2 * bool(ear.ignore.search(clause))
    score += 1.5 * bool(_FIRST_PERSON[language].search(clause))
    length = length_of(clause, language)
    score -= 2.5 * _vague(clause, length, ear, language)
    low, high = (5, 22) if language == "zh" else (4, 14)
    return score - (2 if length < low else 0) - (2 if length > high else 0)


def _vague(clause: str, length: int, ear: _Ear, language: Language) -> bool:
    """Whether a clause only says how somebody is, not about what: it says little a week later."""
    if length > (14 if language == "zh" else 8):
        return False
    about = any(p.search(clause) for _, p in ear.topics)
    telling = any(p.search(clause) for name, p in ear.cues if name in _TELLING)
    return not about and not telling and any(p.search(clause) for _, p in ear.feelings)


_TELLING = {
    "loss": 3.0,
    "heavy": 2.0,
    "self_critical": 4.0,
    "secret": 3.0,
    "change": 2.5,
    "better": 2.0,
    "absolute": 1.5,
    "cannot": 1.5,
    "should": 3.5,
    "thought": 1.0,
}
_FIRST_PERSON: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\b(?:i|i'm|i've|i'd|my|me)\b", re.IGNORECASE),
    "zh": re.compile("我"),
}
