"""What the offline counselor hears in a client's line.

`hear` is pure and remembered per line: the cues, feelings, topics and themes in it, a clause that
can be reflected (turned to "you"), and a short verbatim phrase that can be quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from muspsy_sim.llm.offline.counselor_material import Feeling, material
from muspsy_sim.llm.offline.person_shift import shift
from muspsy_sim.records.base import Language


@dataclass(frozen=True, slots=True)
class Heard:
    """One line of the client's, understood as far as word lists go.

    `clause` and `phrase` are empty where nothing can be reflected or quoted safely; `length` is
    words in English and characters in Chinese.
    """

    text: str
    length: int
    clause: str
    phrase: str
    telling: str
    """The clause that says most, verbatim, 3 to 24 words; for a note."""
    thought: str
    """What the client quotes from its own head, verbatim, or empty."""
    felt: str
    """The clause that shows the last feeling, verbatim, or empty."""
    salience: float
    cues: frozenset[str]
    feelings: tuple[Feeling, ...]
    topics: tuple[str, ...]
    themes: tuple[str, ...]
    question: bool

    @property
    def minimal(self) -> bool:
        """Whether next to nothing was said."""
        telling = self.feelings or self.topics or self.themes or self.cues - _IDLE
        return self.length <= 4 and not telling and not self.question

    def shows(self, *cues: str) -> bool:
        """Whether any of these cues was heard."""
        return not self.cues.isdisjoint(cues)


_IDLE = frozenset({"agree", "dont_know", "thanks", "hesitates"})


@dataclass(frozen=True, slots=True)
class _Ear:
    """The word lists of one language, compiled."""

    ignore: re.Pattern[str]
    cues: tuple[tuple[str, re.Pattern[str]], ...]
    feelings: tuple[tuple[Feeling, re.Pattern[str]], ...]
    topics: tuple[tuple[str, re.Pattern[str]], ...]
    themes: tuple[tuple[str, re.Pattern[str]], ...]


def words_pattern(words: Sequence[str], language: Language) -> re.Pattern[str]:
    """Any of these words. In English whole words only; a final `*` lets the word go on."""
    longest_first = sorted(words, key=len, reverse=True)
    if language == "zh":
        return re.compile("|".join(re.escape(w) for w in longest_first))
    bodies = (
        re.escape(w.rstrip("*")) + (r"[\w']*" if w.endswith("*") else "") for w in longest_first
    )
    return re.compile(rf"(?<![\w'])(?:{'|'.join(bodies)})(?![\w])", re.IGNORECASE)


@cache
def _ear(language: Language) -> _Ear:
    words = material(language)
    listening = words.listening
    return _Ear(
        ignore=words_pattern(listening.ignore, language),
        cues=tuple((n, words_pattern(c, language)) for n, c in listening.cues.items()),
        feelings=tuple((f, words_pattern(f.cues, language)) for f in listening.feelings),
        topics=tuple((t.name, words_pattern(t.cues, language)) for t in listening.topics),
        themes=tuple((n, words_pattern(t.cues, language)) for n, t in words.themes.items()),
    )


@lru_cache(maxsize=8192)
def hear(text: str, language: Language) -> Heard:
    """Understand one line of the client's."""
    ear = _ear(language)
    plain = text.replace("’", "'")
    cues = frozenset(name for name, pattern in ear.cues if pattern.search(plain))
    meant = ear.ignore.sub(" ", plain)
    feelings = _felt(meant, ear.feelings)
    topics = tuple(_by_last(meant, ear.topics))
    named = [name for name, pattern in ear.themes if pattern.search(meant)]
    giving_way = material(language).themes
    themes = tuple(n for n in named if not set(giving_way[n].not_with) & set(named))
    clauses = [c for c in split_clauses(text, language) if not _idle(c, ear)]
    worth = [_salience(clause, at, ear, language) for at, clause in enumerate(clauses)]
    order = sorted(range(len(clauses)), key=lambda n: -worth[n])
    ranked = [clauses[n] for n in order]
    # What is given back must be near the heart of the line: a side remark would miss the client.
    best = max((worth[n] for n in order if not _BAD[language].search(clauses[n])), default=0.0)
    near = [clauses[n] for n in order if worth[n] >= best - 1.0]
    return Heard(
        text=text,
        length=_length(text, language),
        clause=next((said for c in near if (said := reflectable(c, language))), ""),
        phrase=next((said for c in near if (said := quotable(c, language))), ""),
        telling=next((c for c in ranked if _notable(c, language)), ""),
        salience=max(worth, default=0.0),
        cues=cues,
        thought="" if "others_said" in cues else _thought(text, language),
        felt=next(
            (c for c in reversed(clauses) if _notable(c, language) and _shows(c, feelings, ear)), ""
        ),
        feelings=feelings,
        topics=topics,
        themes=themes,
        question=text.rstrip().endswith(("?", "？")),
    )


def _felt(text: str, feelings: Iterable[tuple[Feeling, re.Pattern[str]]]) -> tuple[Feeling, ...]:
    """Feelings in the order of their last mention, without those that are denied just before."""
    found: list[tuple[int, int]] = []
    known = list(feelings)
    for n, (_, pattern) in enumerate(known):
        starts = [
            m.start()
            for m in pattern.finditer(text)
            if not _DENIED.search(text[max(0, m.start() - 14) : m.start()].lower())
        ]
        if starts:
            found.append((starts[-1], n))
    return tuple(known[n][0] for _, n in sorted(found))


def _shows(clause: str, feelings: tuple[Feeling, ...], ear: _Ear) -> bool:
    """Whether a clause shows the last of these feelings."""
    return bool(feelings) and any(
        pattern.search(clause) for feeling, pattern in ear.feelings if feeling == feelings[-1]
    )


_DENIED = re.compile(
    r"(?:\bnot|n't|\bnever|\bno longer|\bless)(?: \w+)?\s*$|[不没别](?:太|是|觉得|那么|再)?$"
)


def _by_last(text: str, named: Iterable[tuple[str, re.Pattern[str]]]) -> list[str]:
    """Names found, the one mentioned last first: the end of a turn is what it was about."""
    found = []
    for name, pattern in named:
        last = max((m.start() for m in pattern.finditer(text)), default=-1)
        if last >= 0:
            found.append((-last, name))
    return [name for _, name in sorted(found)]


_INNER = re.compile(r"[“\"]([^”\"“]+)[”\"]")


def _thought(text: str, language: Language) -> str:
    """The last thing said within quotation marks, where it is short enough to be repeated."""
    low, high = (3, 20) if language == "zh" else (2, 14)
    spans = [m.group(1).strip(" ,.，。") for m in _INNER.finditer(text)]
    fit = [s for s in spans if low <= _length(s, language) <= high]
    return fit[-1] if fit else ""


def _idle(clause: str, ear: _Ear) -> bool:
    """Whether a clause is nothing but a lead-in or a courtesy."""
    rest = ear.ignore.sub("", clause.replace("’", "'")).strip(" ,，。.!")
    return len(rest) <= 2


def _length(text: str, language: Language) -> int:
    if language == "zh":
        return len(re.findall(r"[\u4e00-\u9fff]", text))
    return len(text.split())


_SENTENCES = re.compile(r"(?<=[.!?。！？])[”\"’]?\s*|\n+")
_ENGLISH_BREAKS = re.compile(
    r"\s*(?:;|:|—|–| - |\.{3}|…)\s*|,\s*(?=(?:and|but|so|because|then|or|which|yet)\b)"
    r"|,\s*(?=(?:i|i'm|i've|he|she|it|they|it's|that's|my|there's)\b)",
    re.IGNORECASE,
)
_ENGLISH_LEADS = re.compile(
    r"^(?:(?:well|so|and|but|or|because|cause|'cause|then|also|yeah|yes|no|nah|okay|ok|oh|um|uh|er|hm"
    r"|hmm|like|anyway|look|honestly|actually|basically|sure|right|fine|true|mostly|plus|yet"
    r"|to be honest|i mean|i guess|i suppose|i don't know|you know|the thing is|it's just that"
    r"|it's like|for what it's worth|if i'm honest|i dunno)(?:,\s*|\s+(?=\w)|$))+",
    re.IGNORECASE,
)
_ENGLISH_TAILS = re.compile(
    r"(?:,?\s*(?:you know|i guess|i suppose|or something|or whatever|and all that|really|though"
    r"|i mean|to be honest|honestly|anyway|if that makes sense))+$",
    re.IGNORECASE,
)
_CHINESE_BREAKS = re.compile(r"[，；：、—…,;]+|\s+")
_CHINESE_LEADS = re.compile(
    r"^(?:…+|嗯+|唉|哎|啊|哦|噢|其实|就是说|然后就|然后|而且|但是|但|可是|不过|所以|因为|反正|可能|也许|说实话"
    r"|说真的|怎么说呢|怎么说|是的|好像|后来|比如说|比如|主要是|只是|呃|(?:那个|那|可|结果|就是)(?=我|就|他|她)"
    r"|对$|那$)+"
)
_CHINESE_TAILS = re.compile(r"(?:吧|啊|呢|嘛|啦|呀|罢了|而已|(?<!没)什么的|之类的)+$")


def split_clauses(text: str, language: Language) -> list[str]:
    """The clauses of a line, in order, without lead-ins and tags. Each is verbatim in the line."""
    breaks = _CHINESE_BREAKS if language == "zh" else _ENGLISH_BREAKS
    found = []
    for sentence in _SENTENCES.split(text):
        if not sentence or sentence.rstrip('”" ').endswith(("?", "？")):
            continue
        pieces = _joined_chinese(sentence) if language == "zh" else breaks.split(sentence)
        found += [c for p in pieces if p and (c := _bare(p, language)) and c in text]
    return found


def _joined_chinese(sentence: str) -> list[str]:
    """Chinese commas come every few words; a piece without a subject joins the one before."""
    pieces: list[str] = []
    for found in re.finditer(r"([^，；：—,;]+)([，；：—,;]*)", sentence):
        piece = found.group(1)
        last = pieces[-1] if pieces else ""
        joins = last and last.endswith("，") and not re.match(_CHINESE_FRESH, piece)
        if joins and len(last) + len(piece) <= 22:
            pieces[-1] = last + piece + found.group(2)[:1]
        else:
            pieces.append(piece + found.group(2)[:1])
    return pieces


_CHINESE_FRESH = re.compile(
    r"\s*(?:我|他|她|它|但|可是|不过|所以|因为|而且|如果|要是|其实|结果|后来|反正)"
)


def _bare(piece: str, language: Language) -> str:
    piece = piece.strip(" ,.;:!?…-—–，。！？；：、~“”\"'‘’（）()*")
    leads, tails = (
        (_CHINESE_LEADS, _CHINESE_TAILS) if language == "zh" else (_ENGLISH_LEADS, _ENGLISH_TAILS)
    )
    return tails.sub("", leads.sub("", piece)).strip(" ,，、")


def _salience(clause: str, at: int, ear: _Ear, language: Language) -> float:
    score = 0.3 * at
    score += 3 * any(p.search(clause) for _, p in ear.feelings)
    for name, pattern in ear.cues:
        if name in _TELLING and pattern.search(clause):
            score += _TELLING[name]
    score += any(p.search(clause) for _, p in ear.topics)
    score += any(p.search(clause) for _, p in ear.themes)
    score -= 2 * bool(ear.ignore.search(clause))
    score += 1.5 * bool(_FIRST_PERSON[language].search(clause))
    length = _length(clause, language)
    low, high = (5, 22) if language == "zh" else (4, 14)
    return score - (2 if length < low else 0) - (2 if length > high else 0)


_TELLING = {
    "self_critical": 4.0,
    "secret": 3.0,
    "change": 2.5,
    "better": 2.0,
    "absolute": 1.5,
    "cannot": 1.5,
    "should": 3.5,
    "thought": 1.0,
}
_FIRST_PERSON: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\b(?:i|i'm|i've|i'd|my|me)\b", re.IGNORECASE),
    "zh": re.compile("我"),
}

_ENGLISH_SUBJECT = re.compile(
    r"^(?:i|i'm|i've|i'd|i'll|we|we're|we've|he|he's|he'd|she|she's|she'd|it|it's|it'd|they|they're|they've|there"
    r"|there's|nobody|everyone|everybody|everything|nothing|something|someone|people|no one"
    r"|everybody's|nobody's|that's)\b",
    re.IGNORECASE,
)
_ENGLISH_NOUN = re.compile(r"^(?:my|our|the|one|some|most|all|every|half)\b", re.IGNORECASE)
_ENGLISH_WHEN = re.compile(r"^(?:when|whenever|after|since|every time)\b", re.IGNORECASE)
_SUBJECTS_WITHIN = re.compile(r"\b(?:i|i'm|i've|we|he|she|they|it|it's|my \w+)\b", re.IGNORECASE)
_ENGLISH_VERB = re.compile(
    r"\b(?:is|isn't|are|aren't|was|wasn't|were|has|hasn't|had|have|do|does|doesn't|did|didn't|can"
    r"|can't|won't|will|would|wouldn't|could|couldn't|keeps?|says?|said|goes|went|gets?|got|makes?"
    r"|made|feels?|felt|thinks?|thought|wants?|wanted|knows?|knew|takes?|took|comes?|came|left|told|asks?|lost|died"
    r"|hurts?|works?|looks?|needs?|starts?|stops?|\w{3,}ed|\w+'s)\b",
    re.IGNORECASE,
)
_ENGLISH_BAD = re.compile(
    r"\b(?:which|that|who|and|but|or|because|the|a|an|to|of|if|when|with|for|in|on|at|than|as|it's"
    r"|i|i'm|my|is|was)$|^(?:i mean|i guess|i don't know|i know|i see|i suppose|i do|i did|i am"
    r"|i think so|i don't|it is|it does|that's (?:it|all|right|fine|true)|i'm not sure|i'm fine"
    r"|it's fine|i'm okay|it's okay|it was|i was|there it is|i can't say)$"
    r"|never told (?:any|no)|haven't told any|said (?:this|that) out loud|hard to say this"
    r"|haven't said|part i left out|isn't easy to say|time i said it|not said before"
    r"|^(?:good )?(?:morning|afternoon)$|^hello$|on repeat|for the record"
    r"|^it's (?:\w+ (?:past|to|o'clock|in the morning)|\d)"
    r"|(?:said|says|thought|think|was like)$|^that's all|^don't make a face|^and no\b",
    re.IGNORECASE,
)


def reflectable(clause: str, language: Language) -> str:
    """The clause turned to "you" where it can stand as a statement, else an empty string."""
    plain = clause.replace("’", "'")
    length = _length(plain, language)
    if any(mark in plain for mark in '"“”「」*[]<>{}'):
        return ""
    if language == "zh":
        whole = 5 <= length <= 26 and "我" in plain and not _CHINESE_BAD.search(plain)
    else:
        plain = _shorter(plain)
        length = len(plain.split())
        led = (
            _ENGLISH_SUBJECT.search(plain)
            or (_ENGLISH_NOUN.search(plain) and _ENGLISH_VERB.search(plain))
            or (_ENGLISH_WHEN.search(plain) and len(_SUBJECTS_WITHIN.findall(plain)) > 1)
        )
        whole = bool(led) and 3 <= length <= 18 and not _ENGLISH_BAD.search(plain)
    if not whole:
        return ""
    turned = shift(plain, language)
    if not turned.safe:
        return ""
    return (
        turned.text if _keeps_capital(plain, language) else turned.text[0].lower() + turned.text[1:]
    )


_CHINESE_BAD = re.compile(
    r"^(?:如果|要是|虽然|就算|哪怕|即使|每次|每当|当|除非|无论|不管|等)|(?:的时候|以后|之后|之前|和|跟|把|被|是)$"
    r"|^(?:我不知道|我知道了|我明白|我想想|我懂|我没事|我还好|我很好|我试试|我觉得吧?|我说)$"
    r"|我晓得的?$|我懂的?$|^我知道$|(?:我|你|他|她|就|都|也|又|还|要|会|得|(?<!说)说|(?<!想)想|(?<!讲)讲|(?<!问)问|觉得)$|早晚要[说讲]|一直没说|从哪里?儿?[说讲]起?"
    r"|没迟到|来早了|来晚了|^.?[老师您你]{1,2}好|坐这儿|不用问|别往心里去|怕耽误|就说到这儿"
    r"|不太想|说得够多"
    r"|没跟.{0,4}人说过|没和.{0,4}人说过|没对.{0,4}人说过|没告诉过|第一次说"
)
_CUT = re.compile(
    r"\s+(?:because|when|while|until|so that|even though|although|if|and then|and)\s+",
    re.IGNORECASE,
)


def _shorter(clause: str) -> str:
    """A clause of more than 14 words without its last subordinate part, where one can be cut."""
    words = len(clause.split())
    if words <= 14:
        return clause
    for found in reversed(list(_CUT.finditer(clause))):
        if 4 <= len(clause[: found.start()].split()) <= 14:
            return clause[: found.start()].rstrip(" ,")
    return clause


def _keeps_capital(clause: str, language: Language) -> bool:
    first = clause.split(maxsplit=1)[0] if clause else ""
    return language == "zh" or not (
        _ENGLISH_SUBJECT.match(clause)
        or _ENGLISH_WHEN.match(clause)
        or first.lower() in ("my", "our", "the", "one", "some", "most", "all")
    )


def quotable(clause: str, language: Language) -> str:
    """A short verbatim phrase, or an empty string."""
    length = _length(clause, language)
    low, high = (4, 14) if language == "zh" else (3, 8)
    if any(mark in clause for mark in '"“”「」*[]<>{}') or not low <= length <= high:
        return ""
    if language == "zh":
        return "" if _CHINESE_BAD.search(clause) else clause
    return "" if _ENGLISH_BAD.search(clause.replace("’", "'")) else clause


_BAD: dict[Language, re.Pattern[str]] = {"en": _ENGLISH_BAD, "zh": _CHINESE_BAD}


def _notable(clause: str, language: Language) -> bool:
    length = _length(clause, language)
    low, high = (5, 40) if language == "zh" else (3, 24)
    if clause.count('"') % 2 or clause.count("“") != clause.count("”"):
        return False
    return low <= length <= high and not _BAD[language].search(clause.replace("’", "'"))
