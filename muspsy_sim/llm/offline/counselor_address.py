"""How a Chinese counselor addresses its client: 您 where intake shows somebody of sixty or more.

Sentences are written with 你 and are recognised so; both have one character, so that places in a
text stay true when one is read as the other. What stands in quotation marks is somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from muspsy_sim.records.base import Language
from muspsy_sim.records.views import Line

_ELDER = 60
"""Years from which a stranger is addressed with 您 as a matter of course."""
_AGE = re.compile(r"年龄：\s*(\d{1,3})")
_QUOTED = re.compile(r"(“[^”]*”)")
_YOU = re.compile("你(?!们)")


def addressed_formally(intake: Sequence[Line], language: Language, manner: str) -> bool:
    """Whether the client is to be called 您. The dismissive counselor does not trouble to."""
    if language == "en" or manner == "dismissive":
        return False
    ages = (_AGE.search(line.text) for line in intake if line.speaker == "client")
    return any(found and int(found.group(1)) >= _ELDER for found in ages)


def formal(text: str) -> str:
    """The text with 您 for every 你 outside quotation marks."""
    return "".join(
        part if part.startswith("“") else _YOU.sub("您", part) for part in _QUOTED.split(text)
    )


def familiar(text: str) -> str:
    """The text with 你 for every 您 outside quotation marks; as long as it was."""
    if "您" not in text:
        return text
    return "".join(
        part if part.startswith("“") else part.replace("您", "你") for part in _QUOTED.split(text)
    )


def as_written(lines: Sequence[Line], language: Language) -> list[Line]:
    """A dialogue with the counselor's own lines as its sentences are written."""
    if language == "en":
        return list(lines)
    return [
        line.model_copy(update={"text": familiar(line.text)})
        if line.speaker == "counselor"
        else line
        for line in lines
    ]
