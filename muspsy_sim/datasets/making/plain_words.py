"""Which words of a counselor may stay when its client is taken away: plain ones, and borne ones.

Plain is what the project's own hand-written counselor says, and what many counselors of the same
folder say. All else is cut out unless the new client's complaint or dialogue holds it: what no rule
knows for a name, an employer or a rare event goes too, since it is no plain word. English is taken
by words, Chinese by pairs of characters, which needs no list of names and no tokenizer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from muspsy_sim.records.base import Language
from muspsy_sim.records.content import content_path
from muspsy_sim.records.corpus import Dialogue
from muspsy_sim.records.corpus_views import MASK

FEWEST_OTHERS = 5
SHARE_OF_OTHERS = 0.05
"""A word that so many other counselors say, and at least this share of them, is plain."""

_TOKEN = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*|\d+|[\u3400-\u4dbf\u4e00-\u9fff]+")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
_MANY = re.compile(rf"{re.escape(MASK)}(?:[\s,'’\-]*{re.escape(MASK)})+")
_ENDINGS = ("'s", "s'", "ing", "ed", "es", "ly", "er", "s", "d", "e")
_ALWAYS = frozenset({"i", "i'm", "i've", "i'd", "i'll"})

_NEVER_EN = frozenset(
    """
    father mother dad mum mom parents brother sister twin son daughter child children husband wife
    partner boyfriend girlfriend fiance fiancee uncle aunt cousin nephew niece grandmother
    grandfather grandma grandpa gran nan stepson stepdaughter stepfather stepmother stepbrother
    stepsister widow widower divorced pregnant baby boss colleague neighbour neighbor landlord
    eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty
    fifty sixty seventy eighty ninety hundred thousand million
    """.split()  # noqa: SIM905
)
"""Kin and numbers: plain words that still tell of somebody. They stay only where they are borne."""

_NEVER_ZH = (
    "爸", "妈", "父", "母", "爹", "娘", "爷", "奶", "姥", "外公", "外婆", "哥", "弟", "姐", "妹",
    "儿子", "女儿", "孩子", "丈夫", "老公", "妻", "老婆", "男友", "女友", "男朋友", "女朋友",
    "叔", "伯", "姨", "姑", "舅", "侄", "甥", "婆婆", "公公", "岳", "媳", "婿", "同事", "老板",
    "领导", "邻居", "房东", "怀孕", "离婚",
)  # fmt: skip

_NICKNAME = re.compile(r"[小阿老][\u4e00-\u9fff]|([\u4e00-\u9fff])\1")
"""小满, 阿菱, 冬冬: how people are called at home. Never plain by number alone."""

_ALONE_ZH = frozenset(
    "的了是在我你您他她它们这那不没有也都就还要会能可吗呢吧啊呀嗯哦噢很太最更再又把被给跟和与对从到向为"
    "怎么个些一下上里后前时说想看听问做去来过着得地样事话人点让才只当用请好先"
)
"""Characters that may stand by themselves."""


@dataclass(frozen=True, slots=True)
class Plain:
    """What is plain: stems in English, pairs of characters in Chinese."""

    stems: frozenset[str]
    pairs: frozenset[str]

    def and_of(self, *texts: str) -> Plain:
        """With all that these texts say."""
        stems, pairs = _taken(texts)
        return Plain(self.stems | stems, self.pairs | pairs)


@cache
def plain(language: Language) -> Plain:
    """The words of the project's hand-written counselor, without kin and numbers."""
    texts = []
    for name in ("", "-nodding", "-listening", "-themes"):
        path = content_path("agents", "counselor", "offline", f"{language}{name}.yaml")
        lines = path.read_text(encoding="utf-8").splitlines()
        texts += [line for line in lines if not line.lstrip().startswith("#")]
    own = content_path("agents", "corpora", "offline", f"{language}.yaml")
    texts += own.read_text(encoding="utf-8").splitlines()
    stems, pairs = _taken(texts)
    never = frozenset(_stem(word) for word in _NEVER_EN)
    return Plain(stems - never, frozenset(pair for pair in pairs if not _kin(pair)))


def shared_plain(dialogues: Sequence[Dialogue]) -> list[frozenset[str]]:
    """For each dialogue, which of its counselor's stems and pairs many of the others have too.

    What its client says as well is none of them: it may be an echo of something that names it.
    """
    said = [_of_counselor(dialogue) for dialogue in dialogues]
    seen: Counter[str] = Counter(unit for units in said for unit in units)
    least = max(FEWEST_OTHERS, round(SHARE_OF_OTHERS * len(dialogues)))
    never = frozenset(_stem(word) for word in _NEVER_EN)
    common = {
        u
        for u, n in seen.items()
        if n > least and u not in never and not _kin(u) and not _NICKNAME.fullmatch(u)
    }
    return [
        frozenset(units & common - _of_client(dialogue))
        for units, dialogue in zip(said, dialogues, strict=True)
    ]


def cut(text: str, known: Plain, borne: Plain | None = None) -> str:
    """The text with a hole for each stretch that is neither plain nor borne.

    English words with a capital inside a sentence, and figures, count only where they are `borne`.
    """
    out: list[str] = []
    at = 0
    both = known if borne is None else Plain(known.stems | borne.stems, known.pairs | borne.pairs)
    for match in _TOKEN.finditer(text):
        out.append(text[at : match.start()])
        at, token = match.end(), match.group()
        if _HAN.match(token):
            out.append(_cut_chinese(token, both))
        elif _stays(token, _begins(text, match.start()), both, borne):
            out.append(token)
        else:
            out.append(MASK)
    out.append(text[at:])
    return _MANY.sub(MASK, "".join(out))


def tells(text: str, language: Language) -> bool:
    """Whether a text holds anything that is not plain."""
    return MASK in cut(text, plain(language))


def _stays(token: str, begins: bool, both: Plain, borne: Plain | None) -> bool:
    word = token.lower().replace("’", "'")
    if word in _ALWAYS:
        return True
    own = borne is not None and _stem(word) in borne.stems
    if token.isdigit() or (token[0].isupper() and not begins):
        return own
    return own or _stem(word) in both.stems


def _begins(text: str, at: int) -> bool:
    before = text[:at].rstrip(" “\"'‘(（")
    return not before or before[-1] in ".!?:…。！？：\n—"


def _cut_chinese(run: str, known: Plain) -> str:
    kept = [sign in _ALONE_ZH for sign in run]
    for n in range(len(run) - 1):
        if run[n : n + 2] in known.pairs:
            kept[n] = kept[n + 1] = True
    for match in _NICKNAME.finditer(run):
        if match.group() not in known.pairs:
            kept[match.start() : match.end()] = [False, False]
    for word in _NEVER_ZH:
        at = run.find(word)
        while at >= 0:
            around = [run[n : n + 2] for n in (at - 1, at) if n >= 0 and len(run[n : n + 2]) == 2]
            if not any(pair in known.pairs for pair in around):
                kept[at : at + len(word)] = [False] * len(word)
            at = run.find(word, at + 1)
    out = [sign if stays else MASK for sign, stays in zip(run, kept, strict=True)]
    return _MANY.sub(MASK, "".join(out))


def _taken(texts: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    stems: set[str] = set(_ALWAYS)
    pairs: set[str] = set()
    for text in texts:
        for token in _TOKEN.findall(text):
            if _HAN.match(token):
                pairs.update(token[n : n + 2] for n in range(len(token) - 1))
            else:
                stems.add(_stem(token.lower().replace("’", "'")))
    return frozenset(stems), frozenset(pairs)


def _of_counselor(dialogue: Dialogue) -> set[str]:
    said = [turn.text for turn in dialogue.utterances() if turn.speaker == "counselor"]
    stems, pairs = _taken(said)
    named = {
        _stem(m.group().lower())
        for text in said
        for m in _TOKEN.finditer(text)
        if m.group()[0].isupper() and not _begins(text, m.start())
    }
    figures = {stem for stem in stems if stem.isdigit()}
    return {*(stems - named - figures), *pairs}


def _of_client(dialogue: Dialogue) -> set[str]:
    stems, pairs = _taken(t.text for t in dialogue.utterances() if t.speaker != "counselor")
    return {*stems, *pairs}


def _kin(unit: str) -> bool:
    return any(word in unit for word in _NEVER_ZH)


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
