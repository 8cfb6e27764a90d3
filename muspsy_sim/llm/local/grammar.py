"""Answers that fit their schema whatever the model: held to a grammar, and brought to an end.

xgrammar (Apache-2.0) turns a JSON schema into the set of tokens allowed next. A schema says nothing
about how long a text may be in tokens, so a model that never closes a quote would run into its
limit: near it only tokens that close something are let through, where the schema allows one. The
same is done where a text comes near the length that its schema allows (`lengths`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from muspsy_sim.llm.answer_formats import strict_schema
from muspsy_sim.llm.local.lengths import Lengths, Vocabulary, take_limits

_MARGIN: Final = 12
"""Tokens kept beyond what the shortest rest of an answer takes."""


@dataclass(slots=True)
class Guide:
    """What one row may say next.

    `endings`: bits of tokens, best first: those that close a text (within one a brace is only a
    sign more), those that close a list or object, those that end a number or item and go on.
    """

    matcher: Any
    endings: Sequence[Any]
    lengths: Lengths
    reserve: int
    """Tokens that the shortest whole answer takes: from there on nothing new is opened."""

    def take(self, token: int) -> bool:
        """Note what was said. Whether the answer is whole now."""
        if not self.matcher.accept_token(token):
            raise RuntimeError("the grammar refused a token that it had allowed")
        self.lengths.take(token)
        return bool(self.matcher.is_terminated())

    def _closing(self, allowed: Any) -> Any:
        for ending in self.endings:
            closing = ending & allowed
            if bool(closing.any()):
                return closing
        return allowed


def hold(held: Sequence[tuple[int, Guide, int]], logits: Any) -> None:
    """Forbid in some rows of logits `[rows, vocabulary]` what may not come next, in place.

    `held`: a row's number, its guide, and how many tokens it may still make.
    """
    if not held:
        return
    import xgrammar

    rows = [n for n, _, _ in held]
    bits = xgrammar.allocate_token_bitmask(*logits.shape)
    _filler().batch_fill_next_token_bitmask([guide.matcher for _, guide, _ in held], bits, rows)
    for n, guide, left in held:
        if left <= guide.reserve or guide.lengths.full:
            bits[n] = guide._closing(bits[n])
    bits = bits.to(logits.device)
    if logits.device.type in ("cpu", "cuda"):
        xgrammar.apply_token_bitmask_inplace(logits, bits, indices=rows)
    else:
        forbid(logits, bits)


def forbid(logits: Any, bits: Any) -> None:
    """What xgrammar's kernels do, for devices that it has none for without a compiler.

    `logits`: `[rows, vocabulary]`; `bits`: int32 `[rows, vocabulary / 32]`, a bit for each token.
    """
    import torch

    each = torch.arange(32, dtype=torch.int32, device=bits.device)
    allowed = ((bits[:, :, None] >> each) & 1).flatten(1)[:, : logits.shape[1]]
    logits.masked_fill_(allowed == 0, float("-inf"))


@cache
def _filler() -> Any:
    import xgrammar

    return xgrammar.BatchGrammarMatcher()


class Grammars:
    """Compiled grammars of one tokenizer, each schema once."""

    def __init__(self, tokenizer: Any, vocabulary: int, stops: list[int]) -> None:
        import xgrammar

        described = xgrammar.TokenizerInfo.from_huggingface(
            tokenizer, vocab_size=vocabulary, stop_token_ids=stops
        )
        self._compiler = xgrammar.GrammarCompiler(described)
        self._tokenizer = tokenizer
        self._compiled: dict[str, tuple[Any, dict[str, int], int]] = {}
        known = Vocabulary.of(tokenizer, min(vocabulary, len(tokenizer)))
        self._vocabulary = known
        closes: tuple[list[int], list[int], list[int]] = ([], [], [])
        for token, text in enumerate(map(str.strip, known.texts)):
            if token in stops or (text and set(text) <= set('"}]')):
                closes[0 if text.startswith('"') else 1].append(token)
            elif text and set(text) <= set('"}],'):
                closes[2].append(token)
        self._endings = tuple(_bits(tokens, vocabulary) for tokens in closes)

    def guide(self, schema: str) -> Guide:
        """A guide through one answer. `schema` is JSON."""
        import xgrammar

        if schema not in self._compiled:
            original = json.loads(schema)
            held = strict_schema(original, lengths=True) or original
            # A text that is hardly longer than a token may be is counted by the grammar itself.
            limits = take_limits(held, above=2 * self._vocabulary.longest)
            compiled = self._compiler.compile_json_schema(
                json.dumps(held), any_whitespace=False, strict_mode=True
            )
            shortest = json.dumps(smallest(held, held), ensure_ascii=False)
            reserve = len(self._tokenizer.encode(shortest, add_special_tokens=False))
            self._compiled[schema] = (compiled, limits, round(1.5 * reserve) + _MARGIN)
        compiled, limits, reserve = self._compiled[schema]
        lengths = Lengths(limits, self._vocabulary)
        return Guide(xgrammar.GrammarMatcher(compiled), self._endings, lengths, reserve)


def _bits(tokens: Sequence[int], vocabulary: int) -> Any:
    """Tokens as xgrammar marks them: int32 `[vocabulary / 32]`, a bit for each."""
    import torch

    marked = torch.zeros(-(-vocabulary // 32) * 32, dtype=torch.int64)
    marked[list(tokens)] = 1
    words = (marked.view(-1, 32) << torch.arange(32)).sum(dim=-1)
    # The last bit is the sign in 32 bits.
    return torch.where(words >= 1 << 31, words - (1 << 32), words).to(torch.int32)


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
