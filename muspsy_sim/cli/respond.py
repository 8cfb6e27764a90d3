"""`muspsy respond`: a model's replies to recorded histories, beside the replies that were given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from muspsy_sim.evaluation.asking_sets import Mode
    from muspsy_sim.evaluation.instruments.spec import Instrument
    from muspsy_sim.evaluation.responding.asking import Asked
    from muspsy_sim.evaluation.responding.cases import ReplyCase
    from muspsy_sim.evaluation.responding.outcomes import ReplyOutcome

_SHOWN = 8


def respond(
    cases: Annotated[
        Path, typer.Option("--cases", metavar="PATH", help="Cases or dialogues: a file or folder.")
    ],
    model: Annotated[str, typer.Option("--model", metavar="MODEL", help="Who replies.")],
    form: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FORMAT",
            help="psydial-d101, cpsycoune, or any of `muspsy formats`; sniffed where left out.",
        ),
    ] = None,
    instruments: Annotated[
        str,
        typer.Option("--instruments", metavar="A,B", help="Rate replies with these instruments."),
    ] = "",
    judges: Annotated[
        str,
        typer.Option("--judges", metavar="M1,M2", help="Models that rate, with --instruments."),
    ] = "",
    bertscore: Annotated[
        str | None,
        typer.Option("--bertscore", metavar="ENCODER", help="Add BERTScore by this encoder."),
    ] = None,
    system: Annotated[
        Path | None,
        typer.Option("--system", metavar="FILE", help="To the model, in place of our words."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Keep replies and results; goes on from there."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Only the first N cases.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of replies and judgments.")] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object instead of tables.")
    ] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Ask anew what DIR has answers to.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Ask again what failed before.")
    ] = False,
    replay: Annotated[
        bool, typer.Option("--replay", help="Read DIR's journals, and ask nobody.")
    ] = False,
    at_once: Annotated[int, typer.Option("--at-once", min=1, max=4096, help="Calls at once.")] = 8,
) -> None:
    """Have a model reply to recorded histories, and hold its replies against the given ones."""
    from muspsy_sim.cli.entry import tell
    from muspsy_sim.cli.names import named as listed
    from muspsy_sim.cli.respond_page import print_results
    from muspsy_sim.cli.screen import console
    from muspsy_sim.cli.stopping import Stopped, run_stoppable
    from muspsy_sim.evaluation.responding.asking import Asked
    from muspsy_sim.evaluation.responding.bertscore import open_encoder
    from muspsy_sim.evaluation.responding.cases import read_cases
    from muspsy_sim.evaluation.responding.results import results_of, write_results
    from muspsy_sim.llm.model_strings import parse_model

    mode = _mode(out, restart=restart, retry_failed=retry_failed, replay=replay)
    name, raters = parse_model(model).name, list(listed([judges]))
    rating = _instruments(instruments, raters)
    words = "" if system is None else _text(system)
    read = read_cases(cases, form, limit)
    # Before anybody is asked: what can't be scored should not be paid for first.
    encoder = None if bertscore is None else open_encoder(bertscore)
    for problem in read.problems[:_SHOWN]:
        tell(str(problem))
    if len(read.problems) > _SHOWN:
        tell(f"and {len(read.problems) - _SHOWN} more such places")
    asked = Asked(
        model=model,
        instruments=rating,
        judges=raters,
        system=words,
        seed=seed,
        at_once=at_once,
        mode=mode,
    )
    try:
        outcomes = run_stoppable(_replied(read.cases, asked, out))
    except Stopped as stopped:
        kept = f"{out} keeps the replies so far; the same command goes on." if out else ""
        tell(f"Stopped. {kept}".strip())
        raise typer.Exit(stopped.exit_code) from None
    judged_by = [parse_model(judge).name for judge in raters]
    results = results_of(
        name, judged_by, outcomes, read.left_out, encoder=encoder, instruments=rating
    )
    if out is not None and mode != "replay":
        write_results(out, results, outcomes)
    if as_json:
        typer.echo(results.model_dump_json(indent=2))
    else:
        print_results(console(), results)
        if out is not None:
            typer.echo(f"Results: {out}")
        else:
            tell("Nothing was kept; name a folder with --out to keep replies and go on from there.")
    if results.failed:
        raise typer.Exit(1)


def _mode(out: Path | None, *, restart: bool, retry_failed: bool, replay: bool) -> Mode:
    flags = {"--restart": restart, "--retry-failed": retry_failed, "--replay": replay}
    given = [flag for flag, on in flags.items() if on]
    if len(given) > 1:
        raise typer.BadParameter(f"{given[0]} can't be joined with it", param_hint=given[1])
    if given and out is None:
        raise typer.BadParameter(
            "there is nothing to go on from; name a folder with --out", param_hint=given[0]
        )
    if restart:
        return "restart"
    if retry_failed:
        return "retry failed"
    return "replay" if replay else "go on"


def _instruments(named: str, judges: list[str]) -> list[Instrument]:
    from muspsy_sim.cli.names import named as listed
    from muspsy_sim.evaluation.instruments.loading import chosen_instruments
    from muspsy_sim.records.errors import RunError

    wanted = listed([named])
    if bool(wanted) != bool(judges):
        raise typer.BadParameter(
            "instruments need judges, and judges need instruments",
            param_hint="--judges" if wanted else "--instruments",
        )
    if not wanted:
        return []
    found = list(chosen_instruments(wanted))
    for each in found:
        if each.unit != "session" or each.rates != "counselor" or each.reported is not None:
            raise RunError(
                f"{each.id} does not rate a counselor's turns by what was said around them",
                hint="use one with `unit: session` and `rates: counselor`, such as cpsycoune",
            )
        if set(each.sees) - {"session", "earlier"}:
            raise RunError(
                f"{each.id} sees {', '.join(sorted(set(each.sees) - {'session', 'earlier'}))}, "
                "which a reply to a recorded history has not",
                hint="use one that sees the session alone, such as cpsycoune",
            )
    return found


def _text(path: Path) -> str:
    from muspsy_sim.records.errors import RunError
    from muspsy_sim.records.files import storage_error

    try:
        text = path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        raise RunError("it is not UTF-8", file=path, hint="save it as UTF-8") from None
    except OSError as error:
        raise storage_error(path, error, "read") from error
    if not text:
        raise RunError("it is empty", file=path, hint="leave --system out to use our own words")
    return text


async def _replied(cases: list[ReplyCase], asked: Asked, out: Path | None) -> list[ReplyOutcome]:
    from muspsy_sim.cli.calls_told import CallsTold
    from muspsy_sim.evaluation.asking_sets import Asking
    from muspsy_sim.evaluation.responding.asking import reply_all

    asking = Asking()
    return await reply_all(cases, asked, folder=out, asking=asking, told=CallsTold(asking))
