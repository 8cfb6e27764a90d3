"""What a server takes of a request, learnt from what it refuses, per model.

Servers differ in which parameters and answer formats they know. A refusal that names a parameter
leaves it out from then on; any other refusal of a structured request steps its answer format down.
Only what then worked is remembered. A server that takes a schema and ignores it refuses nothing:
that shows in its answers, and from then on the schema stands in words as well.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from muspsy_sim.llm.answer_formats import FORMATS, SAID_IN_WORDS, in_words, response_format
from muspsy_sim.llm.parsing import split_reasoning
from muspsy_sim.llm.seam import Request
from muspsy_sim.llm.wire import Completion, Rejection

_log = logging.getLogger(__name__)

_OPTIONAL = ("temperature", "top_p", "seed")
_LENGTHS = ("max_tokens", "max_completion_tokens")
_UNSUPPORTED = re.compile(
    r"unsupported|not support|unknown|unrecogni[sz]ed|unexpected|not (?:be )?(?:permitted|allowed)"
    r"|extra (?:inputs|fields)|only the default|cannot both|deprecated",
    re.IGNORECASE,
)
_TOO_LONG = re.compile(r"context (?:length|window|size)|too long|too many tokens", re.IGNORECASE)
_SEED_BITS = 0x7FFFFFFF
"""Seeds are sent as 31 bits: the largest that every server takes."""

_IGNORED_AFTER = 2
"""Answers without any JSON object, none with one before, after which a server is taken to ignore
the schema. One may be chance: a refusal in words, say."""


@dataclass(slots=True)
class Dialect:
    """How one model on one endpoint is spoken to.

    `length` is its name for the limit on the answer, `left_out` the parameters that it refuses,
    `formats` how far down the answer formats each answer type had to go. `held`: it has answered a
    schema with a JSON object; `strayed`: how often it did not; `words`: the schema is said too.
    """

    length: str = "max_tokens"
    left_out: set[str] = field(default_factory=set)
    formats: dict[str, int] = field(default_factory=dict)
    held: bool = False
    strayed: int = 0
    words: bool = False


Send = Callable[[dict[str, Any]], Awaitable[Completion]]
"""Sends a body. Raises `Rejection` where the server did not take it as it was."""


async def speak(send: Send, model: str, request: Request, dialect: Dialect) -> Completion:
    """Send a request in a model's dialect, learning where it is refused. Raises `ModelFailure`."""
    answer = request.answer.__name__
    step = dialect.formats.get(answer, 0)
    length, left_out = dialect.length, set(dialect.left_out)
    refused_any = False
    while True:
        body = body_of(
            model, request, Dialect(length, left_out, {answer: step}, words=dialect.words)
        )
        try:
            completion = await send(body)
        except Rejection as refusal:
            refused_any = True
            refused = _parameter(refusal, body)
            if refused in _OPTIONAL:
                left_out.add(refused)
            elif refused in _LENGTHS:
                length = _LENGTHS[1 - _LENGTHS.index(refused)]
            elif "response_format" in body and not names_length(refusal.message):
                step += 1
            else:
                raise
            if refused in _LENGTHS and length == dialect.length:
                raise  # It refuses both names: something else is wrong with the value.
            continue
        if refused_any:
            _learn(dialect, model, answer, step, length, left_out)
        if "response_format" in body and not dialect.held and not _in_words(request, body):
            _watch(dialect, model, completion)
        return completion


def body_of(model: str, request: Request, dialect: Dialect) -> dict[str, Any]:
    """The body of a chat-completions request."""
    messages = [{"role": m.role, "content": m.content} for m in request.messages]
    body: dict[str, Any] = {"model": model, "messages": messages}
    body[dialect.length] = request.sampling.max_tokens
    optional = {
        "temperature": request.sampling.temperature,
        "top_p": request.sampling.top_p,
        "seed": request.seed & _SEED_BITS,
    }
    body |= {name: value for name, value in optional.items() if name not in dialect.left_out}
    if request.schema is None:
        return body
    name = request.answer.__name__
    form = FORMATS[dialect.formats.get(name, 0)]
    if (wanted := response_format(request.schema, name, form)) is not None:
        body["response_format"] = wanted
    if form in SAID_IN_WORDS or dialect.words:
        said, asked = messages[-1]["content"], in_words(request.schema)
        if asked not in said:  # A repair holds it already.
            messages[-1]["content"] = f"{said}\n\n{asked}"
    return body


def names_length(message: str) -> bool:
    """Whether a refusal is about how long the prompt is."""
    return _TOO_LONG.search(message) is not None


def _parameter(refusal: Rejection, body: dict[str, Any]) -> str:
    """The parameter that a refusal is about; empty where it names none that was sent."""
    sent = [name for name in (*_OPTIONAL, *_LENGTHS) if name in body]
    if refusal.param:
        return refusal.param if refusal.param in sent else ""
    if not _UNSUPPORTED.search(refusal.message):
        return ""
    named = (n for n in sent if re.search(rf"(?<!\w){n}(?!\w)", refusal.message))
    return next(named, "")


def _learn(
    dialect: Dialect, model: str, answer: str, step: int, length: str, left_out: set[str]
) -> None:
    if step > dialect.formats.get(answer, 0):
        dialect.formats[answer] = step
        _log.warning("%s: %s is asked for as `%s`", model, answer, FORMATS[step])
    if length != dialect.length:
        dialect.length = length
        _log.warning("%s: the limit on answers is sent as `%s`", model, length)
    for name in sorted(left_out - dialect.left_out):
        dialect.left_out.add(name)
        _log.warning("%s: refuses `%s`, which is left out from now on", model, name)


def _in_words(request: Request, body: dict[str, Any]) -> bool:
    """Whether the schema stands in the last message, as in a repair: then it shows nothing."""
    assert request.schema is not None  # noqa: S101 - a format is sent for a schema alone
    return in_words(request.schema) in body["messages"][-1]["content"]


def _watch(dialect: Dialect, model: str, completion: Completion) -> None:
    """Notice a server that takes a schema and answers in prose all the same."""
    if dialect.held or dialect.words or completion.finish_reason == "length":
        return
    _, visible = split_reasoning(completion.content)
    if "{" in visible:
        dialect.held = True
        return
    dialect.strayed += 1
    if dialect.strayed >= _IGNORED_AFTER:
        dialect.words = True
        _log.warning("%s: ignores the JSON schema, which is said in words from now on", model)
