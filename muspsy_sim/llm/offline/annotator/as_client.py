"""A report's sentence about its client as the client would say it, where a rule can do that.

Names and pronouns of the client become `I` or `我` and English verbs follow. A sentence in which
another person could be meant by the same pronoun is given up rather than guessed at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from muspsy_sim.records.base import Language


@dataclass(frozen=True, slots=True)
class Client:
    """How a report names its client. `gender` is `m`, `f` or empty where the report does not show.

    `names` are all forms, the longest first.
    """

    language: Language
    names: tuple[str, ...] = ()
    gender: str = ""
    others: frozenset[str] = field(default_factory=frozenset)
    """Names of other people in the report."""


@dataclass(frozen=True, slots=True)
class Turned:
    """A sentence as the client would say it."""

    text: str
    subjectless: bool = False
    """It leaves its subject out, so that only what stands before it tells who is meant."""


def as_client(sentence: str, client: Client, *, subject: bool = True) -> Turned | None:
    """The sentence in the first person, or `None` where that would be a guess.

    Without `subject` none is added to a Chinese sentence that leaves it out.
    """
    if client.language == "zh":
        return _chinese(sentence, client, subject)
    text = _english(sentence, client)
    return Turned(_whole(text, "en")) if text and text.strip("；;，,：: ") else None


def _whole(text: str, language: Language) -> str:
    """Begun in capitals and closed, as a sentence is spoken."""
    text = " ".join(text.split()) if language == "en" else text.strip()
    text = text.rstrip("；;，,：: ")
    text = text[0].upper() + text[1:]
    if text.rstrip("\"”’')」")[-1:] not in ".!?。！？…":
        text += "." if language == "en" else "。"
    return text


# --- English ------------------------------------------------------------------------------------

_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*|[^A-Za-z]+")
_QUOTED = re.compile(r"[\"“][^\"”]*[\"”]")
_ROLES = re.compile(r"\b(?:the|this) (client|patient)('s|’s)?\b", re.IGNORECASE)
_AGED = re.compile(
    r"\x01(?:,? (?:aged )?\d{1,3},|, an? \d{1,3}-year-old[^,.;]{0,60},| \((?:aged )?\d{1,3}[^)]*\))"
)
"""An age beside the name, which would stand between `I` and its verb."""
_AS_A_CHILD = re.compile(
    r"\b(?:when|before|after|since|until) (?:he|she) (?:was|turned) "
    r"(?:\d|1[0-7]|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen)\b"
)
"""An age that no grown person beside the client can have had: it is the client's."""
_YOUNGER = re.compile(r"\b(?:brother|sister|son|daughter|boy|girl|lad)s?\b")
_SAYS = re.compile(r", (?:he|she) (?:says|said|adds|added)(?=[,.])")
_SELF = {
    "m": {"he": "I", "him": "me", "his": "my", "himself": "myself"},
    "f": {"she": "I", "her": "her", "hers": "mine", "herself": "myself"},
}
_KIN = {
    "m": (
        "father dad brother son husband uncle grandfather boy man men fiance boss foreman lad "
        "neighbour farmer boatman gentleman curate"
    ),
    "f": (
        "mother mum mom sister daughter wife aunt grandmother girl woman women fiancee widow "
        "neighbour lady girlfriend nurse librarian"
    ),
}
_AFTER_HER = frozenset(
    re.findall(
        r"\S+",
        "to that in at for with and but or about from on as when while if so by into than "
        "then because of until again away back home up down out alone there",
    )
)
"""Words before which `her` is `me`; before all others it is `my`."""
_CAUSING = frozenset({"makes", "made", "make", "lets", "let", "helps", "helped", "has", "had"})
"""Verbs after which `her` and another verb follow: it makes her look."""
_OBJECTS = frozenset(
    {
        "them",
        "the",
        "a",
        "an",
        "it",
        "that",
        "him",
        "her",
        "his",
        "how",
        "what",
        "herself",
        "himself",
    }
)
"""Words that follow a verb and hardly ever a noun in the plural."""
_ADVERBS = frozenset(
    re.findall(
        r"\S+",
        "still also often never always now only rarely seldom just sometimes usually "
        "already since hardly merely simply soon then later mostly once ever not again "
        "nearly long at first no longer",
    )
)
_KEPT_S = frozenset(
    re.findall(
        r"\S+",
        "was his this as us yes always perhaps towards sometimes afterwards less its is "
        "has does plus thus unless besides nevertheless news across pass miss",
    )
)
_TO_BASE = {
    "is": "am",
    "has": "have",
    "does": "do",
    "isn't": "am not",
    "hasn't": "haven't",
    "doesn't": "don't",
    "goes": "go",
    "was": "was",
}
_COMMON = frozenset(
    re.findall(
        r"\S+",
        "sleeps eats works lives wakes keeps goes says thinks feels takes makes drives "
        "answers counts watches hides avoids walks sits stands reads writes talks calls "
        "drinks cooks pays sends buys looks turns comes gets gives leaves stays uses "
        "wants likes knows believes tells asks tries runs plays dreams waits checks "
        "cleans carries owns brings puts has is does meets steers clenches repeats spends "
        "sees shares teaches tests serves agrees",
    )
)
"""Verbs that go on with the same subject after `and`, `but` or `or`."""


def _english(sentence: str, client: Client) -> str | None:
    plain = _SAYS.sub("", sentence.replace("’", "'")).replace(",,", ",")
    outside = _QUOTED.sub(" ", plain)
    gender = client.gender
    marked = plain
    for name in client.names:
        marked = re.sub(rf"\b{re.escape(name)}'s\b", "\x02", marked)
        marked = re.sub(rf"\b{re.escape(name)}\b", "\x01", marked)
    marked = _AGED.sub("\x01", marked)
    marked = _ROLES.sub(lambda m: "\x02" if m[2] else "\x01", marked)
    pronouns = _SELF.get(gender, {})
    if gender and _ambiguous(outside, client):
        return None
    if not gender and re.search(r"\b(?:he|she|him|his|her)\b", outside, re.IGNORECASE):
        return None
    pieces: list[str] = []
    end = 0
    for quoted in _QUOTED.finditer(marked):
        pieces += [_turned(marked[end : quoted.start()], pronouns), quoted.group()]
        end = quoted.end()
    pieces.append(_turned(marked[end:], pronouns))
    return "".join(pieces)


def _ambiguous(outside: str, client: Client) -> bool:
    """Whether someone else of the client's gender comes before a pronoun that could be theirs."""
    if not _YOUNGER.search(outside):
        outside = _AS_A_CHILD.sub(" ", outside)
    words = [match[0].lower().removesuffix("'s") for match in re.finditer(r"[A-Za-z'-]+", outside)]
    mine = _SELF[client.gender]
    kin = frozenset(_KIN[client.gender].split())
    others = {name.lower() for name in client.others}
    seen = False
    for word in words:
        if word in kin or word in others:
            seen = True
        elif seen and word in mine:
            return True
    return False


def _turned(text: str, pronouns: dict[str, str]) -> str:
    text = text.replace("\x01", " I ").replace("\x02", " my ") if _bare(text) else text
    tokens = _WORD.findall(re.sub(r" +", " ", text))
    out = list(tokens)
    words = [n for n, token in enumerate(tokens) if token[0].isalpha()]
    mine = False
    for at, n in enumerate(words):
        lower = tokens[n].lower()
        after = tokens[words[at + 1]].lower() if at + 1 < len(words) else ""
        earlier = tokens[words[at - 1]].lower() if at else ""
        if lower in pronouns:
            out[n] = pronouns[lower]
            if lower == "her":
                stops = n + 1 < len(tokens) and tokens[n + 1].strip()[:1] in tuple(".,;:!?)")
                mere = not after or stops or after in _AFTER_HER or earlier in _CAUSING
                out[n] = "me" if mere else "my"
        before = _word_before(tokens, out, words, at)
        if before == "I":
            out[n] = _agreeing(out[n])
            mine = True
        elif mine and (
            _goes_on(lower, before, after)
            or (lower in _COMMON and "," in tokens[n - 1] and out[words[0]] == "I")
        ):
            out[n] = _agreeing(out[n])
        elif lower in ("they", "who", "which"):
            mine = False
    return "".join(out)


def _goes_on(word: str, before: str, after: str) -> bool:
    """Whether a word after `and` is a verb with the same subject."""
    if before not in ("and", "but", "or"):
        return False
    return word in _COMMON or (word.endswith("s") and word not in _KEPT_S and after in _OBJECTS)


def _bare(text: str) -> bool:
    return "\x01" in text or "\x02" in text


def _word_before(tokens: list[str], out: list[str], words: list[int], at: int) -> str:
    """The word before, adverbs passed over; nothing where a mark of its own stands between."""
    at -= 1
    while at >= 0:
        between = "".join(tokens[words[at] + 1 : words[at + 1]])
        if re.search(r"[.;:!?()]", between):
            return ""
        if out[words[at]].lower() not in _ADVERBS:
            return out[words[at]]
        at -= 1
    return ""


def _agreeing(word: str) -> str:
    """A verb of the third person as it follows `I`; any other word as it is."""
    lower = word.lower()
    if lower in _TO_BASE:
        return _TO_BASE[lower]
    if not lower.endswith("s") or lower in _KEPT_S or lower.endswith(("ss", "'s")):
        return word
    if lower.endswith("ies") and len(lower) > 4:
        return word[:-3] + "y"
    if re.search(r"(?:s|sh|ch|x|z|o)es$", lower) and not re.search(
        r"(?:[iaou]ses|[iao]zes)$", lower
    ):
        return word[:-2]
    return word[:-1]


# --- Chinese ------------------------------------------------------------------------------------

_ROLES_ZH = "来访者|来询者|求助者|求询者|案主|患者|当事人"
_KIN_ZH = {
    "m": "父亲|爸爸|爹|儿子|哥哥|弟弟|丈夫|未婚夫|爷爷|外公|舅舅|叔叔|他爸|男人|孙子|公公|局长",
    "f": "母亲|妈妈|娘|女儿|姐姐|妹妹|妻子|老婆|奶奶|外婆|姑姑|阿姨|女人|孙女|婆婆|讲解员|老师",
}
_OTHER_SUBJECT_ZH = re.compile(
    r"[这那此该它其]|他们|她们|大家|有人|一[位名个家]|别人|旁人|医生|老师|同事|同学|朋友|邻居|家里|家中|全家"
    r"|父|母|爸|妈|妻|丈夫|儿|女|哥|姐|弟|妹|爷|奶|孩子|未婚|婚纱|请柬|车间|工作是|客观|自动|局|楼"
    r"|[一二三四五六七八九十\d]+[年位个家]"
)
_ME_FIRST = re.compile(r"(?:[^，,]{0,14}[，,])?[^，,]{0,10}(?<![看给对跟向把让为叫使替由被])我")
"""The client stands where a subject stands: at the beginning, or after a time or a place."""
_QUOTED_ZH = re.compile(r"[“「『][^”」』]*[”」』]")


def _chinese(sentence: str, client: Client, subject: bool) -> Turned | None:
    pronoun = {"m": "他", "f": "她"}.get(client.gender, "")
    other = {"m": "她", "f": "他"}.get(client.gender, "他|她")
    outside = _QUOTED_ZH.sub("", sentence)
    if "其" in re.sub("其[他它实余次中]|尤其|极其", "", outside):
        return None
    if re.search(f"(?:{other})(?!们)", outside) and not re.search(_others_of(client), outside):
        return None
    kin = "|".join([*([_KIN_ZH[client.gender]] if client.gender else []), *client.others])
    # Another person of the same pronoun may stand before it, and could be meant by it.
    unclear = pronoun and kin and re.search(f"(?:{kin}).*{pronoun}(?!们)", outside)
    if unclear and not outside.startswith(pronoun):
        return None
    named = "|".join([*map(re.escape, client.names), _ROLES_ZH])
    turning = f"{named}|{pronoun}(?!们)" if pronoun else named
    pieces, end = [], 0
    for quoted in _QUOTED_ZH.finditer(sentence):
        pieces += [re.sub(turning, "我", sentence[end : quoted.start()]), quoted.group()]
        end = quoted.end()
    text = "".join([*pieces, re.sub(turning, "我", sentence[end:])])
    subjectless = not _ME_FIRST.match(_QUOTED_ZH.sub("", text)) and not _OTHER_SUBJECT_ZH.match(
        text
    )
    if subjectless and subject and "我" not in _QUOTED_ZH.sub("", text):
        text = f"我{text}"
    return Turned(_whole(text, "zh"), subjectless)


def _others_of(client: Client) -> str:
    """Words for people of the other gender, whom its pronoun then means."""
    known = {"m": _KIN_ZH["f"], "f": _KIN_ZH["m"]}.get(client.gender, "")
    return "|".join([*([known] if known else []), *map(re.escape, client.others)]) or "(?!)"


def speaks_of_another(sentence: str) -> bool:
    """Whether a Chinese sentence begins with another subject than its client."""
    return bool(_OTHER_SUBJECT_ZH.match(sentence))
