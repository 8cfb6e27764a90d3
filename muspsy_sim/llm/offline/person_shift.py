"""From the client's "I" to the counselor's "you", in English and Chinese.

Words inside quotation marks are left as they are. `safe` is false where the sense could be turned
round (a "you" that may mean the counselor, a "should" that would become an instruction);
then the counselor quotes a short phrase instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from muspsy_sim.records.base import Language


@dataclass(frozen=True, slots=True)
class Shifted:
    """A clause as said to the client, and whether it may be said so."""

    text: str
    safe: bool


def shift(clause: str, language: Language) -> Shifted:
    """Turn a clause of the client's to the second person."""
    return _shift_chinese(clause) if language == "zh" else _shift_english(clause)


_QUOTED = re.compile(r"[“\"][^”\"]*[”\"]|[「『][^」』]*[」』]")
_TOKEN = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*|[^A-Za-z]+")
_TO_YOU = {
    "i": "you",
    "me": "you",
    "my": "your",
    "mine": "yours",
    "myself": "yourself",
    "i'm": "you're",
    "i've": "you've",
    "i'd": "you'd",
    "i'll": "you'll",
    "we": "you",
    "us": "you",
    "our": "your",
    "ours": "yours",
    "ourselves": "yourselves",
    "we're": "you're",
    "we've": "you've",
    "we'd": "you'd",
    "we'll": "you'll",
}
_TO_ME = {
    "you": "I",
    "your": "my",
    "yours": "mine",
    "yourself": "myself",
    "you're": "I'm",
    "you've": "I've",
    "you'd": "I'd",
    "you'll": "I'll",
}
_BE = {"am": "are", "was": "were", "wasn't": "weren't"}
_SUBJECTS = frozenset(
    re.findall(
        r"\S+",
        "i he she it they we you that this who which what there everyone everybody nobody someone "
        "people i'm i've i'd i'll he's she's it's they're we're",
    )
)
_ADVERBS = frozenset(
    re.findall(
        r"\S+",
        "just really honestly also still always never actually probably only even often usually "
        "already simply basically mostly suddenly definitely literally barely hardly not finally "
        "sometimes kind of sort maybe clearly quite once again",
    )
)
_JOINS = frozenset({"and", "but", "or", "then"})
_UNSAFE_ENGLISH = re.compile(
    r"\b(?:we (?:said|talked|agreed|spoke|discussed)|we're (?:heading|here)"
    r"|you|your|yours|yourself|you're|you've|you'd|you'll"
    r"|should|shouldn't|ought|must|have to|need to|had better"
    r"|let me|tell me|help me|let's|please|here"
    r"|am i|was i|do i|did i|can i|could i|should i|would i|will i)\b",
    re.IGNORECASE,
)


def _shift_english(clause: str) -> Shifted:
    clause = clause.replace("’", "'")
    pieces: list[str] = []
    end = 0
    subject = ""
    for quoted in _QUOTED.finditer(clause):
        said, subject = _words_turned(clause[end : quoted.start()], subject)
        pieces += [said, quoted.group()]
        end = quoted.end()
    said, _ = _words_turned(clause[end:], subject)
    pieces.append(said)
    outside = _QUOTED.sub(" ", clause)
    return Shifted("".join(pieces), _UNSAFE_ENGLISH.search(outside) is None)


def _words_turned(text: str, subject: str) -> tuple[str, str]:
    tokens = _TOKEN.findall(text)
    words = [(n, t.lower()) for n, t in enumerate(tokens) if t[0].isalpha()]
    out = list(tokens)
    for at, (n, word) in enumerate(words):
        before = _before(words, at)
        after = words[at + 1][1] if at + 1 < len(words) else ""
        if word in _BE:
            mine = before == "i" or after == "i" or (before in _JOINS and subject in _FIRST)
            out[n] = _BE[word] if mine else tokens[n]
        elif word in _TO_YOU:
            out[n] = _cased(tokens[n], _TO_YOU[word])
        elif word in _TO_ME:
            out[n] = _TO_ME[word]
        if word in _SUBJECTS:
            subject = word
    return "".join(out), subject


_FIRST = frozenset({"i", "i'm", "i've", "i'd", "i'll"})


def _before(words: list[tuple[int, str]], at: int) -> str:
    """The word before, adverbs passed over."""
    at -= 1
    while at >= 0 and words[at][1] in _ADVERBS:
        at -= 1
    return words[at][1] if at >= 0 else ""


def _cased(old: str, new: str) -> str:
    """Keep a capital, but not that of "I", which is always one."""
    return new[0].upper() + new[1:] if old[0].isupper() and old[0] != "I" else new


_KEPT_CHINESE = ("自我", "我行我素", "忘我", "你我", "我国")
_CHINESE = re.compile(
    "|".join(
        (
            *_KEPT_CHINESE,
            "我爸妈",
            "我妈妈",
            "我爸爸",
            "我妈",
            "我爸",
            "我哥哥",
            "我姐姐",
            "我弟弟",
            "我妹妹",
            "我哥们",
            "我哥",
            "我姐",
            "我弟",
            "我妹",
            "我老公",
            "我老婆",
            "我媳妇",
            "我们",
            "咱们",
            "俺们",
            "咱",
            "俺",
            "我",
            "你们",
            "您",
            "你",
            "本人",
        )
    )
)
_CHINESE_TURNED = {
    # A bare "你妈" is an insult on the mainland, so kin get their full names.
    "我爸妈": "你父母",
    "我妈妈": "你妈妈",
    "我爸爸": "你爸爸",
    "我妈": "你妈妈",
    "我爸": "你爸爸",
    "我哥哥": "你哥哥",
    "我姐姐": "你姐姐",
    "我弟弟": "你弟弟",
    "我妹妹": "你妹妹",
    "我哥们": "你哥们",
    "我哥": "你哥哥",
    "我姐": "你姐姐",
    "我弟": "你弟弟",
    "我妹": "你妹妹",
    "我老公": "你先生",
    "我老婆": "你爱人",
    "我媳妇": "你爱人",
    "我们": "你们",
    "咱们": "你们",
    "俺们": "你们",
    "咱": "你",
    "俺": "你",
    "我": "你",
    "本人": "你",
    "你们": "我们",
    "您": "我",
    "你": "我",
}
_UNSAFE_CHINESE = re.compile(
    "你|您|应该|必须|得去|我得|咱|别人说我|让我们|请|告诉我|帮我|教教我|为什么我|我能不能|我该|我要不要"
    "|我是不是|这里|这儿"
)


def _shift_chinese(clause: str) -> Shifted:
    pieces: list[str] = []
    end = 0
    for quoted in _QUOTED.finditer(clause):
        pieces += [_characters_turned(clause[end : quoted.start()]), quoted.group()]
        end = quoted.end()
    pieces.append(_characters_turned(clause[end:]))
    outside = _QUOTED.sub("", clause)
    return Shifted("".join(pieces), _UNSAFE_CHINESE.search(outside) is None)


def _characters_turned(text: str) -> str:
    return _CHINESE.sub(lambda m: _CHINESE_TURNED.get(m.group(), m.group()), text)
