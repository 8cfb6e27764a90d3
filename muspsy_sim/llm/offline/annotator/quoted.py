"""What a report puts in quotation marks: whose words they are, and when they are the client's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from muspsy_sim.llm.offline.annotator.people import Client
from muspsy_sim.llm.offline.annotator.reading import Sentence
from muspsy_sim.records.answers import Sourced
from muspsy_sim.records.base import Language

_OWN_WORDS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"[\"“]([^\"”]{12,160})[\"”]"),
    "zh": re.compile(r"“([^”]{6,60})”"),
}
"""The client's own words in quotation marks; shorter ones are a word that the report borrows."""
_SPOKEN_ZH = re.compile(
    r"(?:自述|[他她]说|来访者说|老人说|强调|因|而是|要咨询师|只说)[^“。；]{0,12}$"
)
_SPOKEN_EN = re.compile(r"\b(?:he|she|client|patient|M[rs]s? \w+) (?:said|says|added|put it)\b")
"""That the words beside it are the client's, and nobody else's."""
_SAID_AFTER_EN = re.compile(
    r"[\"“](?P<said>[^\"”]+)[\"”],? (?P<who>.+?) (?:said|says|added|adds)\.?"
)
_SAID_AFTER_ZH = re.compile(r"“(?P<said>[^”]+)”(?P<who>[他她]|来访者|老人)?(?:.{0,4}[说讲道]。)?")
_PRONOUN = {"m": "he", "f": "she"}


def own_words(sentences: list[Sentence], client: Client) -> Iterator[Sourced]:
    """What the client is quoted with as its problem."""
    language = client.language
    for sentence in sentences:
        if sentence.section not in ("problem", "visit"):
            continue
        if language == "zh" and (whole := whole_quote(sentence.text, client)):
            yield whole
            continue
        for match in _OWN_WORDS[language].finditer(sentence.text):
            said = match[1].strip().rstrip(",，")
            if language == "zh":
                own = _SPOKEN_ZH.search(sentence.text[: match.start()])
            else:
                own = _SPOKEN_EN.search(sentence.text) if said[0].isupper() else None
            if own and (language == "zh" or len(said.split()) > 3):
                yield Sourced(text=closed(said, language), quote=match[1])


def whole_quote(sentence: str, client: Client) -> Sourced | None:
    """A sentence that is nothing but the client's own words, with or without who said them.

    In English somebody has to have said them; a Chinese sentence of a quotation alone is the
    client's where it speaks of an I.
    """
    if client.language == "zh":
        match = _SAID_AFTER_ZH.fullmatch(sentence)
        ours = match and (match["who"] or "我" in match["said"])
    else:
        match = _SAID_AFTER_EN.fullmatch(sentence)
        ours = match and (
            match["who"].lower() == _PRONOUN.get(client.gender) or match["who"] in client.names
        )
    if not match or not ours:
        return None
    return Sourced(text=closed(match["said"], client.language), quote=sentence)


def closed(text: str, language: Language) -> str:
    """A text begun with a capital and closed with an end mark."""
    text = text.strip().rstrip("，,；; ")
    end = "" if text[-1:] in ".!?。！？…" else "。" if language == "zh" else "."
    return text[:1].upper() + text[1:] + end


def half_quoted(text: str) -> bool:
    """Whether a quotation begins or ends outside of this sentence, its speaker with it."""
    return text.count('"') % 2 == 1 or text.count("“") != text.count("”")
