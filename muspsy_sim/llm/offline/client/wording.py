"""Small facts about written English and Chinese that the offline client needs to join sentences.

Pure functions on text: split, compare, count, begin and end a sentence. Results are cached by text,
since a dialogue is read again at every turn.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from muspsy_sim.llm.offline.client.common_words import EMPTY, LOWERABLE
from muspsy_sim.records.base import Language

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")
_CUT = re.compile(
    r"(?<=[。！？!?])(?![”’\"'」』）)。！？!?])"
    r"|(?<=[.…])(?=\s+[\"“‘'A-Z0-9])"
    r"|(?<=[.!?。！？]”|[.!?]\")\s+"
    r"|\n+"
)
_NOT_SAID = re.compile(r"[^0-9a-z\u3400-\u9fff]+")
_WORD = re.compile(r"[A-Za-z0-9]+(?:['’-][A-Za-z0-9]+)*|[\u3400-\u9fff]")
_QUOTED = re.compile(r'“([^“”]{2,})”|"([^"]{2,})"')
_SPACES = re.compile(r"\s+")
_ABBREVIATION = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|etc|vs|a\.m|p\.m|e\.g|i\.e)\.$")

_SHORTEST_QUOTE = 5

_FIRST_PERSON = {
    "en": re.compile(r"\b(?:I|I['’](?:m|ve|d|ll)|me|my|mine|myself|we|our|us)\b"),
    "zh": re.compile(r"我|咱|自己"),
}
_ABOUT = {
    "en": re.compile(
        r"\b(?:the (?:client|patient)|presents with|reports (?:feeling|low|poor|being)|denies)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(r"来访者|求助者|患者|该生|[\u3400-\u9fff]某(?![个种些天次一位])|[男女]性，"),
}


@lru_cache(maxsize=16384)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, each with its closing mark, stripped of space."""
    found: list[str] = []
    for piece in _CUT.split(text):
        piece = piece.strip() if piece else ""
        if not piece:
            continue
        if found and _ABBREVIATION.search(found[-1]):
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return tuple(found)


@lru_cache(maxsize=16384)
def bare(text: str) -> str:
    """Text without case, spaces and punctuation: two sentences that match say the same."""
    return _NOT_SAID.sub("" if _HAN.search(text) else " ", text.lower().replace("’", "'")).strip()


@lru_cache(maxsize=16384)
def size(text: str) -> int:
    """Length in words; a Chinese character counts as one."""
    return len(_WORD.findall(text))


@lru_cache(maxsize=16384)
def in_language(text: str, language: Language) -> bool:
    """Whether a text is of this language: no Chinese in English, little Latin in Chinese."""
    han, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
    return han == 0 if language == "en" else han > 0 and latin <= han


@lru_cache(maxsize=16384)
def first_person(text: str, language: Language) -> bool:
    """Whether a text speaks as `I` and not, as a report does, about someone."""
    return bool(_FIRST_PERSON[language].search(text)) and not about_someone(text, language)


@lru_cache(maxsize=16384)
def about_someone(text: str, language: Language) -> bool:
    """Whether a text is a report about the client rather than the client's own words."""
    return bool(_ABOUT[language].search(text))


@lru_cache(maxsize=16384)
def content(text: str) -> frozenset[str]:
    """What a text is about: stems of longer English words, pairs of Chinese characters."""
    found: set[str] = set()
    for word in re.findall(r"[a-z]+(?:'[a-z]+)?", text.lower().replace("’", "'")):
        if len(word) > 3 and word not in EMPTY:
            found.add(_stem(word))
    for run in re.findall(r"[\u3400-\u9fff]+", text):
        found.update({a + b for a, b in pairwise(run)} - EMPTY)
    return frozenset(found)


def _stem(word: str) -> str:
    for ending in ("'s", "ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def ended(text: str, language: Language) -> str:
    """The text as whole sentences: it begins in capitals and ends with a mark."""
    text = text.strip()
    if language == "en":
        text = _SPACES.sub(" ", text)
    if not text:
        return text
    if text[0].islower():
        text = text[0].upper() + text[1:]
    last = text.rstrip("”’\"')）」』")[-1:]
    if last in ".!?…。！？":
        return text
    text = text.rstrip("，,;；:：、—- ")
    return text + ("." if language == "en" else "。")


def inner(text: str, language: Language) -> str:
    """The text as it stands inside quotation marks: begun in capitals, one closing mark."""
    return ended(text.strip().strip("\"“”'‘’「」"), language)


def after_comma(text: str) -> str | None:
    """The text as it continues a sentence, or `None` where its first word may be a name."""
    first = re.match(r"[A-Za-z']+", text.replace("’", "'"))
    if first is None:
        return text if _HAN.match(text) else None
    word = first.group()
    if word == "I" or word.startswith("I'"):
        return text
    return text[0].lower() + text[1:] if word.lower() in LOWERABLE else None


def joined(parts: list[str], language: Language) -> str:
    """Sentences one after another, as the language writes them."""
    whole = [ended(p, language) for p in parts if p.strip()]
    return (" " if language == "en" else "").join(whole)


def without_quotes(text: str) -> str:
    """The text with nothing left between its double quotation marks."""
    return _QUOTED.sub(lambda found: f"{found.group()[0]}{found.group()[-1]}", text)


def quoted(text: str) -> list[str]:
    """What stands in double quotation marks in a text."""
    return [a or b for a, b in _QUOTED.findall(text) if len(a or b) > _SHORTEST_QUOTE]


def unquoted(text: str) -> str:
    """The text with single marks for double ones, so that it can be quoted itself."""
    return text.replace("“", "‘").replace("”", "’").replace('"', "'")


_THEN_ON = re.compile(r"\{x\}(?=[\"”]\s?[，,a-z])")


def filled(frame: str, words: str) -> str:
    """A frame with words for its `{x}`; their full stop goes where the sentence runs on."""
    if _THEN_ON.search(frame):
        words = re.sub(r"[.。]$", "," if '"' in frame else "", words)
    return frame.replace("{x}", words)
