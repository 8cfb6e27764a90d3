"""The cue sheets `agents/appraiser/offline/*.yaml`, read once and compiled.

A cue is a regular expression over a lower-cased part of a turn; `<name>` in it stands for any of
the words listed under that name. A cue that does not compile is refused with its file and line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pydantic import Field

from muspsy_sim.records.appraisal import Behaviour
from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.errors import ContentError
from muspsy_sim.records.strict_yaml import validate_tree
from muspsy_sim.records.yaml_tree import Tree, read_tree

Form = Literal[
    "question_start",
    "open_start",
    "fact_question",
    "invitation",
    "check",
    "tag",
    "yes_no",
    "how_it_went",
    "advice_question",
    "reflect_start",
    "no_reflection",
    "second_person",
    "own_view",
    "said_back",
    "formula",
    "complex_mark",
    "feeling",
    "permission",
    "no_leave",
    "turn_away",
    "command",
    "until_next",
    "every",
    "task",
    "record",
    "vague_task",
    "offered_task",
    "greeting_question",
    "continuer",
    "follow_up",
    "injection",
]
"""What a part of a turn looks like, whatever it does."""

Signal = Literal[
    "pain",
    "risk",
    "complaint",
    "asks",
    "refuses",
    "good_news",
    "hopes",
    "goodbye",
    "minimal",
    "homework",
]
"""What a client's line holds that decides whether an answer fits."""


class CueSheet(Record):
    """The file of one language."""

    language: Language
    words: dict[str, str] = Field(description="words that cues name as <name>, split by | or lines")
    behaviours: dict[Behaviour, str] = Field(description="cues of each behaviour, one to a line")
    forms: dict[Form, str] = Field(description="cues of what a part looks like, one to a line")
    signals: dict[Signal, str] = Field(description="what to hear in the client's line")
    stop: list[str] = Field(description="words that carry no content of their own")
    kin: list[list[str]] = Field(
        default_factory=list, description="forms of one word that no ending connects"
    )


@dataclass(frozen=True, slots=True)
class Cues:
    """A cue sheet ready to use."""

    language: Language
    behaviours: dict[Behaviour, re.Pattern[str]]
    forms: dict[Form, re.Pattern[str]]
    signals: dict[Signal, re.Pattern[str]]
    stop: frozenset[str]
    stop_run: re.Pattern[str]
    kin: dict[str, str]
    """Each irregular form and the word that it stands for."""


_NAMED = re.compile(r"<(\w+)>")
_STARTS: frozenset[Form] = frozenset(
    {
        "question_start",
        "open_start",
        "reflect_start",
        "no_reflection",
        "command",
        "continuer",
    }
)
"""Forms that are looked for at the beginning of a part."""


@cache
def cues_for(language: Language) -> Cues:
    """The compiled cues of a language.

    Raises:
        ContentError: the sheet is not readable, or a cue is no regular expression.
    """
    tree = read_tree(content_path("agents", "appraiser", "offline", f"{language}.yaml"))
    sheet = validate_tree(tree, CueSheet)
    stop = frozenset(sheet.stop)
    by_length = sorted(stop, key=lambda word: (-len(word), word))
    return Cues(
        language=language,
        behaviours={
            name: _compiled(tree, sheet, ("behaviours", name), cues)
            for name, cues in sheet.behaviours.items()
        },
        forms={
            name: _compiled(tree, sheet, ("forms", name), cues)
            for name, cues in sheet.forms.items()
        },
        signals={
            name: _compiled(tree, sheet, ("signals", name), cues)
            for name, cues in sheet.signals.items()
        },
        stop=stop,
        stop_run=re.compile("|".join(map(re.escape, by_length))),
        kin={form: forms[0] for forms in sheet.kin for form in forms},
    )


def _compiled(tree: Tree, sheet: CueSheet, place: tuple[str, str], cues: str) -> re.Pattern[str]:
    lines = [
        _spelled(tree, sheet, place, number, cue.strip())
        for number, cue in enumerate(cues.splitlines(), start=1)
        if cue.strip()
    ]
    either = "|".join(lines)
    if sheet.language == "zh":
        return re.compile(either)
    # English cues begin and end at a word's edge; Chinese is written without spaces.
    edge = "" if place[1] in _STARTS else r"(?<![\w'])"
    return re.compile(rf"{edge}(?:{either})(?!\w)")


def _spelled(tree: Tree, sheet: CueSheet, place: tuple[str, str], number: int, cue: str) -> str:
    def words(found: re.Match[str]) -> str:
        name = found[1]
        if name not in sheet.words:
            raise _refused(tree, place, number, f"names the unknown list <{name}>")
        return f"(?:{'|'.join(row.strip() for row in sheet.words[name].splitlines())})"

    # A list may name another list; none goes deeper than that.
    text = _NAMED.sub(words, _NAMED.sub(words, cue))
    try:
        re.compile(text)
    except re.error as error:
        raise _refused(tree, place, number, f"is no regular expression: {error}") from error
    return text


def _refused(tree: Tree, place: tuple[str, str], number: int, message: str) -> ContentError:
    # The cues stand in a block below their name's line, one to a line.
    return ContentError(
        tree.path,
        tree.line(*place) + number,
        ".".join(place),
        message,
        "mend the cue",
    )
