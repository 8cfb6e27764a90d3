"""`muspsy mask` and `muspsy privacy-check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from muspsy_sim.datasets.privacy.checking import Checked, Rate
    from muspsy_sim.records.corpus import Dialogue

_SHOWN = 10
"""Places of a corpus that could not be read, told; the others are counted."""

PRESIDIO_MODELS = Annotated[
    list[str] | None,
    typer.Option(
        "--presidio-model",
        metavar="MODEL",
        help="A spaCy pipeline for --presidio, by name or folder; one a language.",
    ),
]
_FORM = Annotated[
    str | None, typer.Option("--from", metavar="FORMAT", help="The format; else it is looked at.")
]


def mask(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A corpus, or imported tables, to be masked.")
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where the masked corpus is written.")
    ],
    form: _FORM = None,
    names: Annotated[
        Path | None,
        typer.Option("--names", metavar="FILE", help="Names that must go, one a line."),
    ] = None,
    presidio: Annotated[
        bool,
        typer.Option("--presidio", help="Also ask Presidio; needs the extra `privacy`."),
    ] = False,
    presidio_model: PRESIDIO_MODELS = None,
) -> None:
    """Mask who a corpus is about: the same placeholder for the same thing, in both languages.

    By rule, so what no rule knows stays: read what comes out, and declare names. Fields that a
    format does not know, and private reasoning, are left out.
    """
    from muspsy_sim.cli.corpora import print_problems
    from muspsy_sim.cli.screen import console
    from muspsy_sim.datasets.personal_data import declared_names
    from muspsy_sim.datasets.presidio import presidio_finder
    from muspsy_sim.datasets.privacy.writing import mask_corpus

    done = mask_corpus(
        path,
        out,
        form=form,
        names=declared_names(names) if names is not None else (),
        more=presidio_finder(presidio_model or ()) if presidio or presidio_model else None,
    )
    screen = console()
    print_problems(screen, done.problems, done.told)
    for kind, number in sorted(done.placeholders.items()):
        screen.print(f"  {number:,} {kind}")
    screen.print(
        f"{done.dialogues:,} dialogues masked, {sum(done.placeholders.values()):,} things in all."
    )
    screen.print(f"Written to {out} as {done.form}", soft_wrap=True)


def privacy_check(
    original: Annotated[Path, typer.Argument(metavar="ORIGINAL", help="The corpus as it was.")],
    reconstructed: Annotated[
        Path, typer.Argument(metavar="RECONSTRUCTED", help="What was made of it.")
    ],
    complaints: Annotated[
        Path | None,
        typer.Option(
            "--complaints",
            metavar="PATH",
            help="The complaint that each was written from: in the originals' order, or "
            "RECONSTRUCTED itself, where `psydial` made it.",
        ),
    ] = None,
    strangers: Annotated[
        Path | None,
        typer.Option(
            "--strangers", metavar="PATH", help="Dialogues of people who are not in the corpus."
        ),
    ] = None,
    attributes: Annotated[
        Path | None,
        typer.Option(
            "--attributes",
            metavar="FILE",
            help="JSON: dialogue id to what is known of its client; else what rules see.",
        ),
    ] = None,
    form: _FORM = None,
    seed: Annotated[int, typer.Option("--seed", help="For the intervals.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="All figures, for a program.")] = False,
) -> None:
    """Attack reconstructed dialogues three ways: attributes, linkage, membership.

    By text alone and without a model: a lower bound of what an attacker can do.
    """
    from muspsy_sim.datasets.privacy.attributes import declared
    from muspsy_sim.datasets.privacy.checking import check_privacy
    from muspsy_sim.datasets.privacy.matching import complaints_of

    originals = _dialogues(original, form)
    result = check_privacy(
        originals,
        _dialogues(reconstructed, form),
        complaints=None
        if complaints is None
        else complaints_of(originals, _dialogues(complaints, None)),
        strangers=_dialogues(strangers, form) if strangers is not None else None,
        attributes=declared(attributes) if attributes is not None else None,
        seed=seed,
    )
    if as_json:
        import json

        typer.echo(json.dumps(result.as_json(), ensure_ascii=False, indent=2))
    else:
        _print(result)


def _dialogues(path: Path, form: str | None) -> list[Dialogue]:
    from muspsy_sim.cli.entry import tell
    from muspsy_sim.datasets.corpora.opening import open_corpus
    from muspsy_sim.records.corpus import Dialogue
    from muspsy_sim.records.errors import FormatError, Problem

    found: list[Dialogue] = []
    problems: list[Problem] = []
    for each in open_corpus(path, form):
        if isinstance(each, Dialogue):
            found.append(each)
        else:
            problems.append(each)
    if not found:
        raise FormatError(
            "holds no dialogue that could be read", file=path, others=problems[:_SHOWN]
        )
    for problem in problems[:_SHOWN]:
        tell(str(problem))
    if len(problems) > _SHOWN:
        tell(f"and {len(problems) - _SHOWN:,} more such places; `muspsy audit` tells them all")
    return found


def _print(result: Checked) -> None:
    from rich import box
    from rich.table import Table

    from muspsy_sim.cli.screen import console, styled
    from muspsy_sim.datasets.making.shared_spans import LONGEST

    screen = console()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    who = ("reconstructed", "names redacted", "verbatim", "chance")
    table.add_column("attack", overflow="fold")
    for name in who:
        table.add_column(name, justify="right", no_wrap=True)
    for name, rates in result.rates.items():
        table.add_row(name, *(_shown(rates.get(each)) for each in who))
    screen.print(table)
    screen.print(f"{result.dialogues:,} pairs, {result.attributes:,} attributes.")
    for language, longest in sorted(result.longest_shared.items()):
        unit = "characters" if language == "zh" else "words"
        screen.print(
            f"The longest stretch that a client turn shares with its original's, {language}: "
            f"{longest} {unit} (RMRR allows {LONGEST[language]})."
        )
    if result.unmatched:
        first = ", ".join(result.unmatched[:5])
        screen.print(f"{len(result.unmatched):,} originals have no reconstruction: {first}")
    screen.print(
        styled(
            "[ ]: 95%, bootstrap of dialogues. By text alone: a lower bound of what is possible.",
            "dim",
        )
    )


def _shown(rate: Rate | None) -> str:
    if rate is None or rate.value is None:
        return "-"
    if rate.low is None or rate.high is None:
        return f"{rate.value:.2f}"
    return f"{rate.value:.2f} [{rate.low:.2f}, {rate.high:.2f}]"
