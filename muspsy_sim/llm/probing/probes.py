"""The probes of a model that answers: template, schema, seed, counts, cache, thoughts."""

from __future__ import annotations

from typing import Final

from muspsy_sim.llm.answer_formats import FORMATS
from muspsy_sim.llm.dialects import Dialect, names_length
from muspsy_sim.llm.parsing import AnswerError, parse_answer
from muspsy_sim.llm.probing.asking import (
    Asker,
    ProbeAnswer,
    ProbeHeld,
    ProbeShape,
    no_answer,
)
from muspsy_sim.llm.probing.findings import Finding, unanswered
from muspsy_sim.llm.redaction import shown
from muspsy_sim.llm.seam import Message, ModelFailure, Reply, Sampling
from muspsy_sim.records.base import Record

_LONG: Final = "The room has two chairs, a window and a clock that nobody looks at. " * 120
"""About 1,700 tokens: well over the block that any prefix cache works in (16 to 1,024 tokens)."""

_SEEDINGS: Final = 3
"""How often seeds are compared before it is given up: small models give an empty text at times."""

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


async def template(ask: Asker) -> Finding:
    """Which histories its chat template takes."""
    refused: list[tuple[str, ModelFailure]] = []
    for name, messages in _HISTORIES:
        said = await ask(*messages)
        if failure := no_answer(said):
            done = [f"refused: {n} ({why.kind}: {why.message})" for n, why in refused]
            return unanswered("chat template", failure, done)
        if isinstance(said, ModelFailure) and not said.usage.calls:
            refused.append((name, said))
    if not refused:
        return Finding("chat template", "yes", f"it takes all {len(_HISTORIES)} kinds of history")
    name, why = refused[0]
    return Finding(
        "chat template",
        "no" if len(refused) == len(_HISTORIES) else "partly",
        f"refused: {'; '.join(n for n, _ in refused)} ({why.kind}: {why.message})",
        "serve it with a chat template that knows a system message (vLLM: --chat-template FILE)"
        if name == _HISTORIES[0][0]
        else "as a `bare` counselor let the client speak first",
    )


async def schema(ask: Asker, dialect: Dialect | None) -> Finding:
    """How far it is held to a JSON schema, and in which form it is asked."""
    tempted = await ask(
        Message("system", "You describe things."),
        Message("user", "Say hello in plain English words. Do not use JSON, braces or quotes."),
        answer=ProbeAnswer,
    )
    if failure := no_answer(tempted):
        return unanswered("JSON schema", failure)
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
    if failure := no_answer(asked):
        return unanswered("JSON schema", failure, [f"not held to it when asked for prose{form}"])
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


async def seeded(ask: Asker) -> Finding:
    """Whether a seed settles the text."""
    lines = Message("user", "Make up a name for a boat, and say in one sentence why.")
    for base in range(0, 10 * _SEEDINGS, 10):
        texts: list[str] = []
        for seed in (base + 7, base + 7, base + 8):
            said = await ask(lines, seed=seed)
            if failure := no_answer(said):
                return unanswered("seed", failure)
            if isinstance(said, Reply):
                texts.append(said.text)
        if len(texts) == 3:
            return _compared(*texts)
    return Finding("seed", "unknown", "not every call was answered")


def _compared(first: str, again: str, other: str) -> Finding:
    """What two texts of one seed and one of another say."""
    if first != again:
        return Finding(
            "seed",
            "no",
            "one seed gives two texts",
            "a run is repeated from its journals (`muspsy replay`), not by asking again",
        )
    if first != other:
        return Finding("seed", "yes", "one seed gives one text, another seed another")
    return Finding(
        "seed",
        "partly",
        "the text is the same whatever the seed",
        "runs will not differ by seed. `transformers serve` samples only where the model's "
        "generation_config.json has do_sample: true",
    )


def counts(ask: Asker) -> Finding:
    """Whether the server counted the tokens of what it answered so far."""
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


async def cache(ask: Asker) -> Finding:
    """Whether a long prompt's beginning is reported to be cached the second time."""
    short = Sampling(temperature=0.0, top_p=1.0, max_tokens=400)
    took: list[float] = []
    for question in ("How many chairs? One word.", "How many clocks? One word."):
        last = await ask(Message("system", _LONG), Message("user", question), sampling=short)
        if failure := no_answer(last):
            return unanswered("prefix cache", failure)
        if isinstance(last, ModelFailure) and not last.usage.calls:
            return Finding(
                "prefix cache",
                "unknown",
                f"{last.kind}: {last.message}",
                "a run's prompts grow to several thousand tokens: allow a longer context"
                if names_length(last.message)
                else "",
            )
        took.append(ask.seconds)
    if cached := last.usage.cached_tokens:
        share = cached / max(1, last.usage.prompt_tokens)
        return Finding(
            "prefix cache", "yes", f"{share:.0%} of a repeated prompt is reported cached"
        )
    ratio = took[1] / max(took[0], 1e-9)
    return Finding(
        "prefix cache",
        "unknown",
        f"none is reported; the second call took {ratio:.2f} times as long as the first",
        "vLLM: --enable-prefix-caching --enable-prompt-tokens-details; SGLang: "
        "--enable-cache-report",
    )


def reasoning(ask: Asker) -> list[Finding]:
    """That it thinks aloud, if it does."""
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
