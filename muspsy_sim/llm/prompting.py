"""From a typed view to chat messages: Jinja templates in `agents/`, undefined names forbidden.

A template has up to four parts, each begun by a line of its own: `=== system` (what never changes),
`=== session` (what seldom changes within a session), `=== dialogue` (grows only at its end) and
`=== now` (what changes every turn), so that a server's prefix cache holds all but the last. Parts
are split before rendering: text from a model is a value, and can neither open a part nor be
evaluated.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson

from muspsy_sim.llm.kept_text import KeptText
from muspsy_sim.llm.seam import CallKey, Message, Prompt, Request, Sampling
from muspsy_sim.llm.templates import PARTS, digest, load_template, texts
from muspsy_sim.records.base import Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.errors import ContentError

__all__ = [
    "answer_schema",
    "digest",
    "fingerprint",
    "load_template",
    "render",
    "request_for",
    "schema_digest",
]


def render(
    prompt: Prompt[Any, Any], view: Record, kept: KeptText | None = None
) -> tuple[Message, ...]:
    """The chat messages for a view. A plain prompt's dialogue becomes messages of its own.

    With `kept` what it holds from earlier calls of the same asker is not rendered again.
    """
    template = load_template(prompt.template)
    names = view.__dict__
    try:
        text = texts(template, names, kept)
    except Exception as error:
        from jinja2 import UndefinedError

        if not isinstance(error, UndefinedError):
            raise
        raise ContentError(
            content_path("agents", *prompt.template.split("/")),
            None,
            None,
            f"prompt {prompt.name}: {error.message}; its view offers {', '.join(sorted(names))}",
            "use a name that the view offers",
        ) from error
    messages = [Message("system", text["system"])]
    if prompt.plain:
        messages += [
            Message("assistant" if line.speaker == "counselor" else "user", line.text)
            for line in names.get("dialogue", [])
        ]
        return tuple(m for m in messages if m.content)
    last = "\n\n".join([text[p] for p in PARTS[1:] if text.get(p)])
    return (*messages, Message("user", last)) if last else tuple(messages)


_SCHEMAS: dict[type[Record], tuple[dict[str, Any], str]] = {}


def answer_schema(answer: type[Record]) -> dict[str, Any]:
    """The JSON schema that a server is asked to hold an answer to."""
    return _schema(answer)[0]


def schema_digest(answer: type[Record]) -> str:
    """Hash of an answer's schema."""
    return _schema(answer)[1]


def _schema(answer: type[Record]) -> tuple[dict[str, Any], str]:
    if answer not in _SCHEMAS:
        schema = answer.model_json_schema()
        hashed = digest(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS))
        _SCHEMAS[answer] = (schema, hashed)
    return _SCHEMAS[answer]


def request_for(
    prompt: Prompt[Any, Any],
    view: Record,
    key: CallKey,
    sampling: Sampling,
    seed: int,
    kept: KeptText | None = None,
) -> Request:
    """The first attempt at a call: messages rendered, hash taken. `kept` as in `render`."""
    if type(view) is not prompt.view:
        raise TypeError(f"{prompt.name} takes {prompt.view.__name__}, got {type(view).__name__}")
    messages = render(prompt, view, kept)
    return Request(
        key=key,
        role=prompt.role,
        view=view,
        answer=prompt.answer,
        messages=messages,
        schema=None if prompt.plain else answer_schema(prompt.answer),
        sampling=sampling,
        seed=seed,
        fingerprint=fingerprint(messages, prompt, sampling, seed),
    )


def fingerprint(
    messages: tuple[Message, ...], prompt: Prompt[Any, Any], sampling: Sampling, seed: int
) -> str:
    """Hash of all that can change an answer: messages, schema, sampling, seed."""
    # What never changes goes in by its hash, which is taken once and not at every turn.
    said = [
        (m.role, _long_digest(m.content) if m.role == "system" else m.content) for m in messages
    ]
    how = (sampling.temperature, sampling.top_p, sampling.max_tokens, seed)
    return digest(orjson.dumps((prompt.name, schema_digest(prompt.answer), said, how)))


@lru_cache(maxsize=512)
def _long_digest(text: str) -> str:
    return digest(text.encode())
