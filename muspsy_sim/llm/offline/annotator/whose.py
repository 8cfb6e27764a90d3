"""Whose a pronoun is: whether it may be somebody else's who was spoken of just before.

A report that says "His brother died. He was driving." leaves open who drove. What is open is given
up rather than guessed at; the client's own name closes it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from muspsy_sim.llm.offline.annotator.people import (
    KIN_EN,
    KIN_ZH,
    PARENTS_EN,
    PARENTS_ZH,
    PRONOUN_ZH,
    SOMEONE_EN,
    SOMEONE_ZH,
    Client,
)
from muspsy_sim.llm.offline.annotator.reading import Sentence

_QUOTED = re.compile(r"[\"“][^\"”]*[\"”]|[「『][^」』]*[」』]")
_LITTLE = "(?:(?:also|still|often|never|always|only|now|rarely|then|\\w+ly) )*"
_YOUNG_EN = re.compile(
    r"\b(?:when|before|after|since|until|at) (?:he |she )?(?:was |turned )?"
    r"(?:\d|1[0-7]|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen)\b"
)
_YOUNG_ZH = re.compile(
    r"(?<![一二三四五六七八九\d])(?:[一二三四五六七八九\d]|十[一二三四五六七]?|1[0-7])岁"
)
"""An age that no parent had in what a report tells: it is the client's."""
_PRONOUN = {"m": "he", "f": "she"}
_OTHER_GENDER = {"m": "f", "f": "m"}


Open = Literal["", "another", "parent-was", "parent-is"]
"""Nobody else, one of the client's gender, or a parent spoken of in the past or the present."""


def open_pronouns(
    sentences: Iterable[Sentence], client: Client, passed_over: re.Pattern[str]
) -> dict[int, bool]:
    """For each sentence, by its start: whether its pronoun may be another's, by what came before.

    Nothing is open at the beginning of a paragraph; what fits `passed_over` changes nothing. After
    a parent, a pronoun in another tense or beside a child's age is the client's.
    """
    found: dict[int, bool] = {}
    paragraph = -1
    opened: Open = ""
    for sentence in sentences:
        if sentence.paragraph != paragraph or _past_the_parent(sentence.text, client, opened):
            paragraph, opened = sentence.paragraph, ""
        found[sentence.start] = bool(opened)
        if not passed_over.search(sentence.text):
            opened = _after(sentence.text, client, opened)
    return found


def _past_the_parent(sentence: str, client: Client, opened: Open) -> bool:
    if not opened.startswith("parent"):
        return False
    if client.language == "zh":
        return bool(_YOUNG_ZH.search(sentence))
    if _YOUNG_EN.search(sentence):
        return True
    verb = re.search(rf"\b{_PRONOUN[client.gender]} {_LITTLE}([a-z']+)", sentence, re.IGNORECASE)
    return bool(verb) and _is_present(verb[1]) == (opened == "parent-was") if verb else False


def _is_present(verb: str) -> bool:
    return verb in ("is", "has", "does", "can", "cannot") or (
        verb.endswith("s") and not verb.endswith(("ss", "was"))
    )


def uses_pronoun(sentence: str, client: Client) -> bool:
    """Whether a sentence means somebody by a pronoun of the client's before it names the client."""
    plain = _QUOTED.sub(" ", sentence)
    named = [at for name in client.names if (at := plain.find(name)) >= 0]
    plain = plain[: min(named)] if named else plain
    if client.language == "zh":
        pronoun = PRONOUN_ZH.get(client.gender)
        return bool(pronoun and re.search(f"{pronoun}(?!们)", plain))
    mine = {"m": "he|him|his|himself", "f": "she|her|hers|herself"}.get(client.gender)
    return bool(mine and re.search(rf"\b(?:{mine})\b", plain, re.IGNORECASE))


def of_another(sentence: str, at: int, client: Client) -> bool:
    """Whether what stands at `at` is said of somebody else: one is named before it in its clause.

    Of either gender; the client's name or pronoun after that one makes it the client's.
    """
    begins = max((sentence.rfind(mark, 0, at) for mark in "，,;；。.:："), default=-1) + 1
    clause = sentence[begins:at]
    if client.language == "zh":
        kin = [f"{KIN_ZH['m']}|{KIN_ZH['f']}", SOMEONE_ZH]
        others = re.compile("|".join([*kin, *map(re.escape, client.others)]))
        mine = "|".join([*map(re.escape, client.names), "来访者|求助者", "[他她](?!们)"])
    else:
        people = [*KIN_EN["m"].split(), *KIN_EN["f"].split(), *SOMEONE_EN, *client.others]
        others = re.compile(rf"\b(?:{'|'.join(map(re.escape, people))})s?\b")
        mine = "|".join([*(rf"\b{re.escape(name)}\b(?!')" for name in client.names), r"\bs?he\b"])
    seen = [match.end() for match in others.finditer(clause)]
    return bool(seen) and not re.search(mine, clause[seen[-1] :])


def _after(sentence: str, client: Client, opened: Open) -> Open:
    plain = _QUOTED.sub(" ", sentence)
    if client.gender not in _PRONOUN:
        return ""
    return (_after_zh if client.language == "zh" else _after_en)(plain, client, opened)


def _after_en(plain: str, client: Client, opened: Open) -> Open:
    kin = frozenset(KIN_EN[client.gender].split()) - {"men", "women"}
    mine = _PRONOUN[client.gender]
    if _YOUNG_EN.search(plain) and re.search(rf"\b{mine}\b", plain, re.IGNORECASE):
        return ""
    marked = plain.replace("’", "'")
    for name in client.names:
        marked = re.sub(rf"\b{re.escape(name)}\b(?!')", "\x01", marked)
        marked = re.sub(rf"\b{re.escape(name)}'s?", "\x02", marked)
    named = bool(re.search(r"\x01 \w", marked))
    for word in re.findall(r"\x01|[A-Za-z][A-Za-z'-]*", marked):
        bare = word.removesuffix("'s").removesuffix("-in-law")
        if word == "\x01":
            return ""
        if word.lower() == mine:
            return opened
        if (
            bare.lower() in PARENTS_EN
            and not word.endswith("'s")
            and _acted_on_en(plain, bare, client)
        ):
            return opened
        if bare.lower() in kin or bare in client.others:
            if re.search(r"\x01 (?:is|was|has|had|could|would|did)\b", marked):
                return ""
            if bare.lower() not in PARENTS_EN:
                return "another"
            verb = re.search(rf"\b{bare} {_LITTLE}([a-z']+)", plain)
            return "parent-is" if verb and _is_present(verb[1]) else "parent-was"
        if word.lower() in SOMEONE_EN and not (named or uses_pronoun(plain, client)):
            return "another"
    return opened


def _acted_on_en(plain: str, parent: str, client: Client) -> bool:
    """Whether a parent does something to the client: `Her mother found her`."""
    objects = {"m": "him", "f": r"her(?= *(?:[.,;]|$| \b(?:to|in|at|that|for|with|from|when)\b))"}
    return bool(re.search(rf"{parent}\b.*\b{objects[client.gender]}", plain))


def _after_zh(plain: str, client: Client, opened: Open) -> Open:
    pronoun = PRONOUN_ZH[client.gender]
    theirs = "|".join([KIN_ZH[client.gender], *map(re.escape, client.others)])
    other = KIN_ZH[_OTHER_GENDER[client.gender]]
    named = "|".join([*map(re.escape, client.names), "来访者|求助者|案主|患者"])
    owner = rf"(?:{named}|{pronoun})的?(?={theirs}|{other})"
    plain = re.sub(owner, "", plain)
    mentions = rf"(?P<me>{named})|(?P<it>{pronoun}(?!们))|(?P<some>{SOMEONE_ZH})|(?P<kin>{theirs})"
    for match in re.finditer(mentions, plain):
        if match["me"]:
            return ""
        if match["it"]:
            return opened
        if match["kin"]:
            if match["kin"] not in PARENTS_ZH:
                return "another"
            acted_on = re.search(f"{pronoun}(?!们)", plain[match.end() :])
            return opened if acted_on else "parent-was"
        if not uses_pronoun(plain, client):
            return "another"
    return opened
