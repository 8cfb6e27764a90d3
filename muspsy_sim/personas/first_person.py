"""Chinese sentences about a client turned into sentences that the client could say.

Only the subject changes: the client's name, or a word such as `来访者`, becomes `我`, and a
sentence that leaves its subject out is given `我`, unless it begins with a word for someone else.
A sentence with `他`, `她` or `其` is left with them, since they may mean someone else, and is
marked; only where a sentence begins with the pronoun that the caller knows to be the client's does
that become `我` too. No other word is added, dropped or moved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_ROLES = "来访者|来询者|求助者|求询者|案主|患者|该生|当事人|服务对象"
_OTHER_PRONOUN = re.compile(r"其(?![他它中实余次间])(?<!尤其)(?<!极其)|[他她](?![们人])(?<!其他)")
_OTHER_SUBJECT = re.compile(
    r"[这那此该它]|[他她我咱]们|大家|有人|一[位名个]|别人|旁人|周围|医生|护士|老师|教师|领导|同事|同学|室友|朋友"
    r"|邻居|老友"
)
_CLAUSE = re.compile(r"(?:^|[，,；;。！？])\s*我(?!们)")
# As a client's name these are single characters; in other words they are parts of a word.
_INSIDE_WORDS = {"甲": ("指装龟盔铠", "状亢醛板级壳肝流沟亚烷醇乙")}
_END = "。！？!?…”"


@dataclass(frozen=True, slots=True)
class Turned:
    """A sentence after turning, and what was done to it."""

    text: str
    named: bool
    """The client was named in it, or was the pronoun it began with, and is `我` now."""
    added: bool
    """It had no subject and begins with `我` now."""
    uncertain: bool
    """It still has a pronoun that may mean the client or someone else."""


def to_first_person(
    sentence: str, name: str, *, pronoun: str = "", add_subject: bool = True
) -> Turned:
    """`sentence`, which is about a client called `name`, as the client would have to say it.

    `pronoun` is the client's where a sentence that begins with it is known to be about the client.
    Without `add_subject` a sentence that leaves its subject out stays so: its subject is another's.
    """
    text, count = _client(name).subn("我", sentence.strip())
    if pronoun and re.match(f"{pronoun}(?!们)", text):
        text, count = f"我{text[len(pronoun) :]}", count + 1
    uncertain = bool(_OTHER_PRONOUN.search(text))
    added = False
    has_subject = _CLAUSE.search(text) or _OTHER_SUBJECT.match(text)
    if text and add_subject and not uncertain and not has_subject:
        text, added = f"我{text}", True
    if text and text[-1] not in _END:
        text = f"{text.rstrip('，,；;、')}。"
    return Turned(text=text, named=count > 0, added=added, uncertain=uncertain)


def sentences_of(text: str) -> list[str]:
    """The sentences of a Chinese text, each with its end mark."""
    parts = re.findall(r"[^。！？!?\n；;]+[。！？!?；;]*[”’」]*", text)
    return [part.strip().rstrip("；;") for part in parts if part.strip(" 。！？!?；;\t”")]


def what_was_done(turned: Iterable[Turned]) -> dict[str, int | list[str]]:
    """A count of what was done to sentences, and those that were left uncertain."""
    each = list(turned)
    return {
        "sentences": len(each),
        "name_became_i": sum(one.named for one in each),
        "i_added": sum(one.added for one in each),
        "uncertain": [one.text for one in each if one.uncertain],
    }


def _client(name: str) -> re.Pattern[str]:
    forms = [_exactly(name)] if name else []
    if len(name) >= 2 and name.endswith("某"):
        # `李某` is also spoken of as `李先生` in the same report.
        forms.append(f"{re.escape(name[0])}(?:先生|女士|小姐|同学|老人)")
    named = "|".join(forms)
    return re.compile(f"(?:{_ROLES})(?:{named})|{named}|{_ROLES}" if named else _ROLES)


def _exactly(name: str) -> str:
    if name in _INSIDE_WORDS:
        before, after = _INSIDE_WORDS[name]
        return f"(?<![{before}]){re.escape(name)}(?![{after}])"
    if name.isascii():
        # A letter for a name must stand alone; `J` is not the J of `JAVA`.
        return rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])"
    return re.escape(name)
