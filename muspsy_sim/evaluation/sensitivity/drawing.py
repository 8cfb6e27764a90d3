"""Draws of the dynamics' parameters, each from its stated range, spread by a Latin hypercube.

The ranges are those of `agents/client/dynamics.yaml`. The same number always gives the same draws.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from muspsy_sim.agents.client.dynamics import Dynamics, Parameter
from muspsy_sim.records.errors import RunError

_SEED = 60601

_NOT_LIVED = ("scripted", "words")
"""Parts that move no value of a responsive client: another client's script, and how values are
put into words."""


def varied(dynamics: Dynamics, over: Sequence[str] = (), fixed: Collection[str] = ()) -> list[str]:
    """Paths of the parameters that have a range; `over`: only those that begin with one of these.

    What a recipe has `fixed` is no assumption of the client's any more, and is left alone unless
    `over` names it. Raises `RunError` where there is none.
    """
    parameters = dynamics.parameters()
    paths = [
        path
        for path, parameter in parameters.items()
        if parameter.low < parameter.high
        and (_below(path, over) if over else not (path in fixed or _below(path, _NOT_LIVED)))
    ]
    if not paths:
        known = sorted({path.partition(".")[0] for path in parameters})
        raise RunError(
            f"no parameter with a range is called {', '.join(over)}",
            field="--over",
            hint=f"parts are {', '.join(known)}; a whole path such as week.natural will do as well",
        )
    return paths


def draws(dynamics: Dynamics, paths: Sequence[str], number: int) -> list[dict[str, float]]:
    """`number` draws of the parameters at `paths`; each stratum of each range is drawn once."""
    from scipy.stats import qmc

    parameters = dynamics.parameters()
    points = qmc.LatinHypercube(d=len(paths), rng=_SEED).random(number)
    return [
        {path: _at(parameters[path], float(share)) for path, share in zip(paths, row, strict=True)}
        for row in points
    ]


def _at(parameter: Parameter, share: float) -> float:
    """The value at a share of a parameter's range, never outside it by rounding."""
    value = parameter.low + share * (parameter.high - parameter.low)
    return min(max(value, parameter.low), parameter.high)


def _below(path: str, parts: Sequence[str]) -> bool:
    return any(path == part or path.startswith(f"{part}.") for part in parts)
