"""Whether what a counselor comes back to was ever said.

Being told another's story is not being remembered, and earns nothing that being remembered does.
Only what is plainly wrong counts as unfounded. A quote that stands in what was said, or a claim
that shares a third of its terms with one exchange of it, is granted; so is a claim that says too
little to be looked up. Words are compared, so a paraphrase that shares none with what it
paraphrases is taken for unfounded: an error of the rule, and on the side of too little.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from pydantic import Field

from muspsy_sim.agents.counselor.recalling.terms import terms
from muspsy_sim.records.appraisal import Appraisal, Behaviour
from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.strict_yaml import load_strict

CLAIMS: tuple[Behaviour, ...] = ("recall", "review_homework")
"""What speaks of the past, and can be wrong about it."""
_GRANTED: dict[Language, float] = {"en": 0.34, "zh": 0.15}
"""Share of a claim's terms that one exchange must hold. In English the one below which the pitfall
`false_recall` counts a claim as invented; in Chinese about half of the pairs of characters straddle
two words, and mean nothing in common."""
_QUOTE = 0.6
"""The same for what is put between quotation marks and was not said so word for word."""
_FEWEST: dict[Language, int] = {"en": 2, "zh": 5}
"""Terms without which a claim says too little to be looked up."""
_QUOTED = re.compile(r"[“\"「『]([^”\"」』]{2,})[”\"」』]")
_SENTENCE = re.compile(r"[^.!?。！？]*(?:[.!?。！？]+[”\"」』]?|\Z)")
_NOT_WORDS = re.compile(r"[^\w]+")


class RememberingWordsFile(Record):
    """One file of `agents/client/remembering/`."""

    language: Language
    claiming: list[str] = Field(
        min_length=10, description="words that say that one remembers, and nothing of what"
    )


@cache
def claiming_terms(language: Language) -> frozenset[str]:
    """The terms that say nothing of what is remembered. Raises `ContentError`."""
    path = content_path("agents", "client", "remembering", f"{language}.yaml")
    read = load_strict(path, RememberingWordsFile)
    return frozenset(term for word in read.claiming for term in terms(word, language))


def unfounded(
    appraisal: Appraisal, text: str, said: Sequence[str], language: Language
) -> frozenset[Behaviour]:
    """Of `recall` and `review_homework`, those by which this turn speaks of what was never said.

    `said`: what was said before, by either, turn by turn: at intake, in earlier sessions and in
    this one. Where nothing is known to have been said, nothing can be wrong about it.
    """
    claims = [coded for coded in appraisal.behaviours if coded.behaviour in CLAIMS]
    if not claims or not said:
        return frozenset()
    wrong: set[Behaviour] = set()
    for behaviour in CLAIMS:
        held = [_around(c.quote, text) for c in claims if c.behaviour == behaviour]
        if held and not any(_founded(claim, said, language) for claim in held):
            wrong.add(behaviour)
    return frozenset(wrong)


def _around(quote: str, text: str) -> str:
    """The whole sentences of a turn that hold a coded quote; the turn where it is not found."""
    at = text.find(quote) if quote.strip() else -1
    if at < 0:
        return text
    end = at + len(quote)
    return "".join(s[0] for s in _SENTENCE.finditer(text) if s.start() < end and s.end() > at)


def _founded(claim: str, said: Sequence[str], language: Language) -> bool:
    quoted = [q for q in _QUOTED.findall(claim) if _plain(q)]
    if quoted:
        return any(_was_said(q, said) or _granted(q, said, language, _QUOTE, 2) for q in quoted)
    return _granted(claim, said, language, _GRANTED[language], _FEWEST[language])


def _was_said(quote: str, said: Iterable[str]) -> bool:
    wanted = _plain(quote)
    return any(wanted in _plain(line) for line in said)


def _granted(
    claim: str, said: Sequence[str], language: Language, share: float, fewest: int
) -> bool:
    about = frozenset(terms(claim, language)) - claiming_terms(language)
    if len(about) < fewest:
        return True
    least = share * len(about)
    return any(
        len(about & {*terms(one, language), *terms(other, language)}) >= least
        for one, other in _exchanges(said, about, least)
    )


def _exchanges(
    said: Sequence[str], about: frozenset[str], least: float
) -> Iterator[tuple[str, str]]:
    """Each line and the one after it, what one says and the other answers, the latest first.

    Those are left out that can't hold enough of the terms, which is seen much faster than what
    terms they have: a term stands in its line, but for a plural's `ies`, of which it is the `y`.
    """
    parts = [term.removesuffix("y") for term in about]
    low = [line.lower() for line in said]
    for at in range(max(0, len(said) - 2), -1, -1):
        both = "\n".join(low[at : at + 2])
        if sum(part in both for part in parts) >= least:
            yield said[at], said[at + 1] if at + 1 < len(said) else ""


def _plain(text: str) -> str:
    return _NOT_WORDS.sub(" ", text).strip().lower()
