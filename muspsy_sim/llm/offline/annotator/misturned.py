"""Sentences whose pronouns cannot all be the client's: `he taught him`, `a friend hanged himself`.

A pronoun that is the object of its own subject's verb means somebody else, and so does `himself`
beside another person. What is found here is given up.
"""

from __future__ import annotations

import re

from muspsy_sim.llm.offline.annotator.people import (
    KIN_EN,
    KIN_ZH,
    PRONOUN_ZH,
    SOMEONE_EN,
    SOMEONE_ZH,
    Client,
)

_LITTLE = "(?:(?:still|also|often|never|always|only|once|had|have|has|did|was|would|could|not) )*"
_AT_ONCE = re.compile(
    rf"\bI {_LITTLE}(?!am\b|say|said|think|thought|know|knew|feel|felt|fear|believe|hope|wish)"
    r"[a-z'-]+ (?:up |out |in |at |on |for |to |with |about |after |from )?(?:me|I)\b"
)
"""A verb of the client's with the client as its object, which would be `myself`."""
_SAYING_ZH = "说|觉得|认为|表示|称|希望|知道|想|担心|怕|发现|感到|以为|承认|梦见|记得|喜欢|不让|因"


def himself_of_another(plain: str, client: Client) -> bool:
    """Whether `himself` or `herself` stands nearest to somebody else in an English clause."""
    people = [*KIN_EN[client.gender].split(), *SOMEONE_EN, *map(re.escape, client.others)]
    named = (rf"\b{re.escape(name)}\b(?!')" for name in client.names)
    mine = "|".join([r"\bs?he\b", *named])
    for match in re.finditer(rf"\b(?:{'|'.join(people)})\b([^,.;]*?)\b(?:him|her)self\b", plain):
        if not re.search(mine, match[1]):
            return True
    return False


def object_of_its_own(said: str) -> bool:
    """Whether an English sentence, turned to the first person, has the client act on the client."""
    return bool(_AT_ONCE.search(said))


def another_in_chinese(outside: str, client: Client) -> bool:
    """Whether a Chinese sentence must mean somebody else by the client's pronoun.

    So it is where the client is named after its pronoun, where it acts on that pronoun within a
    clause, and where `自己` stands between two of them.
    """
    pronoun = PRONOUN_ZH.get(client.gender)
    if not pronoun:
        return False
    theirs = f"{pronoun}(?!们)"
    people = f"{KIN_ZH['m']}|{KIN_ZH['f']}|{SOMEONE_ZH}|父母|爸妈|家长|孩子"
    names = "|".join(map(re.escape, client.names))
    if names and re.search(f"{theirs}.*(?:{names})", outside):
        return True
    subject = rf"(?:^|[，。；：])(?:{names}|{pronoun})" if names else rf"(?:^|[，。；：]){pronoun}"
    acts = rf"{subject}(?!们|的|{people})(?P<does>[^，。；]+?){theirs}"
    for match in re.finditer(acts, outside):
        if not re.search(f"{_SAYING_ZH}|{people}", match["does"]):
            return True
    return bool(re.search(f"{pronoun}[^。]*自己[^。]*{theirs}", outside))
