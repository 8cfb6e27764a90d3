"""Whether a clause says enough to be given back: it names something, and not only `it` and `that`.

`thin` reads a clause that has been turned to "you". A yes to an agenda, a remark about the telling
or a `that's the part` would come back as an echo without a sense.
"""

from __future__ import annotations

import re

from muspsy_sim.records.base import Language

_ENOUGH: dict[Language, int] = {"en": 2, "zh": 3}
"""Words (characters) of its own that a clause must have."""
_WORDS = re.compile(r"[a-z]+(?:'[a-z]+)*", re.IGNORECASE)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_COMMON_ENGLISH = frozenset(
    re.findall(
        r"\S+",
        "a about after again agree all along already also always am an and another answer any "
        "anybody anyone anything are aren't as at away back be because been before being "
        "believe better bit but by came can can't come could couldn't couple day days did "
        "didn't different do does doesn't doing don't done down each easier else end enough "
        "even ever every everything expect feel feels felt few find first follow for from get "
        "gets getting give given go goes going good got guess had half has have haven't "
        "having he her here hesitate him his how i i'd i'll i'm i've if in into is isn't it "
        "it'd it's its just keep keeps kept kind know known last less let like little long "
        "look lot made make makes many matter maybe mean meant might mind more most much my "
        "never new no nobody not nothing now of off often on once one only or other others "
        "ought out over own part people perhaps pick picked place put question quite rather "
        "really remember right said same say saying see seem seems seen settled she should so "
        "some somebody someone something sometimes sort start started stay still such suppose "
        "sure take taken talk tell than that that's the their them then there there's these "
        "they they're thing things think this those though thought time times to told too "
        "took tried try trying two until up use used usual very want wanted was wasn't way we "
        "week weeks well went were weren't what when where which while who why will wish with "
        "won't wonder word words would wouldn't yes yet you you'd you'll you're you've your "
        "yours yourself",
    )
)
_COMMON_CHINESE = re.compile(
    "觉得|知道|可以|能够|已经|好像|其实|自己|这样|那样|这么|那么|这个|那个|这些|那些|有些|一些|一点|有点|一半|一样"
    "|同一|走到|底下|非得|过去|察觉|努力|什么|怎么|怎样|时候|以后|以前|现在|最近|后来|愿意|答应|试试|做做|看看|想想"
    "|稳妥|承认|合适|安排|意见|这话|这事|那事|反驳|消化|明白|清楚|记得|差不多|大概|[早晚肯你我他她它们的了是在不也就都得着过要"
    "还又很挺太想说讲能会有没做看到来去给跟和把被让对从里上下个件次一二两点些吧呢啊嘛才再只更最可但那这]"
)


def thin(clause: str, language: Language) -> bool:
    """Whether a clause names next to nothing of its own."""
    if language == "zh":
        return len(_HAN.findall(_COMMON_CHINESE.sub("", clause))) < _ENOUGH[language]
    return names(clause) < _ENOUGH[language]


def names(text: str) -> int:
    """How many words of an English text are uncommon enough to name something."""
    return sum(word.lower() not in _COMMON_ENGLISH for word in _WORDS.findall(text))
