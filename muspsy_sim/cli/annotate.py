"""`muspsy annotate PATH`: any corpus labelled in Psy-Insight's lists."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_TURNS = 16


def annotate(
    path: Annotated[
        str,
        typer.Argument(metavar="PATH", help="Published files, imported tables, or a run."),
    ],
    model: Annotated[str, typer.Option("--model", metavar="MODEL", help="Who labels.")] = "offline",
    form: Annotated[
        str | None,
        typer.Option("--from", metavar="FORMAT", help="The format of files; sniffed by default."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Where to; by default runs/corpora/NAME-labels."),
    ] = None,
    turns: Annotated[
        int, typer.Option("--turns", min=1, max=200, help="Turns that one call labels.")
    ] = _TURNS,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Only the first N dialogues.")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="FORMAT", help="Also write a published format, such as psy-insight."
        ),
    ] = None,
    allow_offline: Annotated[
        bool,
        typer.Option("--allow-offline", help="With --to: publish what the offline default wrote."),
    ] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Delete what is there and begin anew.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Go on with what a model's failure ended.")
    ] = False,
    at_once: Annotated[int, typer.Option("--at-once", min=1, help="Dialogues at once.")] = 16,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing but what is wrong.")
    ] = False,
) -> None:
    """Label any corpus as Psy-Insight is labelled: strategies, emotions, topic, stage, summary.

    Nothing that was said is changed. Labels are marked as annotated, beside those that were there.
    """
    from muspsy_sim.cli.generate import Told, conclude, publish_made, published_name, run_plan
    from muspsy_sim.datasets.making.planning import plan_corpus
    from muspsy_sim.datasets.making.recipe import CorpusRecipe
    from muspsy_sim.datasets.making.sources import entries_of

    recipe = CorpusRecipe.model_validate(
        {
            "way": "psy-insight",
            "source": path,
            "source_format": form,
            "psy-insight": {"turns_a_call": turns},
            "models": {"default": model},
            "concurrency": at_once,
        }
    )
    plan = plan_corpus(recipe, entries_of(recipe, None, limit, Told()))
    folder = out if out is not None else Path("runs", "corpora", f"{Path(path).stem}-labels")
    again = _again(path, model, form, folder, turns, limit)
    if to is not None:
        published_name(plan, folder, to, allow_offline)
    done = run_plan(
        plan, folder, again=again, restart=restart, retry_failed=retry_failed, quiet=quiet
    )
    if to is not None:
        publish_made(plan, folder, to, allow_offline, quiet)
    raise typer.Exit(conclude(done, again))


def _again(
    path: str, model: str, form: str | None, folder: Path, turns: int, limit: int | None
) -> str:
    """The command that goes on, with all that the journals are held to; secrets are left out."""
    import shlex

    from muspsy_sim.llm.redaction import redact

    words = ["muspsy", "annotate", path, "--model", redact(model), "--out", str(folder)]
    words += ["--turns", str(turns)] if turns != _TURNS else []
    for name, value in (("--from", form), ("--limit", limit)):
        words += [name, str(value)] if value is not None else []
    return shlex.join(words)
