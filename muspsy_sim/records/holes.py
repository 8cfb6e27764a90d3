"""A sentence some of whose words were taken out, mended without putting anything in.

A hole that is only spoken to, or hangs on at the end, goes alone; else its clause goes with it.
"""

from __future__ import annotations

import re
from itertools import takewhile

from muspsy_sim.records.base import Language
from muspsy_sim.records.corpus_views import MASK

_H = re.escape(MASK)
_ENGLISH: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"(^|[.!?] ){_H}, "), r"\1"),
    (re.compile(rf",? {_H}(?=[.!?]|$)(?<=, {_H})"), ""),
    (re.compile(rf", {_H}(?=,)"), ""),
    (
        re.compile(
            rf" (?:on the (?:night|day|morning|evening)|since|after|before|by|about|with|for|during"
            rf"|in|at|near) (?:the |your |a )?{_H}"
            r"(?=[.,!?;]|$| (?:and|then|now|today|before|after|when)\b)"
        ),
        "",
    ),
)
_CHINESE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"(^|[。！？]){_H}[，、]"), r"\1"),
    (re.compile(rf"[，、]{_H}(?=[，。！？])"), ""),
    (re.compile(rf"(?:在|从)?{_H}(之后|以后)"), r"那\1"),
    (re.compile(rf"在{_H}(?:那会儿|的时候|那时候|那段时间|时)"), "那时候"),
    (re.compile(rf"(现在|当时|那时候)在{_H}(?=[，。！？]|$)"), r"\1"),
)
_SENTENCE = re.compile(r"[^.!?。！？]+[.!?。！？]*")
_JOIN = re.compile(r"^(?:and|but|so|or|then)\b,? ", re.IGNORECASE)
_WAITS = re.compile(
    r"^(?:so|and|but|no|yes|well|or|if|when|as|because|since|while|although|though|after|before|what"
    r"|that|who|which|let me|i hear|it sounds|you say|you said|here)(?:\b(?! is| isn't| helps)|$)"
    r"|(?:是|说|听起来|看起来|看来|对不对|比如|例如|像|把|在|因为|如果|要是|当)$",
    re.IGNORECASE,
)
"""A clause that waits for the one that was cut off."""
_ASKS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"^(?:and |but |so )?(?:what|which|how|where|when|who|whom|why|is|are|was|were|do|does|did|"
        r"have|has|had|can|could|will|would|should)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        "吗|呢|什么|怎|谁|哪|多久|几|有没有|是不是|会不会|能不能|愿不愿|可不可以|想不想"
    ),
}
_SHORTEST: dict[Language, int] = {"en": 2, "zh": 5}


def without_holes(text: str, language: Language) -> str:
    """The text without holes; empty where nothing could be kept."""
    if MASK not in text:
        return text.strip()
    kept = [mended for s in _SENTENCE.findall(text) if (mended := _sentence(s.strip(), language))]
    return ("" if language == "zh" else " ").join(kept).strip()


def _sentence(sentence: str, language: Language) -> str:
    if MASK in sentence:
        for pattern, instead in _CHINESE if language == "zh" else _ENGLISH:
            for _ in range(3):
                sentence = pattern.sub(instead, sentence)
        last = re.split(r"[，：]|, ", sentence.rstrip(".!?。！？ "))[-1]
        asks = sentence.rstrip().endswith(("?", "？"))
        if MASK not in sentence and not asks and _WAITS.search(last.strip()):
            return ""
    if MASK not in sentence:
        return _capital(sentence) if language == "en" else sentence
    end = re.search(r"[.!?。！？]*$", sentence)
    mark = end.group() if end else ""
    body = sentence[: len(sentence) - len(mark)]
    parts = re.split(r"[，；：、]|——" if language == "zh" else r",\s+|;\s+|:\s+|\s+—\s+", body)
    asks = mark[:1] in ("?", "？")
    good = _clean_end(parts) if asks else _clean_start(parts)
    if sum(_words(part, language) for part in good) < _SHORTEST[language]:
        return ""
    if asks and not any(_ASKS[language].search(part) for part in good):
        return ""
    if language == "zh":
        return "，".join(good) + (mark or "。")
    return _capital(", ".join([_JOIN.sub("", good[0]), *good[1:]]) + (mark or "."))


def _clean_start(parts: list[str]) -> list[str]:
    """The clauses before the first hole: what a statement begins with stands by itself."""
    whole = [part.strip() for part in takewhile(lambda part: MASK not in part, parts)]
    while whole and (not whole[-1] or _WAITS.search(whole[-1])):
        whole.pop()
    return whole


def _clean_end(parts: list[str]) -> list[str]:
    """The clauses after the last hole: a question is asked at its end."""
    whole = [part.strip() for part in takewhile(lambda part: MASK not in part, reversed(parts))]
    return [part for part in reversed(whole) if part]


def _words(text: str, language: Language) -> int:
    return len(re.findall("[\u3400-\u9fff]", text)) if language == "zh" else len(text.split())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
