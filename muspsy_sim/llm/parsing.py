"""From a model's text to a typed answer: reasoning set apart, the JSON found, then validated.

Text from a model is data: it is measured before it is read, never evaluated, and what does not
hold is told in one short line that can be quoted back to the model.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import orjson
from pydantic import ValidationError

from muspsy_sim.records.base import Record
from muspsy_sim.records.errors import one_line

MAX_ANSWER = 200_000
"""Characters of an answer that are read; a longer one is a runaway generation and refused."""

MAX_DEPTH = 32
"""Nesting of an answer that is read; the project's deepest schema needs 5."""

_MAX_OBJECTS = 20
"""Places where an object may begin that are tried before the text is given up."""

_MAX_ERROR = 500

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

# Tags that models put round what they think aloud: XML-like ones, those in brackets (Magistral),
# those in triangles (Kimi), and the channels of harmony (gpt-oss) where a server leaves them in.
_MARK = re.compile(
    r"""
      (?P<open>
          <(?:think|thinking|thoughts?|reasoning|scratchpad)(?:\s+[\w-]+\s*=[^<>]{0,200})?\s*>
        | \[THINK\] | ◁think▷ | <\|begin_of_thought\|>
        | (?:<\|start\|>assistant)?<\|channel\|>(?:analysis|commentary)[^<]{0,200}<\|message\|>
      )
    | (?P<close>
          </\s*(?:think|thinking|thoughts?|reasoning|scratchpad)\s*>
        | \[/THINK\] | ◁/think▷ | <\|end_of_thought\|>
        | (?:<\|start\|>assistant)?<\|channel\|>final[^<]{0,200}<\|message\|>
      )
    | (?P<noise> <\|(?:begin|end)_of_solution\|> | <\|return\|> | <\|end\|> )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_FENCED = re.compile(r"```[ \t]*(?:json5?|JSON)?[ \t]*\r?\n(.*?)```", re.DOTALL)


def _could_hold_mark(text: str) -> bool:
    """Whether it holds what every mark begins or ends with; else it is not gone through."""
    return "<" in text or "◁" in text or ("[" in text and "think]" in text.lower())


class AnswerError(Exception):
    """A text is no valid answer. The message is one line and can be quoted in a repair."""


def split_reasoning(text: str) -> tuple[str | None, str]:
    """What was thought aloud (`None` if nothing), and what is left for others to see.

    A mark that is never closed makes all after it private; a closing mark without an opening one
    (templates that open it in the prompt) makes all before it private.
    """
    if not _could_hold_mark(text):
        return None, text
    private: list[str] = []
    visible: list[str] = []
    depth, at, marked = 0, 0, False
    for mark in _MARK.finditer(text):
        (private if depth else visible).append(text[at : mark.start()])
        at = mark.end()
        if mark["open"]:
            depth, marked = depth + 1, True
        elif mark["close"]:
            if depth == 0:
                private, visible = private + visible, []
            depth, marked = max(0, depth - 1), True
    if at == 0:
        return None, text
    (private if depth else visible).append(text[at:])
    thought = "\n".join(piece.strip() for piece in private if piece.strip())
    return (thought or None) if marked else None, "".join(visible).strip()


def parse_answer(text: str, answer_type: type[Record], plain: bool = False) -> Record:
    """The typed answer in a model's text; a plain answer's text is its type's only field.

    Reasoning in the text is dropped: call `split_reasoning` first to keep it. Raises
    `AnswerError` where nothing in the text validates.
    """
    if len(text) > MAX_ANSWER:
        raise AnswerError(f"the answer is longer than {MAX_ANSWER:,} characters")
    visible = split_reasoning(text)[1].strip()
    if plain:
        (only,) = answer_type.model_fields
        return _validated({only: visible}, answer_type)
    if (whole := _whole_object(visible)) is not None:
        return _validated(whole, answer_type)
    first: AnswerError | None = None
    for candidate in _candidates(visible):
        try:
            return _validated(_loaded(candidate), answer_type)
        except AnswerError as error:
            first = first or error
    raise first or AnswerError(
        "it is empty" if not visible else "it holds no complete JSON object (`{` to its `}`)"
    )


def _validated(value: Any, answer_type: type[Record]) -> Record:
    try:
        return answer_type.model_validate(value)
    except ValidationError as error:
        raise AnswerError(_told(error)) from None


def _told(error: ValidationError) -> str:
    """The first problems of a validation, without the values that a model wrote."""
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    told = [f"{_place(p['loc'])}: {p['msg']}" for p in problems[:4]]
    if len(problems) > 4:
        told.append(f"and {len(problems) - 4} more problems")
    line = one_line("; ".join(told))
    return line if len(line) <= _MAX_ERROR else line[: _MAX_ERROR - 1] + "…"


def _place(loc: tuple[int | str, ...]) -> str:
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part[:60]}" for part in loc)
    return f"`{place.lstrip('.')}`" if place else "the object"


def _whole_object(text: str) -> dict[str, Any] | None:
    """The object that the text is from its first sign to its last, and nothing beside it.

    `None` where it may be anything else, which is then looked for. One that could be too deep, or
    hides reasoning behind escapes, is left to the longer way as well.
    """
    if not text.startswith("{") or text.count("{") + text.count("[") > MAX_DEPTH or "\\" in text:
        return None
    try:
        value = orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return None
    return value if isinstance(value, dict) else None


def _loaded(candidate: str) -> Any:
    try:
        value = orjson.loads(candidate)
    except (orjson.JSONDecodeError, UnicodeEncodeError) as error:
        value = _loosely_loaded(candidate)
        if value is None:
            detail = error.msg if isinstance(error, orjson.JSONDecodeError) else "lone surrogate"
            raise AnswerError(f"it is not valid JSON: {one_line(detail)[:200]}") from None
    if not isinstance(value, dict):
        raise AnswerError("it is not a JSON object")
    return _without_reasoning(value) if "\\" in candidate else value


def _loosely_loaded(candidate: str) -> Any:
    """An object whose strings hold line ends and control signs raw; `None` where it is none.

    Models write them, and llama.cpp's grammar lets them through. Control signs become spaces.
    """
    try:
        value = json.loads(_CONTROL.sub(" ", candidate), strict=False, parse_constant=_refused)
        orjson.dumps(value)  # Raises for a lone surrogate, which can't be stored.
    except (ValueError, TypeError):
        return None
    return value


def _refused(constant: str) -> None:
    """NaN and Infinity are no JSON."""
    raise ValueError(constant)


def _without_reasoning(value: Any) -> Any:
    """Take out marks that JSON escapes hid from the text; depth is bounded by then."""
    if isinstance(value, str):
        return split_reasoning(value)[1]
    if isinstance(value, list):
        return [_without_reasoning(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_reasoning(item) for key, item in value.items()}
    return value


def _candidates(text: str) -> Iterator[str]:
    """Stretches that may be the object, likeliest first: the whole, fenced ones, then any."""
    starts: list[tuple[str, int]] = []
    if text.startswith("{"):
        starts.append((text, 0))
    starts += [
        (block, block.index("{")) for block in _FENCED.findall(text)[:_MAX_OBJECTS] if "{" in block
    ]
    for source, start in starts:
        end = _object_end(source, start)
        if end is not None:
            yield source[start:end]
    at = -1
    for _ in range(_MAX_OBJECTS):
        at = text.find("{", at + 1)
        if at < 0:
            return
        end = _object_end(text, at)
        if end is not None:
            yield text[at:end]
            at = end - 1


_STEP = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]|"', re.DOTALL)


def _object_end(text: str, start: int) -> int | None:
    """Where the object that begins at `start` ends; `None` where it does not. Raises if too deep.

    Strings are stepped over whole, so a brace in one neither opens nor closes anything.
    """
    depth = 0
    for step in _STEP.finditer(text, start):
        sign = step[0]
        if sign in "{[":
            depth += 1
            if depth > MAX_DEPTH:
                raise AnswerError(f"it is nested deeper than {MAX_DEPTH} levels")
        elif sign in "}]":
            depth -= 1
            if depth == 0:
                return step.end()
        elif sign == '"':
            return None
    return None
