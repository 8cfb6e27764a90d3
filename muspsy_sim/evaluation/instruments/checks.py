"""What a schema cannot say of an instrument: anchors that cover the scale once, names that exist.

Each problem is told at its line; overlapping anchors above all, since two judges that read the
same number differently measure two things.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from difflib import get_close_matches
from itertools import pairwise

from muspsy_sim.evaluation.instruments.spec import REPORT_ITEMS, Anchor, Instrument, Item, Scale
from muspsy_sim.records.errors import ContentError, Problem
from muspsy_sim.records.yaml_tree import Loc, Tree, dotted


def check(tree: Tree, instrument: Instrument) -> None:
    """Raise `ContentError` naming every problem of an instrument, the first one first."""
    problems = sorted(_problems(tree, instrument), key=lambda p: p.line or 0)
    if problems:
        first, *others = problems
        raise ContentError(
            first.file, first.line, first.field, first.message, first.hint, others=others
        )


def _problems(tree: Tree, instrument: Instrument) -> Iterator[Problem]:
    def told(loc: Loc, message: str, hint: str) -> Problem:
        return Problem(message, tree.path, tree.line(*loc), dotted(loc) or None, hint)

    names = [item.id for item in instrument.items]
    for place, name in enumerate(names):
        if name in names[:place]:
            yield told(("items", place, "id"), f"{name!r} is used twice", "rename one of them")
    if not instrument.blinded and instrument.measures == "outcome":
        yield told(
            ("sees",),
            "an outcome may not see the counselor's plan or notes",
            "write `measures: process`, or take them out",
        )
    if instrument.checklist and instrument.summaries:
        yield told(("summaries",), "a checklist is never averaged", "take the summaries out")
    for place, summary in enumerate(instrument.summaries):
        if summary.id in names:
            yield told(("summaries", place, "id"), "is the name of an item", "choose another name")
        for at, name in enumerate(summary.items):
            if name not in names:
                yield told(
                    ("summaries", place, "items", at),
                    f"there is no item {name!r}",
                    f"items are {', '.join(names)}",
                )
    for place, spoiler in enumerate(instrument.must_not_touch):
        if spoiler in instrument.must_lower:
            yield told(
                ("must_not_touch", place),
                f"{spoiler!r} must lower it as well",
                "take it out of one of the two lists",
            )
    yield from _unknown_names(instrument, told)
    for place, item in enumerate(instrument.items):
        for loc, message, hint in _item_problems(instrument, item):
            yield told(("items", place, *loc), message, hint)


def _unknown_names(
    instrument: Instrument, told: Callable[[Loc, str, str], Problem]
) -> Iterator[Problem]:
    """Spoilers and rules that do not exist, with the nearest that does."""
    from muspsy_sim.evaluation.spoiling.catalogue import all_kinds
    from muspsy_sim.llm.offline.judge.rules import RULES

    kinds = [kind.name for kind in all_kinds()]
    named: list[tuple[Loc, str, str, Collection[str]]] = [
        ((key, place), "spoiler", name, kinds)
        for key in ("must_lower", "must_not_touch")
        for place, name in enumerate(getattr(instrument, key))
    ]
    named += [
        (("items", place, "rule"), "rule of the offline judge's", item.rule, RULES)
        for place, item in enumerate(instrument.items)
        if item.rule
    ]
    for loc, what, name, known in named:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
            yield told(loc, f"there is no {what} {name!r}", hint)


def _item_problems(instrument: Instrument, item: Item) -> Iterator[tuple[Loc, str, str]]:
    scale = instrument.scale_of(item)
    if instrument.reported is not None:
        if item.id not in REPORT_ITEMS:
            yield ("id",), "is nothing that reports tell", f"one of {', '.join(REPORT_ITEMS)}"
        return
    if instrument.checklist and (scale.low, scale.high, scale.step) != (0.0, 1.0, 1.0):
        yield (), "a checklist's scale is 0 to 1", "write scale: {low: 0, high: 1}"
    if item.neutral is None:
        yield (), "`neutral` is missing", "say what it scores where there is no evidence"
    for key in ("neutral", "cap"):
        value = getattr(item, key)
        if value is not None and not scale.holds(value):
            yield (key,), f"{value:g} is not on the scale {_shown(scale)}", "choose a value of it"
    yield from _anchor_problems(item.anchors, scale)


def _anchor_problems(anchors: list[Anchor], scale: Scale) -> Iterator[tuple[Loc, str, str]]:
    if not anchors:
        yield (), "has no anchors", "say what the ends and the middle of the scale mean"
        return
    for place, anchor in enumerate(anchors):
        at: Loc = ("anchors", place)
        if anchor.low > anchor.high:
            yield at, "begins above its end", "swap `low` and `high`"
        for value in (anchor.low, anchor.high):
            if not scale.holds(value):
                yield at, f"{value:g} is not on the scale {_shown(scale)}", "keep to the scale"
                break
        for before, other in enumerate(anchors[:place]):
            if anchor.low <= other.high and other.low <= anchor.high:
                yield (
                    at,
                    f"overlaps anchor {before + 1}: both cover {max(anchor.low, other.low):g}",
                    "let each value belong to one anchor",
                )
    ordered = sorted(anchors, key=lambda a: a.low)
    edges = [(scale.low - scale.step, ordered[0].low)]
    edges += [(a.high, b.low) for a, b in pairwise(ordered)]
    edges.append((ordered[-1].high, scale.high + scale.step))
    for end, begin in edges:
        if begin - end > scale.step * 1.5:
            yield (
                ("anchors",),
                f"no anchor covers {end + scale.step:g}",
                f"cover the scale {_shown(scale)} whole",
            )
            return


def _shown(scale: Scale) -> str:
    step = "" if scale.step == 1 else f" in steps of {scale.step:g}"
    return f"{scale.low:g} to {scale.high:g}{step}"
