"""Small facts about written English and Chinese that the offline client needs to join sentences.

Pure functions on text: split, compare, count, begin and end a sentence. Results are cached by text,
since a dialogue is read again at every turn.
"""

from __future__ import annotations

import re
from functools import lru_cache

from muspsy_sim.records.base import Language

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")
_CUT = re.compile(
    r"(?<=[。！？!?])(?![”’\"'」』）)。！？!?])|(?<=[.…])(?=\s+[\"“‘'A-Z0-9])|(?<=[”\"])(?<=[.!?。！？]”|[.!?]\")\s+|(?<=…)(?=[\u3400-\u9fff“])|\n+"
)
_NOT_SAID = re.compile(r"[^0-9a-z\u3400-\u9fff]+")
_WORD = re.compile(r"[A-Za-z0-9]+(?:['’-][A-Za-z0-9]+)*|[\u3400-\u9fff]")
_QUOTED = re.compile(r'“([^“”]{4,})”|"([^"]{4,})"')
_SPACES = re.compile(r"\s+")
_ABBREVIATION = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|etc|vs|a\.m|p\.m|e\.g|i\.e)\.$")

_FIRST_PERSON = {
    "en": re.compile(r"\b(?:I|I['’](?:m|ve|d|ll)|me|my|mine|myself|we|our|us)\b"),
    "zh": re.compile(r"我|咱|自己"),
}
_ABOUT = {
    "en": re.compile(
        r"\b(?:the (?:client|patient)|(?:his|her|their) (?:presenting|symptoms)|"
        r"(?:avoids|reports|denies|presents|appears|becomes|goes quiet|changes the subject))\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(r"来访者|求助者|患者|该生|[\u3400-\u9fff]某|某(?:男|女)|男性|女性"),
}

# Words that begin a sentence in capitals only because they begin it.
_LOWERABLE = frozenset(
    ["a", "about", "after", "all", "also", "an", "and", "any", "anyone", "as", "at", "because", "before", "being", "both", "but", "by", "each", "even", "every", "everybody", "everyone", "everything", "first", "for", "from", "half", "he", "her", "his", "how", "if", "in", "it", "it's", "its", "just", "last", "lately", "like", "maybe", "mostly", "much", "my", "no", "nobody", "not", "nothing", "now", "of", "on", "once", "one", "only", "or", "our", "out", "people", "perhaps", "probably", "she", "since", "so", "some", "somebody", "somehow", "someone", "something", "sometimes", "still", "that", "that's", "the", "their", "then", "there", "there's", "these", "they", "they're", "this", "those", "though", "to", "too", "two", "until", "usually", "we", "we're", "what", "when", "whenever", "where", "which", "while", "with", "without", "you", "your"]
)

_STOP = frozenset(
    ["about", "after", "again", "also", "always", "anything", "because", "been", "before", "being", "both", "came", "come", "could", "does", "doing", "done", "each", "even", "ever", "every", "feel", "feeling", "feels", "felt", "find", "first", "from", "getting", "give", "goes", "going", "gone", "good", "have", "having", "here", "into", "it's", "just", "keep", "know", "like", "little", "look", "looking", "made", "make", "makes", "many", "maybe", "mean", "might", "more", "most", "much", "need", "never", "nothing", "okay", "only", "other", "over", "really", "right", "same", "seem", "seems", "some", "someone", "something", "sort", "sounds", "still", "such", "sure", "take", "tell", "than", "thank", "thanks", "that", "that's", "their", "them", "then", "there", "there's", "these", "they", "they're", "thing", "things", "think", "this", "those", "thought", "through", "time", "told", "today", "took", "very", "want", "wants", "well", "went", "were", "what", "what's", "when", "where", "which", "while", "will", "with", "without", "word", "words", "would", "year", "you're", "your", "yours"]
)
_STOP_HAN = frozenset(
    ["什么", "怎么", "这个", "那个", "一个", "一些", "有没", "没有", "是不", "不是", "的时", "时候", "觉得", "感觉", "知道", "可以", "可能", "如果", "因为", "所以", "但是", "就是", "还是", "现在", "我们", "你们", "自己", "这样", "那样", "这些", "那些", "一下", "一点", "听起", "起来", "能不", "不能", "会不", "不会", "想要", "愿意", "说说", "多说", "事情", "我想", "你说", "你的", "我的", "你觉", "你有", "的事", "了一", "的那", "这么", "那么", "好像", "其实", "刚才", "今天", "里面", "上的", "是一", "有一", "在一", "说的", "到的", "的感", "很多", "一次", "真的", "已经", "比较", "非常", "有点", "点儿"]
)


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
    """Whether a text can be spoken in this language: no Chinese in English, little Latin in Chinese."""
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
        if len(word) > 3 and word not in _STOP:
            found.add(_stem(word))
    for run in re.findall(r"[\u3400-\u9fff]+", text):
        found.update(
            pair for a, b in zip(run, run[1:], strict=False) if (pair := a + b) not in _STOP_HAN
        )
    return frozenset(found)


def _stem(word: str) -> str:
    for ending in ("'s", "ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def ended(text: str, language: Language) -> str:
    """The text as whole sentences: it begins in capitals and ends with a mark."""
    text = (
        _SPACES.sub(" " if language == "en" else "", text.strip())
        if language == "en"
        else text.strip()
    )
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
    return text[0].lower() + text[1:] if word.lower() in _LOWERABLE else None


def joined(parts: list[str], language: Language) -> str:
    """Sentences one after another, as the language writes them."""
    whole = [ended(p, language) for p in parts if p.strip()]
    return (" " if language == "en" else "").join(whole)


def quoted(text: str) -> list[str]:
    """What stands in double quotation marks in a text."""
    return [a or b for a, b in _QUOTED.findall(text)]


def unquoted(text: str) -> str:
    """The text with single marks for double ones, so that it can be quoted itself."""
    return text.replace("“", "‘").replace("”", "’").replace('"', "'")


_THEN_ON = re.compile(r"\{x\}(?=[\"”]\s?[，,a-z])")


def filled(frame: str, words: str) -> str:
    """A frame with words for its `{x}`; their full stop goes where the sentence runs on."""
    if _THEN_ON.search(frame):
        words = re.sub(r"[.。]$", "," if '"' in frame else "", words)
    return frame.replace("{x}", words)
