"""`muspsy models`: what a model can do before a run is paid for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from muspsy_sim.llm.probing.findings import Checked

models_app = typer.Typer(
    name="models", help="Say which models can be named, and check one.", no_args_is_help=True
)

_STYLES = {"yes": "green", "partly": "yellow", "no": "red", "unknown": "dim"}

_SAID = {
    True: "It can take any role.",
    False: "It can't take every role; see above.",
    None: "Whether it can take every role could not be found out; see above.",
}

FORMS = {
    "offline": "the embedded default: no key, no network; to try, test and teach",
    "openai:MODEL": "OpenAI, or OPENAI_BASE_URL; key in OPENAI_API_KEY",
    "http://HOST:PORT/v1#MODEL": "any server that speaks chat completions, straight",
    "https://HOST/v1#MODEL": "the same over TLS; key in MUSPSY_API_KEY_HOST or MUSPSY_API_KEY",
    "langchain:PROVIDER:MODEL": "any chat model of LangChain's; key as its package has it",
    "hf:PATH-OR-ID": "a local checkpoint",
    "replay:RUN": "a run's journals, through `muspsy replay`",
    "script:NAME": "a fixed script of counselor lines in agents/gate/",
}
"""The forms of a model string, and what each is."""


@models_app.command("list")
def list_models() -> None:
    """List the forms that a model string can have."""
    from rich import box
    from rich.table import Table

    from muspsy_sim.cli.screen import console, styled

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("model", no_wrap=True)
    table.add_column("what it is", ratio=1)
    for form, what in FORMS.items():
        table.add_row(form, styled(what))
    console().print(table)


@models_app.command("check")
def check(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="As a recipe names it.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object instead of a table.")
    ] = False,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0.1, help="Seconds that one call may take.")
    ] = 120.0,
) -> None:
    """Check a model with a few short calls: template, schema, seed, counts, cache."""
    import orjson

    from muspsy_sim.cli.entry import tell
    from muspsy_sim.cli.stopping import Stopped, run_stoppable
    from muspsy_sim.llm.probing.findings import as_json as told

    try:
        checked = run_stoppable(_checked(model, timeout))
    except Stopped as stopped:
        tell("Stopped. Nothing was kept.")
        raise typer.Exit(stopped.exit_code) from None
    if as_json:
        typer.echo(orjson.dumps(told(checked), option=orjson.OPT_INDENT_2).decode())
    else:
        _print(checked)
    if not checked.usable:
        raise typer.Exit(1)


async def _checked(name: str, timeout_s: float) -> Checked:
    from muspsy_sim.llm.endpoints import Endpoints
    from muspsy_sim.llm.model_strings import parse_model
    from muspsy_sim.llm.models import open_model
    from muspsy_sim.llm.probing.checking import probe
    from muspsy_sim.records.errors import ModelSetupError

    spec = parse_model(name)
    if spec.scheme in ("offline", "script"):
        raise ModelSetupError(
            f"{spec.name} answers the project's own prompts and nothing else",
            hint="there is nothing to check; use it as it is",
        )
    async with Endpoints() as endpoints:
        model = open_model(spec, endpoints, timeout_s=timeout_s)
        await endpoints.check()
        endpoint = endpoints.only()
        if endpoint is None:
            return await probe(model)
        return await probe(model, endpoint.dialect(spec.model), await endpoint.serves())


def _print(checked: Checked) -> None:
    from rich import box
    from rich.table import Table

    from muspsy_sim.cli.screen import console, count, duration, styled

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("probe", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("found", ratio=3)
    table.add_column("advice", ratio=2)
    for each in checked.findings:
        verdict = styled(each.verdict, _STYLES[each.verdict])
        table.add_row(each.what, verdict, styled(each.found), styled(each.advice))
    screen = console()
    screen.print(styled(checked.model, "bold"))
    screen.print(table)
    said = _SAID[checked.usable]
    calls = f"{count(checked.calls)} call{'' if checked.calls == 1 else 's'}"
    screen.print(f"{said} {calls}, {duration(checked.seconds)}.")
