"""How claims about a client are worded: patterns over folded sentences, by language and speaker.

The client claims in the first person, the counselor in the second. Each pattern names what it finds
in a group of its own: `n`, `job`, `relation`, `name`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from muspsy_sim.evaluation.pitfalls.cues import pitfall_cues
from muspsy_sim.records.base import Language, Speaker

_EN_AGE = (
    r"{am} (?:only |already |now |just )?(?P<n>\d\d|[a-z]+ty(?:-[a-z]+)?|[a-z]+teen)"
    r"(?: years old| now| this year|,? and |[.!,;]|\s*\Z)"
)
_ZH_AGE = (
    r"{who}(?:今年|都|已经|才|快)*(?P<n>\d\d|[一二三四五六七八九十]{{2,4}})"
    r"(?:岁(?:了|[,.!。，；]|\Z)|了?(?:[,.!。，；]|\Z))"
)
_EN_JOB = (
    r"(?:{am} an? |\b{subject} work as an? |\b{my} job as an? )(?:\w+ )?(?P<job>{jobs})(?![\w-])"
)
_ZH_JOB = r"{who}就?(?:是|当|做)(?:一?[个名位])?(?P<job>{jobs})(?=的?(?:[,.!。，；了]|\Z))"
_EN_RELATION = (
    r"\b(?:[Mm]y|[Oo]ur|[Yy]our) (?:\w+ )?(?P<relation>{relations})"
    r"(?:,? (?:(?:is|was) )?(?:called |named )?|'s called )(?P<name>[A-Z][a-z]+)(?![\w'’-])"
)
_ZH_RELATION = (
    r"(?P<relation>{relations})(?:的名字)?(?:就?叫|名叫)(?P<name>[\u4e00-\u9fff]{{2,3}})"
    r"(?=[，。,.！!；]|\Z)"
)
_EN_NAME = r"\b[Mm]y name(?:'s|’s| is) (?P<name>[A-Z][\w-]+)"
_ZH_NAME = r"我(?:的名字)?(?:叫|姓)(?P<name>(?![他她你您它])[\u4e00-\u9fff]{1,3})(?=[，。,.！!]|\Z)"


@dataclass(frozen=True, slots=True)
class Wordings:
    """The patterns of one language and speaker. Names are looked for in the text as it stands."""

    age: re.Pattern[str]
    job: re.Pattern[str]
    relation: re.Pattern[str]
    own_name: re.Pattern[str] | None
    """`None` for the counselor, who does not say the client's name as its own."""
    spouses: dict[str, re.Pattern[str]]


@cache
def wordings(language: Language, speaker: Speaker) -> Wordings:
    """The patterns, made once. Raises `ContentError` where the cues cannot be read."""
    cues = pitfall_cues(language)
    client = speaker == "client"
    jobs = "|".join(map(re.escape, cues.occupations))
    relations = "|".join(map(re.escape, cues.relations))
    if language == "zh":
        who = "我" if client else "[你您]"
        return Wordings(
            age=re.compile(_ZH_AGE.format(who=who)),
            job=re.compile(_ZH_JOB.format(who=who, jobs=jobs)),
            relation=re.compile(_ZH_RELATION.format(relations=relations)),
            own_name=re.compile(_ZH_NAME) if client else None,
            spouses={
                spouse: re.compile(f"{who}(?:的)?(?:{words.pattern})")
                for spouse, words in cues.spouses.items()
            },
        )
    am, subject, my = (
        (r"\b(?:i'm|i am)", "i", "my") if client else (r"\b(?:you're|you are)", "you", "your")
    )
    return Wordings(
        age=re.compile(_EN_AGE.format(am=am)),
        job=re.compile(_EN_JOB.format(am=am, subject=subject, my=my, jobs=jobs)),
        relation=re.compile(_EN_RELATION.format(relations=relations)),
        own_name=re.compile(_EN_NAME) if client else None,
        spouses={
            spouse: re.compile(rf"\b{my} (?:late |ex-|first )?{words.pattern}")
            for spouse, words in cues.spouses.items()
        },
    )
