"""What a model can do, found out by asking it: the probes behind `muspsy models check`.

Nine or ten short calls: whether it answers at all, which histories its chat template takes, how
far it is held to a JSON schema and in which form, whether a seed settles the text, whether tokens
are counted and cached ones reported. Nothing is recorded, and what it answers is never shown as
anything but quoted text.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from muspsy_sim.llm.answer_formats import FORMATS
from muspsy_sim.llm.dialects import Dialect
from muspsy_sim.llm.parsing import AnswerError, parse_answer
from muspsy_sim.llm.prompting import answer_schema
from muspsy_sim.llm.redaction import shown
from muspsy_sim.llm.seam import CallKey, Message, Model, ModelFailure, Reply, Request, Sampling
from muspsy_sim.records.answers import PlainReply
from muspsy_sim.records.base import Record

Verdict = Literal["yes", "partly", "no", "unknown"]

_LONG: Final = "The room has two chairs, a window and a clock that nobody looks at. " * 120
"""About 1,700 tokens: well over the block that any prefix cache works in (16 to 1,024 tokens)."""

_TRIES: Final = 3
"""Seeds under which a first answer is asked for: small models give an empty one at times."""

_CHATTER: Final = Sampling(temperature=1.0, top_p=1.0, max_tokens=400)


class ProbeView(Record):
    """A view of nothing: a probe is about nobody."""


class ProbeHeld(Record):
    """A small answer with an enumeration, a range and a list: what schemas of the project hold."""

    colour: Literal["vermilion", "ochre"]
    count: int = Field(ge=0, le=3)
    words: list[str] = Field(max_length=2)


class ProbeAnswer(ProbeHeld):
    """The same as it is asked for: with short words, so that a grammar comes to an end.

    The lengths of texts are not sent in strict mode, and no answer is judged by them.
    """

    words: list[Annotated[str, Field(max_length=12)]] = Field(max_length=2)


class ProbeShape(Record):
    """The same without what only some grammars can hold to: values and lengths."""

    colour: str
    count: int
    words: list[str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was probed: what came out, in words, and what to do about it, if anything."""

    what: str
    verdict: Verdict
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """All that was found of one model. `usable`: it can take a role in a run."""

    model: str
    findings: tuple[Finding, ...]
    usable: bool
    calls: int
    seconds: float


@dataclass(slots=True)
class _Asker:
    """Asks and counts. A failure is a finding here, not an end."""

    model: Model
    calls: int = 0
    replies: list[Reply] = field(default_factory=list)

    async def __call__(
        self,
        *messages: Message,
        answer: type[Record] = PlainReply,
        sampling: Sampling = _CHATTER,
        seed: int = 7,
    ) -> Reply | ModelFailure:
        self.calls += 1
        request = Request(
            key=CallKey("probe", 0, self.calls, "probe"),
            role="counselor",
            view=ProbeView(),
            answer=answer,
            messages=messages,
            schema=None if answer is PlainReply else answer_schema(answer),
            sampling=sampling,
            seed=seed,
            fingerprint=f"probe-{self.calls}",
        )
        try:
            reply = await self.model.reply(request)
        except ModelFailure as failure:
            return failure
        self.replies.append(reply)
        return reply


async def probe(
    model: Model, dialect: Dialect | None = None, serves: Sequence[str] = ()
) -> Checked:
    """Probe a model. `dialect`: where its endpoint keeps what was learnt; `serves`: its list."""
    began = time.perf_counter()
    ask = _Asker(model)
    findings = [await _answers(ask, serves)]
    if findings[0].verdict != "no":
        findings += [
            await _template(ask),
            await _schema(ask, dialect),
            await _seed(ask),
            _usage(ask),
            await _cache(ask),
            *_reasoning(ask),
        ]
    by_name = {f.what: f.verdict for f in findings}
    usable = by_name["answers"] == "yes" and "no" not in (
        by_name["chat template"],
        by_name["JSON schema"],
    )
    return Checked(model.name, tuple(findings), usable, ask.calls, time.perf_counter() - began)


async def _answers(ask: _Asker, serves: Sequence[str]) -> Finding:
    said: Reply | ModelFailure | None = None
    for seed in range(_TRIES):
        said = await ask(Message("user", "Say one short sentence about the weather."), seed=seed)
        if isinstance(said, Reply) or said.kind not in ("malformed", "cut_off"):
            break
    assert said is not None  # noqa: S101 - the loop ran
    if isinstance(said, Reply):
        return Finding("answers", "yes", f"it said: {shown(said.text, limit=60)}")
    if said.kind == "cut_off" and said.usage.calls:
        return Finding(
            "answers",
            "yes",
            f"it goes on for more than {_CHATTER.max_tokens} tokens when asked for one sentence",
            "a base model, or one that thinks long: give roles more `max_tokens`",
        )
    return Finding("answers", "no", f"{said.kind}: {said.message}", _mend(ask, said, serves))


def _mend(ask: _Asker, why: ModelFailure, serves: Sequence[str]) -> str:
    """What to do about a model that does not answer."""
    if why.kind == "rate_limit":
        return "ask again later; a run waits for as long as the server says"
    if why.kind == "bad_request" and serves:
        if not ask.model.name.endswith(tuple(f"{mark}{s}" for mark in "#:" for s in serves)):
            return f"the server has: {', '.join(shown(s, limit=60) for s in serves[:5])}"
    elif " 404" in why.message and "#" in ask.model.name:
        return "the address ends where `/chat/completions` begins: most end in /v1"
    return "mend that first; nothing else was probed"


_HISTORIES: Final[tuple[tuple[str, tuple[Message, ...]], ...]] = (
    ("a system message", (Message("system", "Be brief."), Message("user", "Hello."))),
    (
        "a system message, then a history that the client begins",
        (
            Message("system", "Be brief."),
            Message("user", "Hello."),
            Message("assistant", "Good morning."),
            Message("user", "I slept badly."),
        ),
    ),
    (
        "a system message, then a history that the counselor begins",
        (
            Message("system", "Be brief."),
            Message("assistant", "What brings you here?"),
            Message("user", "I slept badly."),
        ),
    ),
)


async def _template(ask: _Asker) -> Finding:
    outcomes = [(name, await ask(*messages)) for name, messages in _HISTORIES]
    refused = [
        (name, said)
        for name, said in outcomes
        if isinstance(said, ModelFailure) and said.kind not in ("cut_off", "timeout", "malformed")
    ]
    if not any(isinstance(said, Reply) or said.usage.calls for _, said in outcomes) and not refused:
        return Finding("chat template", "unknown", "no call was answered")
    if not refused:
        return Finding("chat template", "yes", f"it takes all {len(_HISTORIES)} kinds of history")
    name, why = refused[0]
    everything = len(refused) == len(_HISTORIES)
    return Finding(
        "chat template",
        "no" if everything else "partly",
        f"refused: {'; '.join(n for n, _ in refused)} ({why.kind}: {why.message})",
        "serve it with a chat template that knows a system message (vLLM: --chat-template FILE)"
        if name == _HISTORIES[0][0]
        else "as a `bare` counselor let the client speak first",
    )


async def _schema(ask: _Asker, dialect: Dialect | None) -> Finding:
    tempted = await ask(
        Message("system", "You describe things."),
        Message("user", "Say hello in plain English words. Do not use JSON, braces or quotes."),
        answer=ProbeAnswer,
    )
    form = _form(dialect)
    if _fits(tempted):
        return Finding("JSON schema", "yes", f"held to it even when asked for prose{form}")
    if _fits(tempted, ProbeShape):
        return Finding(
            "JSON schema",
            "partly",
            f"held to its shape, not to its values and lengths{form}",
            "expect some repairs",
        )
    asked = await ask(
        Message("system", "You describe things."),
        Message("user", "Describe a ripe tomato: colour, count, words. Answer as JSON."),
        answer=ProbeAnswer,
    )
    if _fits(asked):
        return Finding(
            "JSON schema",
            "partly",
            f"it answers in schema when asked to, and nothing holds it to it{form}",
            "expect repairs; a server with guided decoding (vLLM, SGLang, llama.cpp) needs none",
        )
    why = asked.message if isinstance(asked, ModelFailure) else _misfit(asked)
    return Finding(
        "JSON schema",
        "no",
        f"no answer in schema, neither tempted nor asked{form}: {why}",
        "it can be a `bare` counselor, whose answers are plain text, and no other role",
    )


def _form(dialect: Dialect | None) -> str:
    if dialect is None:
        return ""
    step = dialect.formats.get(ProbeAnswer.__name__, 0)
    return f" (asked as `{FORMATS[step]}`{', and in words' if dialect.words else ''})"


def _fits(reply: Reply | ModelFailure, answer: type[Record] = ProbeHeld) -> bool:
    return isinstance(reply, Reply) and not _misfit(reply, answer)


def _misfit(reply: Reply, answer: type[Record] = ProbeHeld) -> str:
    try:
        parse_answer(reply.text, answer)
    except AnswerError as error:
        return shown(str(error), limit=120)
    return ""


async def _seed(ask: _Asker) -> Finding:
    lines = Message("user", "Make up a name for a boat, and say in one sentence why.")
    for base in range(0, 10 * _TRIES, 10):
        said = [await ask(lines, seed=seed) for seed in (base + 7, base + 7, base + 8)]
        texts = [each.text for each in said if isinstance(each, Reply)]
        if len(texts) == len(said):
            break
    else:
        return Finding("seed", "unknown", "not every call was answered")
    first, again, other = texts
    if first == again and first != other:
        return Finding("seed", "yes", "one seed gives one text, another seed another")
    if first == again:
        return Finding(
            "seed",
            "partly",
            "the text is the same whatever the seed",
            "runs will not differ by seed. `transformers serve` samples only where the model's "
            "generation_config.json has do_sample: true",
        )
    return Finding(
        "seed",
        "no",
        "one seed gives two texts",
        "a run is repeated from its journals (`muspsy replay`), not by asking again",
    )


def _usage(ask: _Asker) -> Finding:
    if not ask.replies:
        return Finding("token counts", "unknown", "no call was answered")
    if any(reply.usage.estimated for reply in ask.replies):
        return Finding(
            "token counts",
            "no",
            "the server counts none",
            "tokens and money are estimates, and said to be",
        )
    return Finding("token counts", "yes", "the server counts them")


async def _cache(ask: _Asker) -> Finding:
    short = Sampling(temperature=0.0, top_p=1.0, max_tokens=400)
    times: list[float] = []
    last: Reply | ModelFailure | None = None
    for question in ("How many chairs? One word.", "How many clocks? One word."):
        began = time.perf_counter()
        last = await ask(Message("system", _LONG), Message("user", question), sampling=short)
        times.append(time.perf_counter() - began)
    assert last is not None  # noqa: S101 - the loop ran
    if isinstance(last, ModelFailure) and not last.usage.calls:
        return Finding(
            "prefix cache",
            "unknown",
            f"{last.kind}: {last.message}",
            "a run's prompts grow to several thousand tokens: allow a longer context"
            if last.kind == "bad_request"
            else "",
        )
    ratio = times[1] / max(times[0], 1e-9)
    if cached := last.usage.cached_tokens:
        share = cached / max(1, last.usage.prompt_tokens)
        return Finding(
            "prefix cache", "yes", f"{share:.0%} of a repeated prompt is reported cached"
        )
    return Finding(
        "prefix cache",
        "unknown",
        f"none is reported; the second call took {ratio:.2f} times as long as the first",
        "vLLM: --enable-prefix-caching --enable-prompt-tokens-details; SGLang: "
        "--enable-cache-report",
    )


def _reasoning(ask: _Asker) -> list[Finding]:
    if not any(reply.reasoning for reply in ask.replies):
        return []
    return [
        Finding(
            "thinks aloud",
            "yes",
            "its reasoning is kept apart and shown to nobody",
            "it counts against `max_tokens`: give roles room, or turn thinking off at the server",
        )
    ]


def as_json(checked: Checked) -> dict[str, Any]:
    """What was found, as it is printed with `--json`. `seconds` is a clock's."""
    return {
        "model": checked.model,
        "usable": checked.usable,
        "calls": checked.calls,
        "seconds": round(checked.seconds, 3),
        "findings": [
            {"what": f.what, "verdict": f.verdict, "found": f.found, "advice": f.advice}
            for f in checked.findings
        ],
    }
