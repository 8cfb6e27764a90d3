"""`muspsy pitfalls RUN`: how its courses went wrong, by arm, with counts and the places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from muspsy_sim.evaluation.pitfalls.findings import Place
    from muspsy_sim.evaluation.pitfalls.table import PitfallTable
    from muspsy_sim.runs.store import Run


def pitfalls(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's folder, or its recipe.")],
    arms: Annotated[
        list[str] | None,
        typer.Option("--arms", metavar="ARM,...", help="Only these arms; all by default."),
    ] = None,
    places: Annotated[
        str | None,
        typer.Option(
            "--places",
            metavar="NAME",
            help="List the turns in which this pitfall was found instead: a name from the table, "
            "such as agreement_openings.client.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead.")] = False,
) -> None:
    """Measure pitfalls from the text of a run's episodes: by arm, with the counts.

    The table is kept in RUN/tables/pitfalls.json. docs/pitfalls.md says what each pitfall counts.
    """
    from muspsy_sim.cli.pitfall_words import print_all_pitfalls
    from muspsy_sim.cli.screen import console
    from muspsy_sim.runs.store import find_run

    found = find_run(run)
    name = _known(places) if places is not None else None
    table, listed = _measured(found, name)
    wanted = _arms(found, table, arms)
    if name is not None:
        _tell_places(name, [each for each in listed if each.arm in wanted], as_json)
    elif as_json:
        chosen = table.model_copy(update={"arms": {arm: table.arms[arm] for arm in wanted}})
        _tell_json(chosen.model_dump(mode="json"))
    else:
        print_all_pitfalls(console(), table, wanted)


@dataclass(frozen=True, slots=True)
class _Listed:
    """A place and where it was found."""

    arm: str
    episode: str
    place: Place


def _measured(run: Run, name: str | None) -> tuple[PitfallTable, list[_Listed]]:
    """The run's table, measured anew and kept; with the places of one pitfall where asked for."""
    from muspsy_sim.cli.entry import tell
    from muspsy_sim.evaluation.pitfalls.table import measure_run, write_table
    from muspsy_sim.records.errors import RunError, StorageError

    if not run.episode_ids():
        raise RunError("no episode is whole yet", file=run.folder, hint="see `muspsy status`")
    listed: list[_Listed] = []

    def keep(arm: str, episode: str, pitfall: str, place: Place) -> None:
        if pitfall == name:
            listed.append(_Listed(arm, episode, place))

    table = measure_run(run, keep)
    try:
        write_table(run, table)
    except StorageError as error:
        tell(f"Note: the table was not kept: {error}")
    return table, listed


def _known(name: str) -> str:
    """The pitfall of this name. Raises `RunError` naming the nearest."""
    from difflib import get_close_matches

    from muspsy_sim.evaluation.pitfalls.catalogue import PITFALLS
    from muspsy_sim.records.errors import RunError

    if name in PITFALLS:
        return name
    beginning = [known for known in PITFALLS if known.startswith(f"{name}.")]
    if len(beginning) == 1:
        return beginning[0]
    near = beginning or [known for known in PITFALLS if known.startswith(name)]
    near = near or get_close_matches(name, PITFALLS, 1, cutoff=0.3)
    hint = f"did you mean {' or '.join(map(repr, near[:2]))}?" if near else "the table names all"
    raise RunError(f"there is no pitfall {name!r}", field="--places", hint=hint)


def _arms(run: Run, table: PitfallTable, given: list[str] | None) -> list[str]:
    from difflib import get_close_matches

    from muspsy_sim.records.errors import RunError

    named = [name.strip() for text in given or () for name in text.split(",")]
    named = list(dict.fromkeys(name for name in named if name))
    for name in named:
        if name not in table.arms:
            near = get_close_matches(name, table.arms, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(table.arms)}"
            raise RunError(f"no whole episode of arm {name!r}", file=run.folder, hint=hint)
    return named or list(table.arms)


def _tell_places(name: str, listed: list[_Listed], as_json: bool) -> None:
    from muspsy_sim.cli.screen import console, styled
    from muspsy_sim.evaluation.pitfalls.catalogue import PITFALLS

    if as_json:
        _tell_json(
            [
                {
                    "arm": each.arm,
                    "episode": each.episode,
                    "turn": each.place.turn,
                    "words": each.place.words,
                    "why": each.place.why,
                }
                for each in listed
            ]
        )
        return
    screen = console()
    screen.print(styled(f"{name}: {PITFALLS[name].numerator}", "bold"), soft_wrap=True)
    for each in listed:
        place = each.place
        screen.print(styled(f"{each.episode} {place.turn}", "cyan"), soft_wrap=True)
        for line in (place.words, f"({place.why})" if place.why else ""):
            if line:
                screen.print(styled(f"  {line}"), soft_wrap=True)
    screen.print(styled(f"{len(listed)} place{'' if len(listed) == 1 else 's'}.", "dim"))


def _tell_json(shown: object) -> None:
    import orjson

    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
    typer.echo(orjson.dumps(shown, option=options).decode())
