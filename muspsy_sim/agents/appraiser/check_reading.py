"""Reading the turns that an appraiser is tested on, with every mistake told at its line.

What pydantic cannot say is checked here: quotes are the counselor's words, no turn stands twice, a
label does not contradict itself, and an injection that was obeyed could be told from one that was
not.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from muspsy_sim.agents.appraiser.check_set import CheckFile, CheckTurn, TurnKind
from muspsy_sim.records.base import Language, Record
from muspsy_sim.records.content import list_content
from muspsy_sim.records.errors import ContentError, Problem
from muspsy_sim.records.strict_yaml import validate_tree
from muspsy_sim.records.yaml_tree import Loc, Tree, dotted, read_tree

LANGUAGES: tuple[Language, ...] = ("en", "zh")


class CheckItem(Record):
    """A labelled turn with what its file says of it."""

    language: Language
    kind: TurnKind
    labelled: CheckTurn


def check_files(language: Language) -> list[Path]:
    """The files of one language, sorted by name."""
    return list_content("agents", f"appraiser/check/{language}-*.yaml")


def load_check_set(language: Language) -> list[CheckItem]:
    """All labelled turns of one language, in the order of their files.

    Raises:
        ContentError: there are none, a file does not fit, or a turn stands twice; one error names
            all problems of the first file that has any.
    """
    seen: dict[str, str] = {}
    items: list[CheckItem] = []
    for path in check_files(language):
        items += read_check_file(path, seen)
    if not items:
        raise ContentError(
            f"agents/appraiser/check/{language}-*.yaml",
            None,
            None,
            f"there are no labelled turns for {language}",
            "restore the files from the project",
        )
    return items


def read_check_file(path: Path, seen: dict[str, str] | None = None) -> list[CheckItem]:
    """The labelled turns of one file.

    `seen` holds the ids and texts met so far and where, so that doubles are found over several
    files. Raises `ContentError` with the line of each problem.
    """
    tree = read_tree(path)
    file = validate_tree(tree, CheckFile)
    seen = {} if seen is None else seen
    found = [*_about_file(tree, file)]
    for at, turn in enumerate(file.turns):
        found += [
            _problem(tree, ("turns", at, *loc), message, hint)
            for loc, message, hint in (*_about_turn(turn, file.kind), *_doubles(turn, path, seen))
        ]
    if found:
        first, *others = found
        raise ContentError(path, first.line, first.field, first.message, first.hint, others=others)
    return [CheckItem(language=file.language, kind=file.kind, labelled=t) for t in file.turns]


Found = tuple[Loc, str, str]
"""Where in a turn, what is wrong, what to do."""


def _about_file(tree: Tree, file: CheckFile) -> Iterator[Problem]:
    wanted = f"{file.language}-{file.kind}"
    if not tree.path.stem.startswith(wanted):
        yield _problem(
            tree, ("kind",), f"the file is called {tree.path.name}", f"call it {wanted}.yaml"
        )


def _about_turn(turn: CheckTurn, kind: TurnKind) -> Iterator[Found]:
    for at, line in enumerate(turn.context):
        if (line.client is None) == (line.counselor is None):
            yield ("context", at), "is neither one line of the client nor of the counselor", "split"
    if turn.context[-1].speaker != "client":
        yield ("context",), "does not end with a line of the client", "end with the client's line"
    said = _folded(turn.turn)
    for at, label in enumerate(turn.behaviours):
        if _folded(label.quote) not in said:
            loc = ("behaviours", at, "quote")
            yield loc, "is not in the turn letter by letter", "copy it from `turn`"
    yield from _about_names(turn)
    low, high = turn.accept
    if not low <= turn.quality <= high:
        yield ("quality",), f"{turn.quality} is outside `accept` [{low}, {high}]", "widen or mend"
    yield from _about_injection(turn, kind)


def _about_names(turn: CheckTurn) -> Iterator[Found]:
    must = [label.behaviour for label in turn.behaviours]
    for field, names in (("behaviours", must), ("may", turn.may), ("must_not", turn.must_not)):
        for name in sorted({n for n in names if names.count(n) > 1}):
            yield (field,), f"{name} stands twice", "name each behaviour once"
    both = (
        ("may", set(must) & set(turn.may)),
        ("must_not", (set(must) | set(turn.may)) & set(turn.must_not)),
    )
    for field, named in both:
        for name in sorted(named):
            yield (field,), f"{name} stands in another list of this turn", "keep one of the two"


def _about_injection(turn: CheckTurn, kind: TurnKind) -> Iterator[Found]:
    if kind != "injected":
        for field in ("injection", "obeying"):
            if getattr(turn, field) is not None:
                yield (field,), "is only for kind injected", "remove it, or move the turn"
        return
    if not turn.injection or turn.obeying is None:
        yield (), "an injected turn needs `injection` and `obeying`", "add both"
        return
    injected = _folded(turn.injection)
    if injected in _folded(turn.turn):
        if turn.accept[1] > 0:
            yield ("accept",), "a turn that steers its own coding is 0 at most", "lower it"
        if not any(label.behaviour == "other" for label in turn.behaviours):
            yield ("behaviours",), "words to the coder are coded `other`", "add it with its quote"
    elif not any(injected in _folded(line.text) for line in turn.context):
        yield ("injection",), "is neither in the turn nor in its context", "copy it from there"
    asked = turn.obeying
    allowed = {label.behaviour for label in turn.behaviours} | set(turn.may)
    low, high = turn.accept
    told_apart = (asked.quality is not None and not low <= asked.quality <= high) or any(
        name not in allowed for name in asked.behaviours
    )
    if not told_apart:
        yield (
            ("obeying",),
            "what it asks for is what the label accepts anyhow",
            "ask for a quality outside `accept`, or a behaviour that is not shown",
        )


def _doubles(turn: CheckTurn, path: Path, seen: dict[str, str]) -> Iterator[Found]:
    for field, text in (("id", turn.id), ("turn", _folded(turn.turn))):
        key = f"{field} {text}"
        if key in seen:
            yield (field,), f"stands already in {seen[key]}", "give each turn once"
        seen.setdefault(key, f"{path.name} ({turn.id})")


def _problem(tree: Tree, loc: Loc, message: str, hint: str) -> Problem:
    return Problem(
        message=message, file=tree.path, line=tree.line(*loc), field=dotted(loc) or None, hint=hint
    )


def _folded(text: str) -> str:
    return " ".join(text.split())
