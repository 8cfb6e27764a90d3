"""`muspsy power RECIPE`: what effect a design can see and what it costs, before it is run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from muspsy_sim.evaluation.planning.forecast import Forecast


def power(
    recipe: Annotated[str, typer.Argument(help="A recipe's file, or its name in runs/.")],
    effect: Annotated[
        float | None,
        typer.Option(
            "--effect",
            metavar="D",
            min=0.001,
            help="Also the power for this effect, in sd of one paired difference.",
        ),
    ] = None,
    measured: Annotated[
        str | None,
        typer.Option(
            "--measured",
            metavar="RUN",
            help="Measure variances on an earlier run rather than assume them.",
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change one value of the recipe."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead.")] = False,
) -> None:
    """Say what effect a recipe's design can see, and what it will cost in calls, tokens and money.

    Nothing is asked of a paid model: an offline course or two of each arm is lived to measure.
    """
    from muspsy_sim.cli.screen import console
    from muspsy_sim.evaluation.planning.forecast import forecast
    from muspsy_sim.evaluation.planning.pilot import run_pilot
    from muspsy_sim.runs.loading import find_recipe, load_recipe, parse_change
    from muspsy_sim.runs.plan import plan_run
    from muspsy_sim.runs.store import find_run

    file = find_recipe(recipe)
    read = load_recipe(file, [parse_change(text) for text in set_ or []])
    plan = plan_run(read, base=file.parent)
    run = find_run(measured) if measured is not None else None
    found = forecast(plan, run_pilot(plan), effect=effect, measured=run)
    if as_json:
        import orjson

        typer.echo(orjson.dumps(found.model_dump(), option=orjson.OPT_INDENT_2).decode())
        return
    _print(console(), found)


def _print(screen: Console, found: Forecast) -> None:
    from muspsy_sim.cli.screen import styled
    from muspsy_sim.evaluation.comparing.wording import many

    def say(text: str, style: str = "") -> None:
        screen.print(styled(text, style))

    design = ((found.clients, "client"), (found.cases, "source case"), (found.seeds, "seed"))
    clients, cases, seeds = (many(number, one) for number, one in design)
    say(f"{clients} of {cases}, {seeds}", "bold")
    say(f"Primary endpoint: {found.primary}")
    for note in found.notes:
        say(f"! {note}", "yellow")
    _sight(screen, found)
    shares = ", ".join(f"{100 * found.spread[k]:.0f}% {k}" for k in ("case", "client", "seed"))
    say(
        "d: effect in standard deviations of one paired difference, one client and one seed in "
        f"each arm. Its variance: {shares} ({found.spread['basis']}).",
        "dim",
    )
    if found.sd_points is not None:
        say(f"One such standard deviation: {found.sd_points:.2f} in {found.primary}.", "dim")
    _costs(screen, found)


def _sight(screen: Console, found: Forecast) -> None:
    from muspsy_sim.cli.screen import styled
    from muspsy_sim.evaluation.comparing.wording import percent

    table = _columns("question", "alpha", "d seen, power 0.8", *(f"d {e}" for e in _effects(found)))
    for row in found.sight:
        least = f"{row.detectable:.2f}" if row.detectable is not None else "none"
        powers = [percent(row.powers[e]) for e in _effects(found)]
        table.add_row(styled(row.question), f"{row.alpha:.4g}", least, *powers)
    screen.print()
    screen.print(styled("What it can see (power by effect)", "bold underline"))
    screen.print(table)
    if max(found.tests.values()) > 1:
        over = ", ".join(f"{number} ({name})" for name, number in found.tests.items())
        screen.print(
            styled(
                "The smaller alpha: the first of the declared tests under Holm's correction, the "
                f"worst case; {over}.",
                "dim",
            )
        )


def _effects(found: Forecast) -> list[str]:
    return list(found.sight[0].powers)


def _costs(screen: Console, found: Forecast) -> None:
    from muspsy_sim.cli.screen import count, money, styled

    table = _columns("arm", "episodes", "calls", "at most", "tokens in", "tokens out", "money")
    for row in found.costs:
        table.add_row(
            styled(row.arm),
            count(row.episodes),
            f"~{count(row.calls)}",
            count(row.most_calls),
            f"~{_short(row.prompt_tokens)}",
            f"~{_short(row.completion_tokens)}",
            money(row.money),
        )
    costs = [row.money for row in found.costs]
    known = [cost for cost in costs if cost is not None]
    table.add_row(
        styled("all", "bold"),
        count(sum(row.episodes for row in found.costs)),
        f"~{count(sum(row.calls for row in found.costs))}",
        count(sum(row.most_calls for row in found.costs)),
        f"~{_short(sum(row.prompt_tokens for row in found.costs))}",
        f"~{_short(sum(row.completion_tokens for row in found.costs))}",
        money(sum(known) if len(known) == len(costs) else None),
    )
    screen.print()
    screen.print(styled("What it will cost", "bold underline"))
    screen.print(table)
    scaled = f", scaled up {found.scale:.1f} times (prompts grow: more)" * (found.scale > 1.0)
    screen.print(
        styled(
            f"Measured on {found.pilot_courses} offline courses{scaled}: the same prompts, tokens "
            "estimated. A wordier model takes more, courses that end early less; retries, judges "
            "and annotators are not in it. At most: every session held to its last exchange.",
            "dim",
        )
    )
    if found.unpriced:
        screen.print(
            styled(f"No price for {', '.join(found.unpriced)}: give it under `prices`.", "yellow")
        )


def _short(number: float) -> str:
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.1f}{unit}"
    return f"{number:.0f}"


def _columns(first: str, *others: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column(first, overflow="fold")
    for name in others:
        table.add_column(name, overflow="fold", justify="right")
    return table
