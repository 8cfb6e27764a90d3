"""A report's sentence about its client as the client would say it, where a rule can do that.

Names and pronouns of the client become `I` or `我` and English verbs follow. A sentence in which
another person could be meant by the same pronoun is given up rather than guessed at.
"""

from __future__ import annotations

import re
from functools import cache

from muspsy_sim.llm.offline.annotator.as_client_zh import chinese_as_client
from muspsy_sim.llm.offline.annotator.bare_items import with_subject
from muspsy_sim.llm.offline.annotator.misturned import (
    himself_of_another,
    object_of_its_own,
)
from muspsy_sim.llm.offline.annotator.people import KIN_EN, SOMEONE_EN, Client
from muspsy_sim.llm.offline.annotator.turned import Turned, whole


def as_client(sentence: str, client: Client, *, subject: bool = True) -> Turned | None:
    """The sentence in the first person, or `None` where that would be a guess.

    Without `subject` none is added to a Chinese sentence that leaves it out.
    """
    if client.language == "zh":
        return chinese_as_client(sentence, client, subject)
    subject_in = with_subject(sentence, _NAMED)
    text = _english(subject_in, client)
    if not text or not text.strip("；;，,：: "):
        return None
    return Turned(whole(text, "en"), subject_in.startswith(_NAMED))


_NAMED = "\x01"
"""Stands for the client in a sentence that is being turned."""
_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*|[^A-Za-z]+")
_QUOTED = re.compile(r"[\"“][^\"”]*[\"”]")
_ROLES = re.compile(r"\b(?:the|this) (client|patient)('s|’s)?\b", re.IGNORECASE)
_AGED = re.compile(
    r"\x01(?:,? (?:aged )?\d{1,3},(?: an? [a-z][^,.;]{2,50},)?"
    r"|, an? \d{1,3}-year-old[^,.;]{0,60},| \((?:aged )?\d{1,3}[^)]*\))"
)
"""An age beside the name, which would stand between `I` and its verb."""
_AS_A_CHILD = re.compile(
    r"\b(?:when|before|after|since|until) (?:he|she) (?:was|turned) "
    r"(?:\d|1[0-7]|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen)\b"
)
"""An age that no grown person beside the client can have had: it is the client's."""
_YOUNGER = re.compile(r"\b(?:brother|sister|son|daughter|boy|girl|lad)s?\b")
_AND_ANOTHER = re.compile(r"\bI and ((?:my )?\w+)\b(?= (?:were|are|have|had|met|ran|live|own)\b)")
_THIRD = re.compile(r"\b(?:he|she|him|his|her|they|them|their)\b", re.IGNORECASE)
"""Whoever they are where a report does not show its client's gender."""
_SAYS = re.compile(r", (?:he|she) (?:says|said|adds|added)(?=[,.])")
_SELF = {
    "m": {"he": "I", "him": "me", "his": "my", "himself": "myself"},
    "f": {"she": "I", "her": "her", "hers": "mine", "herself": "myself"},
}
_AFTER_HER = frozenset(
    re.findall(
        r"\S+",
        "to that in at for with and but or about from on as when while if so by into than "
        "then because of until again away back home up down out alone there",
    )
)
"""Words before which `her` is `me`; before all others it is `my`."""
_JOINING = "and but or when that because after before since until if while as where who which"
_OBJECT = re.compile(
    rf"(?<=[a-z] )(?<!{'(?<!'.join(f' {word} )' for word in _JOINING.split())}"
    rf"\x01(?= ?(?:[.,;:!?)]|$)| (?:{'|'.join(sorted(_AFTER_HER))})\b)"
)
"""The client named where an object stands: after a word that joins nothing, before no verb."""
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
    if gender and (_ambiguous(outside, client) or himself_of_another(outside, client)):
        return None
    if not gender and _THIRD.search(outside):
        return None
    pieces: list[str] = []
    end = 0
    for quoted in _QUOTED.finditer(marked):
        pieces += [_turned(marked[end : quoted.start()], pronouns), quoted.group()]
        end = quoted.end()
    pieces.append(_turned(marked[end:], pronouns))
    said = _AND_ANOTHER.sub(r"\1 and I", "".join(pieces))
    return None if object_of_its_own(_QUOTED.sub(" ", said)) else said


def _ambiguous(outside: str, client: Client) -> bool:
    """Whether someone else of the client's gender comes before a pronoun that could be theirs.

    What one other person does to `him` or `her` is done to the client: to themselves they would do
    it to `himself`.
    """
    if not _YOUNGER.search(outside):
        outside = _AS_A_CHILD.sub(" ", outside)
    words = [
        match[0].lower().removesuffix("'s") for match in re.finditer(r"[A-Za-z'-]+|[.,;:]", outside)
    ]
    mine = _SELF[client.gender]
    theirs = frozenset(KIN_EN[client.gender].split()) | {name.lower() for name in client.others}
    seen, could_be = 0, 0
    for at, word in enumerate(words):
        # `his brother Owen` is one person.
        named_too = word in theirs and at > 0 and words[at - 1].removesuffix("-in-law") in _people()
        if word.removesuffix("-in-law") in theirs and not named_too:
            seen += 1
        elif (seen and word in mine and not _is_object(words, at)) or (seen > 1 and word in mine):
            could_be += 1
    return could_be > 0


def _is_object(words: list[str], at: int) -> bool:
    """Whether `him`, or a `her` that is no possessive, stands at a place."""
    after = words[at + 1] if at + 1 < len(words) else "."
    return words[at] == "him" or (
        words[at] == "her" and (after in _AFTER_HER or not after[0].isalpha())
    )


@cache
def _people() -> frozenset[str]:
    return frozenset([*KIN_EN["m"].split(), *KIN_EN["f"].split(), *SOMEONE_EN])


def _turned(text: str, pronouns: dict[str, str]) -> str:
    text = _OBJECT.sub("me", text)
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
            elif lower == "his" and _stands_alone(tokens, n, after):
                out[n] = "mine"
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


def _stands_alone(tokens: list[str], n: int, after: str) -> bool:
    """Whether `his` has no noun after it: a friend of his, who left."""
    stops = n + 1 < len(tokens) and tokens[n + 1].strip()[:1] in tuple(".,;:!?)")
    return not after or stops or after in {"who", "was", "is", "had", "has", "from", "died"}


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
