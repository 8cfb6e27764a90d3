"""How a server is asked for a structured answer, from the strictest way down to plain words.

`strict` holds it to the schema in the form that OpenAI's strict mode takes; `bare` is the same
without the constraints that some servers can't hold to; `object_schema` is llama-cpp-python's own
way, a JSON object with the schema beside it; `object` asks for any JSON object and `text` for
nothing but what the last message says. Whatever comes is validated by us all the same,
so a step down costs repairs, never soundness.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, Literal

import orjson

Format = Literal["strict", "bare", "object_schema", "object", "text"]

FORMATS: Final[tuple[Format, ...]] = ("strict", "bare", "object_schema", "object", "text")
"""From the strictest down."""

SAID_IN_WORDS: Final[frozenset[Format]] = frozenset({"object_schema", "object", "text"})
"""Forms whose schema stands in the last message too: a server may take them and ignore it."""

# What strict mode knows: https://platform.openai.com/docs/guides/structured-outputs
_KEPT = {"type", "enum", "description", "anyOf", "items", "properties", "$ref", "$defs"}
_CONSTRAINTS = {
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
}

_LENGTHS = {"minLength", "maxLength"}

_ASK = "Answer with one JSON object that fits this JSON schema, and with nothing else:\n"


def response_format(schema: dict[str, Any], name: str, form: Format) -> dict[str, Any] | None:
    """The request's `response_format`; `None` where the form has none."""
    if form == "text":
        return None
    if form == "object":
        return {"type": "json_object"}
    if form == "object_schema":
        return {"type": "json_object", "schema": schema}
    # The same schema object comes with every call of a prompt; what it becomes is never changed.
    key = (id(schema), name, form)
    known = _FORMATS.get(key)
    if known is None or known[0] is not schema:
        known = (schema, orjson.loads(_json_schema(orjson.dumps(schema), name, form)))
        if len(_FORMATS) >= _MOST_FORMATS:
            _FORMATS.clear()
        _FORMATS[key] = known
    return known[1]


_FORMATS: dict[tuple[int, str, Format], tuple[dict[str, Any], dict[str, Any]]] = {}
_MOST_FORMATS = 256


def in_words(schema: dict[str, Any]) -> str:
    """What is added to the last message for the forms that carry no schema."""
    return _ASK + orjson.dumps(schema).decode()


@lru_cache(maxsize=256)
def _json_schema(schema: bytes, name: str, form: Format) -> bytes:
    original = orjson.loads(schema)
    strict = strict_schema(original, constraints=form == "strict")
    described: dict[str, Any] = {
        "name": name[:64],
        "schema": original if strict is None else strict,
    }
    if strict is not None:
        described["strict"] = True
    return orjson.dumps({"type": "json_schema", "json_schema": described})


def strict_schema(
    schema: dict[str, Any], *, constraints: bool = True, lengths: bool = False
) -> dict[str, Any] | None:
    """A schema that strict mode takes, or `None` where there is none that means the same.

    Every property is required and none other allowed; defaults, titles and lengths of text are
    left out (a grammar for up to 8,000 characters is one that some servers choke on), and so are
    the other constraints unless `constraints`. With `lengths` those of texts stay, which OpenAI
    does not take and a grammar of our own does. An object with free keys can't be said this way.
    """
    try:
        kept = _KEPT | _CONSTRAINTS if constraints else _KEPT
        return _strict(schema, kept | _LENGTHS if lengths else kept)
    except _NotStrictError:
        return None


class _NotStrictError(Exception):
    """The schema says something that strict mode can't."""


def _strict(node: Any, kept: set[str]) -> dict[str, Any]:
    if not isinstance(node, dict) or not node:
        raise _NotStrictError
    if "$ref" in node:
        return {"$ref": node["$ref"]}
    if len(node.get("allOf", ())) == 1:
        node = {**node["allOf"][0], **{k: v for k, v in node.items() if k != "allOf"}}
        return _strict(node, kept)
    if "oneOf" in node:
        node = {**node, "anyOf": node["oneOf"]}
    if "const" in node:
        node = {**node, "enum": [node["const"]]}
    out = {key: value for key, value in node.items() if key in kept}
    if not {"type", "enum", "anyOf"} & out.keys():
        raise _NotStrictError
    if "anyOf" in out:
        out["anyOf"] = [_strict(choice, kept) for choice in out["anyOf"]]
    if node.get("type") == "array":
        out["items"] = _strict(node.get("items"), kept)
    if node.get("type") == "object":
        if "properties" not in node or node.get("additionalProperties", False) is not False:
            raise _NotStrictError
        out["properties"] = {k: _strict(v, kept) for k, v in node["properties"].items()}
        out["required"] = list(out["properties"])
        out["additionalProperties"] = False
    if "$defs" in out:
        out["$defs"] = {k: _strict(v, kept) for k, v in out["$defs"].items()}
    return out
