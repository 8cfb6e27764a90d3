"""All probes of one model in turn, the first of which is whether it answers at all."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from muspsy_sim.llm.dialects import Dialect
from muspsy_sim.llm.probing import probes
from muspsy_sim.llm.probing.asking import CHATTER, PATIENT, Asker, no_answer
from muspsy_sim.llm.probing.findings import Checked, Finding, unanswered
from muspsy_sim.llm.redaction import shown
from muspsy_sim.llm.retrying import RetryPolicy
from muspsy_sim.llm.seam import Message, Model, ModelFailure, Reply

_TRIES: Final = 3
"""Seeds under which a first answer is asked for: small models give an empty one at times."""


async def probe(
    model: Model,
    dialect: Dialect | None = None,
    serves: Sequence[str] = (),
    policy: RetryPolicy = PATIENT,
) -> Checked:
    """Probe a model. `dialect`: where its endpoint keeps what was learnt; `serves`: its list."""
    began = time.perf_counter()
    ask = Asker(model, policy)
    findings = [await _answers(ask, serves)]
    if findings[0].verdict == "yes":
        findings += [
            *_name(ask, serves),
            await probes.template(ask),
            await probes.schema(ask, dialect),
            await probes.seeded(ask),
            probes.counts(ask),
            await probes.cache(ask),
            *probes.reasoning(ask),
        ]
    return Checked(model.name, tuple(findings), ask.calls, time.perf_counter() - began)


async def _answers(ask: Asker, serves: Sequence[str]) -> Finding:
    said: Reply | ModelFailure | None = None
    for seed in range(_TRIES):
        said = await ask(Message("user", "Say one short sentence about the weather."), seed=seed)
        if isinstance(said, Reply) or said.kind not in ("malformed", "cut_off"):
            break
        if not said.usage.calls:
            break  # No text was made that another seed could mend.
    assert said is not None  # noqa: S101 - the loop ran
    if isinstance(said, Reply):
        return Finding("answers", "yes", f"it said: {shown(said.text, limit=60)}")
    if said.kind == "cut_off" and said.usage.calls:
        return Finding(
            "answers",
            "yes",
            f"it goes on for more than {CHATTER.max_tokens} tokens when asked for one sentence",
            "a base model, or one that thinks long: give roles more `max_tokens`",
        )
    if no_answer(said) and not said.standing and said.kind != "malformed":
        return unanswered("answers", said)
    return Finding("answers", "no", f"{said.kind}: {said.message}", _mend(ask, said, serves))


def _name(ask: Asker, serves: Sequence[str]) -> list[Finding]:
    """That it answered to a name that it does not list, where it lists any."""
    if not serves or _listed(ask.name, serves):
        return []
    return [
        Finding(
            "name",
            "unknown",
            "the server answered, but lists no model of this name: it may take any",
            f"{_has(serves)}; name one of them, so that records say what answered",
        )
    ]


def _mend(ask: Asker, why: ModelFailure, serves: Sequence[str]) -> str:
    """What to do about a model that does not answer."""
    if why.kind == "bad_request" and serves and not _listed(ask.name, serves):
        return _has(serves)
    return "mend that first; nothing else was probed"


def _listed(name: str, serves: Sequence[str]) -> bool:
    """Whether a model's string ends in a name that the server lists, or in its usual short form."""
    short = (each.removesuffix(":latest").removeprefix("models/") for each in serves)
    return name.endswith(tuple(f"{mark}{each}" for mark in "#:" for each in (*serves, *short)))


def _has(serves: Sequence[str]) -> str:
    return f"the server has: {', '.join(shown(each, limit=60) for each in serves[:5])}"
