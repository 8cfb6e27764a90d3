"""The people of a report: how it names its client, and words for others of either gender."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from muspsy_sim.records.base import Language


@dataclass(frozen=True, slots=True)
class Client:
    """How a report names its client. `gender` is `m`, `f` or empty where the report does not show.

    `names` are all forms, the longest first.
    """

    language: Language
    names: tuple[str, ...] = ()
    gender: str = ""
    others: frozenset[str] = field(default_factory=frozenset)
    """Names of others in the report who may be of the client's gender."""


KIN_EN = {
    "m": (
        "father dad brother son husband uncle grandfather boy man men fiance boss foreman lad "
        "neighbour farmer boatman gentleman curate boyfriend nephew grandson stepfather grandad"
    ),
    "f": (
        "mother mum mom sister daughter wife aunt grandmother girl woman women fiancee widow "
        "neighbour lady girlfriend nurse librarian niece granddaughter stepmother"
    ),
}
"""English words for people, by gender."""
KIN_ZH = {
    "m": "父亲|爸爸|爹|儿子|哥哥|弟弟|丈夫|未婚夫|爷爷|外公|舅舅|叔叔|他爸|男人|孙子|公公|局长",
    "f": "母亲|妈妈|娘|女儿|姐姐|妹妹|妻子|老婆|奶奶|外婆|姑姑|阿姨|女人|孙女|婆婆|讲解员|老师",
}
"""Chinese words for people, by gender; the longer ones hold the shorter."""
PARENTS_EN = frozenset(
    re.findall(
        r"\S+",
        "father dad mother mum mom stepfather stepmother grandfather grandmother grandad",
    )
)
PARENTS_ZH = frozenset(
    re.findall(r"\S+", "父亲 爸爸 爹 爷爷 外公 公公 母亲 妈妈 娘 奶奶 外婆 婆婆")
)
"""Whoever they act on is the one whom the report goes on with."""
SOMEONE_EN = frozenset(
    re.findall(
        r"\S+",
        "friend colleague manager doctor teacher supervisor lecturer landlord partner cousin "
        "flatmate roommate customer passenger trainer coach tutor lawyer classmate",
    )
)
"""English words for people of either gender."""
SOMEONE_ZH = (
    "校长|老师|导师|班主任|经理|领导|老板|医生|同事|同学|朋友|室友|客户|邻居|主任|组长|战友|工友"
)
"""Chinese words for people of either gender."""
PRONOUN_ZH = {"m": "他", "f": "她"}
