"""What the loopback chat server says: text that fits a JSON schema, and reads like counseling.

It sees what any server sees, messages and schema, and nothing of the project. The answer depends on
the request's body alone, so the same request is answered the same whenever it is asked.
"""

from __future__ import annotations

import json
import re
from hashlib import blake2b
from random import Random
from typing import Any

_COUNSELOR_LINE = re.compile(r"Counselor: ([^\n<]+)")
_HAN = re.compile(r"[一-鿿]")

_SAID = {
    "en": (
        ("Since we last spoke", "This week", "On Monday", "After supper", "Lately", "Most nights"),
        ("I kept thinking about", "I could not put down", "I noticed", "I went back to",
         "it was harder to carry", "I talked with a friend about"),
        ("the way the house goes quiet", "what my brother said", "the forms on the table",
         "how tired I get by noon", "the walk we planned", "that one small thing that helped"),
        ("and I let it be.", "and it passed.", "and I am not sure why.", "so I wrote it down.",
         "and that surprised me.", "but I slept a little."),
    ),
    "zh": (
        ("上次谈完以后，", "这个星期，", "星期一那天，", "晚饭以后，", "最近，", "好几个晚上，"),
        ("我老想着", "我放不下", "我留意到", "我又回头看了", "我不太扛得住", "我跟朋友说起了"),
        ("家里安静下来的样子", "弟弟说的那句话", "桌上的那些表格", "中午就累下来的身子",
         "说好要走的那段路", "那件管用的小事"),
        ("，也就随它了。", "，后来就过去了。", "，我说不清为什么。", "，就把它写下来了。",
         "，我自己也没想到。", "，不过睡着了一会儿。"),
    ),
}  # fmt: skip


def chance_of(*parts: Any) -> Random:
    """Chance that is a pure function of what it is for."""
    key = json.dumps(parts, sort_keys=True, ensure_ascii=True).encode()
    return Random(int.from_bytes(blake2b(key, digest_size=8).digest(), "big"))


def answer(body: dict[str, Any]) -> str:
    """The text that answers a chat-completions body."""
    rng = chance_of(body)
    messages = "\n".join(str(m.get("content") or "") for m in body["messages"])
    language = "zh" if len(_HAN.findall(messages)) * 4 > len(messages) else "en"
    schema = schema_in(body)
    if schema is None:
        return sentence(rng, language)
    heard = _COUNSELOR_LINE.findall(messages)
    return json.dumps(
        instance(schema, schema, rng, language=language, heard=heard[-1] if heard else ""),
        ensure_ascii=False,
    )


def schema_in(body: dict[str, Any]) -> dict[str, Any] | None:
    """The schema that a body asks for, in `response_format` or in the last message's words."""
    wanted = body.get("response_format") or {}
    if wanted.get("type") == "json_schema":
        return wanted["json_schema"]["schema"]
    if tools := body.get("tools"):
        return tools[0]["function"]["parameters"]
    _, _, after = str(body["messages"][-1].get("content")).rpartition("JSON schema")
    if "{" in after:
        return json.loads(after[after.index("{") :])
    return None


def sentence(rng: Random, language: str) -> str:
    """One or two sentences, each one of 1,296."""
    gap = "" if language == "zh" else " "
    return gap.join(_one_sentence(rng, language) for _ in range(rng.choice((1, 1, 2))))


def _one_sentence(rng: Random, language: str) -> str:
    first, *rest = (rng.choice(part) for part in _SAID[language])
    return f"{first}{''.join(rest)}" if language == "zh" else f"{first}, {' '.join(rest)}"


def instance(
    node: dict[str, Any],
    root: dict[str, Any],
    rng: Random,
    *,
    language: str,
    heard: str,
    name: str = "",
) -> Any:
    """A value that a schema holds valid. `name` is its property's; `heard` can be quoted."""
    node = _resolved(node, root)
    if "const" in node:
        return node["const"]
    if "enum" in node:
        return rng.choice(node["enum"])
    for choices in ("anyOf", "oneOf"):
        if choices in node:
            node = _resolved(rng.choice(node[choices]), root)
            return instance(node, root, rng, language=language, heard=heard, name=name)
    kind = node.get("type")
    if kind == "object":
        return {
            key: instance(value, root, rng, language=language, heard=heard, name=key)
            for key, value in node.get("properties", {}).items()
        }
    if kind == "array":
        return _array(node, root, rng, language, heard, name)
    if kind == "integer":
        return rng.randint(node.get("minimum", 0), node.get("maximum", 10))
    if kind == "number":
        return round(rng.uniform(node.get("minimum", 0.0), node.get("maximum", 1.0)), 3)
    if kind == "boolean":
        return rng.random() < 0.03  # Mostly endings (`close`, `leaves`): a course should run.
    if kind == "null":
        return None
    return _string(node, rng, language, heard, name)


def _resolved(node: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        node = root["$defs"][node["$ref"].removeprefix("#/$defs/")]
    if len(node.get("allOf", ())) == 1:
        return _resolved(node["allOf"][0], root)
    return node


def _array(
    node: dict[str, Any], root: dict[str, Any], rng: Random, language: str, heard: str, name: str
) -> list[Any]:
    least = node.get("minItems", 0)
    if name in ("requires", "told", "turns"):  # Ids that only the project knows.
        return []
    length = rng.randint(max(least, 1), max(least, min(node.get("maxItems", 2), 2)))
    return [
        instance(node["items"], root, rng, language=language, heard=heard, name=f"{name}-{k}")
        for k in range(length)
    ]


def _string(node: dict[str, Any], rng: Random, language: str, heard: str, name: str) -> str:
    if "pattern" in node or name == "id":
        text = f"goal-{rng.randrange(10**9)}"
        if not re.search(node.get("pattern", ""), text):
            raise NotImplementedError(f"no text for the pattern {node['pattern']!r}")
        return text
    if name == "quote":
        return heard.strip()
    text = sentence(rng, language)
    while len(text) < node.get("minLength", 1):
        text += f" {sentence(rng, language)}"
    return text[: node.get("maxLength", len(text))]
