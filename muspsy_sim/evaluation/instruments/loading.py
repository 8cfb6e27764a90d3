"""Instruments by name or by file, as a judge is to see them.

Those that ship lie in `agents/judge/instruments/`; a user adds one by writing a file there, or by
naming a file of their own anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from muspsy_sim.evaluation.instruments.checks import check
from muspsy_sim.evaluation.instruments.spec import Instrument
from muspsy_sim.llm.prompting import digest
from muspsy_sim.records.content import list_content
from muspsy_sim.records.errors import ContentError
from muspsy_sim.records.files import canonical_json
from muspsy_sim.records.judging import ShownAnchor, ShownInstrument, ShownItem
from muspsy_sim.records.strict_yaml import validate_tree
from muspsy_sim.records.yaml_tree import read_tree


def read_instrument(path: Path) -> Instrument:
    """Read one file. Raises `ContentError` with the line of everything that does not hold."""
    tree = read_tree(path)
    instrument = validate_tree(tree, Instrument)
    check(tree, instrument)
    return instrument


def all_instruments() -> list[Instrument]:
    """The instruments of `agents/judge/instruments/`, by id. Raises `ContentError`."""
    found: dict[str, Instrument] = {}
    for path in list_content("agents", "judge/instruments/*.yaml"):
        instrument = read_instrument(path)
        if instrument.id != path.stem:
            raise ContentError(
                path, None, "id", f"{instrument.id!r} is not the file's name", "rename one of them"
            )
        found[instrument.id] = instrument
    return [found[name] for name in sorted(found)]


def chosen_instruments(names: Sequence[str] = ()) -> list[Instrument]:
    """The named instruments, ids or files, each once; all that ship where none is named.

    Raises:
        ContentError: a name is unknown, or a file is not as it should be.
    """
    shipped = {instrument.id: instrument for instrument in all_instruments()}
    if not names:
        return list(shipped.values())
    chosen: dict[str, Instrument] = {}
    for name in names:
        if name in shipped:
            instrument = shipped[name]
        elif name.endswith((".yaml", ".yml")):
            instrument = read_instrument(Path(name))
        else:
            near = get_close_matches(name, shipped, 1)
            raise ContentError(
                None,
                None,
                None,
                f"there is no instrument {name!r}",
                f"did you mean {near[0]!r}?" if near else f"known: {', '.join(shipped)}",
            )
        if instrument.id in chosen and chosen[instrument.id] != instrument:
            raise ContentError(
                name, None, "id", f"{instrument.id!r} is another one's id", "rename it"
            )
        chosen[instrument.id] = instrument
    return list(chosen.values())


def shown(instrument: Instrument) -> ShownInstrument:
    """An instrument as a judge sees it: nothing of spoilers, sources and licences."""
    return ShownInstrument(
        id=instrument.id,
        title=instrument.title,
        rates=instrument.rates,
        guidance=instrument.guidance.strip(),
        items=[
            ShownItem(
                id=item.id,
                asks=item.asks.strip(),
                low=(scale := instrument.scale_of(item)).low,
                high=scale.high,
                step=scale.step,
                better=instrument.better_of(item),
                neutral=item.neutral if item.neutral is not None else scale.low,
                cap=item.cap,
                may_not_apply=item.may_not_apply.strip(),
                anchors=[
                    ShownAnchor(low=a.low, high=a.high, text=a.text.strip(), example=a.example)
                    for a in item.anchors
                ],
                rule=item.rule,
            )
            for item in instrument.items
        ],
    )


def instrument_hash(instrument: Instrument) -> str:
    """The hash of all that can change a judgment."""
    seen = {"sees": instrument.sees, "unit": instrument.unit, "first": instrument.first_session}
    return digest(canonical_json([shown(instrument).model_dump(mode="json"), seen]))
