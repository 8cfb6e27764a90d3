"""`muspsy personas vary`: variants of one client, each in a folder of its own.

What differs stands in each variant's `extra.variant`, and is printed. Text is not translated by
rule: another language is refused unless a model is named.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muspsy_sim.cli.screen import console, styled

if TYPE_CHECKING:
    from muspsy_sim.records.base import Language
    from muspsy_sim.records.profile import Profile


def vary_persona(
    persona: Annotated[str, typer.Argument(metavar="ID", help="A persona's id or path.")],
    number: Annotated[int, typer.Option("--n", min=1, max=999, help="How many variants.")],
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same variants.")] = 0,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where each variant gets a folder.")
    ] = Path("variants"),
    language: Annotated[
        str | None,
        typer.Option("--language", metavar="en|zh", help="Needs --model if not the client's own."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="MODEL", help="What translates a client's words."),
    ] = None,
    allow_minors: Annotated[
        bool, typer.Option("--allow-minors", help="Also vary a client under 18.")
    ] = False,
    assume_adult: Annotated[
        bool, typer.Option("--assume-adult", help="Take a client of unknown age for an adult.")
    ] = False,
) -> None:
    """Vary a client in severity, resistance, stage of change, talkativeness and supports."""
    from muspsy_sim.cli.entry import clear_errors
    from muspsy_sim.personas.library import find_profile, load_profile
    from muspsy_sim.personas.summaries import CASE_FILE, PROFILE_FILE
    from muspsy_sim.personas.varying import vary
    from muspsy_sim.personas.writing import profile_text, write_new

    with clear_errors():
        base = load_profile(persona, allow_minors=allow_minors, assume_adult=assume_adult)
        spoken = _spoken(base, language, model)
        variants = vary(spoken, number, seed)
        files = {out / each.id / PROFILE_FILE: profile_text(each, out) for each in variants}
        case = find_profile(persona).with_name(CASE_FILE)
        if case.is_file() and spoken.language == base.language:
            text = case.read_text(encoding="utf-8")
            files |= {out / each.id / CASE_FILE: text for each in variants}
        write_new(files)
    _print_variants(base, variants)
    noun = "variant" if number == 1 else "variants"
    typer.echo(f"{number} {noun} of {base.id} in {out}, seed {seed}")


def _spoken(base: Profile, language: str | None, model: str | None) -> Profile:
    """The profile in the language asked for. Raises `ProfileError` where that cannot be."""
    from muspsy_sim.personas.translating import language_named, translated
    from muspsy_sim.records.errors import ProfileError

    wanted: Language = base.language if language is None else language_named(language)
    if wanted == base.language:
        return base
    if model is None:
        raise ProfileError(
            f"{base.id} speaks {base.language!r}, and no rule translates a client's words",
            field="language",
            hint="leave --language out, or name the model that is to translate with --model",
        )
    import asyncio

    return asyncio.run(translated(base, wanted, model))


def _print_variants(base: Profile, variants: list[Profile]) -> None:
    from rich.table import Table

    heads = ("id", "PHQ-9", "GAD-7", "trust", "keeps distance by", "stage", "talk", "supports")
    table = Table(*heads)
    for each in (base, *variants):
        manner = each.temperament
        table.add_row(
            styled(each.id),
            *(str(sum(each.symptoms.phq9)), str(sum(each.symptoms.gad7))),
            f"{manner.starting_trust:.2f}",
            *(manner.resistance_style, manner.stage_of_change),
            f"{manner.talkativeness:.2f}",
            str(len(each.supports)),
            style="bold" if each is base else "",
        )
    console().print(table)
