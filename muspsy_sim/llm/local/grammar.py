"""Answers that fit their schema whatever the model: held to a grammar, and brought to an end.

xgrammar (Apache-2.0) turns a JSON schema into the set of tokens allowed next. A schema says nothing
about how long a text may be in tokens, so a model that never closes a quote would run into its
limit: near it only tokens that close something are let through, where the schema allows one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from muspsy_sim.llm.answer_formats import strict_schema

_MARGIN: Final = 12
"""Tokens kept beyond what the shortest rest of an answer takes."""


@dataclass(slots=True)
class Guide:
    """What one row may say next.

    `endings`: marked tokens, best first: those that close a text (within one a brace is only a sign
    more), those that close a list or object, those that end a number or item and go on.
    """

    matcher: Any
    bitmask: Any
    endings: tuple[Any, ...]
    reserve: int
    """Tokens that the shortest whole answer takes: from there on nothing new is opened."""

    def mask(self, logits: Any, left: int) -> None:
        """Forbid in one row of logits `[vocabulary]` what may not come next, in place."""
        import torch
        import xgrammar

        self.matcher.fill_next_token_bitmask(self.bitmask, 0)
        xgrammar.apply_token_bitmask_inplace(logits[None], self.bitmask.to(logits.device))
        if left > self.reserve:
            return
        allowed = torch.isfinite(logits)
        for ending in self.endings:
            closing = ending.to(logits.device) & allowed
            if bool(closing.any()):
                logits[~closing] = float("-inf")
                return

    def take(self, token: int) -> bool:
        """Note what was said. Whether the answer is whole now."""
        if not self.matcher.accept_token(token):
            raise RuntimeError("the grammar refused a token that it had allowed")
        return bool(self.matcher.is_terminated())


class Grammars:
    """Compiled grammars of one tokenizer, each schema once."""

    def __init__(self, tokenizer: Any, vocabulary: int, stops: list[int]) -> None:
        import torch
        import xgrammar

        described = xgrammar.TokenizerInfo.from_huggingface(
            tokenizer, vocab_size=vocabulary, stop_token_ids=stops
        )
        self._compiler = xgrammar.GrammarCompiler(described)
        self._vocabulary = vocabulary
        self._stops = stops
        self._tokenizer = tokenizer
        self._compiled: dict[str, tuple[Any, int]] = {}
        self._endings = tuple(torch.zeros(vocabulary, dtype=torch.bool) for _ in range(3))
        for token in range(min(vocabulary, len(tokenizer))):
            text = tokenizer.decode([token]).strip()
            if token in stops or (text and set(text) <= set('"}]')):
                self._endings[0 if text.startswith('"') else 1][token] = True
            elif text and set(text) <= set('"}],'):
                self._endings[2][token] = True

    def guide(self, schema: str) -> Guide:
        """A guide through one answer. `schema` is JSON."""
        import xgrammar

        if schema not in self._compiled:
            # Lengths of texts are left to the reserve: a grammar of 8,000 optional characters is
            # slow to compile and holds to nothing that a token limit doesn't.
            original = json.loads(schema)
            held = strict_schema(original, empty=False) or original
            compiled = self._compiler.compile_json_schema(
                json.dumps(held), any_whitespace=False, strict_mode=True
            )
            shortest = json.dumps(smallest(held, held), ensure_ascii=False)
            reserve = len(self._tokenizer.encode(shortest, add_special_tokens=False))
            self._compiled[schema] = (compiled, round(1.5 * reserve) + _MARGIN)
        compiled, reserve = self._compiled[schema]
        return Guide(
            matcher=xgrammar.GrammarMatcher(compiled),
            bitmask=xgrammar.allocate_token_bitmask(1, self._vocabulary),
            endings=self._endings,
            reserve=reserve,
        )


def smallest(node: Any, root: Any, depth: int = 0) -> Any:
    """About the shortest value that fits a schema, with one item in each list.

    From wherever an answer is, what is left of it is hardly longer than that.
    """
    if depth > 12 or not isinstance(node, dict):
        return None
    if "$ref" in node:
        return smallest(root.get("$defs", {}).get(node["$ref"].rsplit("/", 1)[-1]), root, depth + 1)
    if "enum" in node:
        return max(node["enum"], key=lambda value: len(str(value)))
    if "const" in node:
        return node["const"]
    for choices in ("anyOf", "oneOf", "allOf"):
        if choices in node:
            each = [smallest(choice, root, depth + 1) for choice in node[choices]]
            return max(each, key=lambda value: len(json.dumps(value)))
    kind = node.get("type")
    if kind == "object":
        return {k: smallest(v, root, depth + 1) for k, v in node.get("properties", {}).items()}
    if kind == "array":
        return [smallest(node.get("items"), root, depth + 1)] * max(1, int(node.get("minItems", 0)))
    return {"string": "a" * int(node.get("minLength", 1)), "boolean": False}.get(str(kind), -0.25)
