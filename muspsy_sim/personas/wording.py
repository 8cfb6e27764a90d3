"""What can be told of a sentence by looking at it: its language, its length, whose words it is in.

Plain rules over characters and words; none of them understands the sentence.
"""

from __future__ import annotations

import re

from muspsy_sim.records.base import Language

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")

_FIRST_PERSON = {
    "en": re.compile(
        r"\b(?:i|i['’](?:m|d|ve|ll)|me|my|mine|myself|we|us|our|ours)\b", re.IGNORECASE
    ),
    "zh": re.compile(r"[我咱俺]"),
}
_ABOUT_CLIENTS = {
    "en": re.compile(
        r"\b(?:the (?:client|patient|counselee)|(?:this|the) interviewee)\b", re.IGNORECASE
    ),
    "zh": re.compile(r"来访者|来询者|求助者|求询者|案主|患者|该生|该患|当事人"),
}


def han_characters(text: str) -> int:
    """The number of Chinese characters in `text`."""
    return len(_HAN.findall(text))


def words(text: str, language: Language) -> int:
    """The length of `text`: Chinese characters in Chinese, words elsewhere."""
    return han_characters(text) if language == "zh" else len(_WORD.findall(text))


def language_of(text: str) -> Language:
    """The language that most of `text` is in; a Chinese character weighs as much as a word."""
    return "zh" if han_characters(text) > len(_LATIN_WORD.findall(text)) else "en"


def in_language(text: str, language: Language) -> bool:
    """Whether `text` is in `language`: no Chinese character in English, mostly Chinese in Chinese.

    Chinese may hold a Latin word or number (CT, QQ); text without any letter fits both.
    """
    han = han_characters(text)
    if language == "en":
        return han == 0
    latin = len(_LATIN_WORD.findall(text))
    return han > latin or (han == 0 and latin == 0)


def speaks_of_itself(text: str, language: Language) -> bool:
    """Whether a word for the first person is in `text`."""
    return bool(_FIRST_PERSON[language].search(text))


def third_person(text: str, language: Language, names: list[str]) -> str | None:
    """The words by which `text` speaks about the client from outside, or `None`.

    These are the client's own names and words such as `the client`; a name after a first-person
    word (`I'm Ruth`) is the client's to say.
    """
    match = _ABOUT_CLIENTS[language].search(text)
    if match:
        return match[0]
    for name in names:
        if _named(name, text) and not speaks_of_itself(text, language):
            return name
    return None


def own_names(name: str, language: Language) -> list[str]:
    """The forms by which a client of this name is spoken of: whole, and given name."""
    parts = name.split()
    given = [parts[0]] if len(parts) > 1 else []
    if language == "zh" and len(name) == 3:
        given = [name[1:]]
    return [name, *given]


def plainly(text: str) -> str:
    """`text` as it is compared: words in lower case without punctuation."""
    return " ".join(_WORD.findall(text.lower()))


def _named(name: str, text: str) -> bool:
    if han_characters(name):
        return name in text
    return bool(re.search(rf"\b{re.escape(name)}\b", text))
