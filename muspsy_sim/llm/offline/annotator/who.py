"""Who a report is about, as far as its first lines show: name, age, gender, and what is on paper.

Only what stands there in a known form counts; nothing is concluded.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from muspsy_sim.llm.offline.annotator.as_client import Client
from muspsy_sim.records.base import Language

_NAME_EN = re.compile(
    r"\b([A-Z][a-z'’-]+(?: [A-Z][a-z'’-]+){1,2})(?:,| is|,? aged)? (\d{1,3})\b(?: years old)?"
)
_TITLED_EN = re.compile(r"\b(?:Mr|Ms|Mrs|Miss|Dr)\.? ([A-Z][a-z'-]+)\b")
_JOB_EN = re.compile(
    r"\bis an? ((?:[a-z-]+ ){0,3}?"
    r"[a-z-]+(?:er|or|ist|ian|ant|ent|ice|ard|man|woman|eur|worker|student))\b"
)
_NAME_ZH = re.compile(
    r"([\u4e00-\u9fff]{2,4})，([男女])性?，(?:现年|今年)?([一二三四五六七八九十]{1,3}|\d{1,3})周?岁"
)
_CAPITALISED = re.compile(r"(?<!\bin )(?<!\bat )(?<!\bon )(?<!\bfrom )\b([A-Z][a-z]{2,})\b")
_NO_NAMES = frozenset(
    re.findall(
        r"\S+",
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May "
        "June July August September October November December Christmas Easter English Chinese "
        "What When Where Who Why How Since After Before Because Although While Once Then Now There "
        "These Those Each Every Some Most Many Three Two One First Second Third At In On From With "
        "Without For But And Yet So If As By To It This That They Their His Her She He We Asked "
        "Nobody Nothing Twice Later Here All Both Until During Under Over About Not No Being",
    )
)
_OLD = 60
"""Years from which a Chinese report may call its client 老人, and nobody else."""
_DIGITS = "零一二三四五六七八九"
_ON_PAPER: dict[Language, dict[str, str]] = {
    "en": {
        "relationship_status": (
            r"\b(?:he|she|client|patient|[A-Z][a-z]+)\b[^.;]{0,40}?\b(?:is|was|been|being) "
            r"(married|divorced|widowed|single|engaged|separated)\b"
        ),
        "education": r"\b((?:first-class|bachelor's|doctoral) degree|left school at \w+)\b",
    },
    "zh": {
        "relationship_status": r"(已婚|未婚|离异|丧偶|再婚|单身|已订婚)",
        "education": (
            r"((?:大学)?(?:文盲|初小|小学|初中|高中|中专|大专|专科|本科|硕士|博士)(?:学历)?)"
        ),
        "living_situation": r"(独居|现?与[^，。]{1,12}同住[^，。]{0,8}|租住[^，。]{1,12})",
    },
}
_PLACE_OR_PAST = re.compile(r"^.*?(?:某|市|省|县)(?=[\u4e00-\u9fff])|^退休")
_JOB_ZH = re.compile(
    r"(?:^|，|。)([^，。]{0,14}?(?:工|师|员|司机|经理|老板|医生|护士|警察|会计|编辑|主妇|学生|农民|店主))"
    r"(?=，|。)"
)


@dataclass(frozen=True, slots=True)
class Who:
    """A report's client on paper; empty where it does not show."""

    name: str
    age: int | None
    gender: str
    """`m`, `f` or empty."""
    fields: dict[str, str]
    """occupation, education, relationship_status, living_situation: as written."""
    client: Client


def who_is(report: str, language: Language) -> Who:
    """Read who the report is about."""
    body = re.sub(r"^#.*$", "", report, flags=re.MULTILINE)
    return _chinese(body) if language == "zh" else _english(body)


def _english(body: str) -> Who:
    match = _NAME_EN.search(body)
    name = match[1] if match else ""
    counted = Counter(
        word.lower() for word in re.findall(r"\b(?:he|his|she|hers|her)\b", body, re.IGNORECASE)
    )
    male, female = counted["he"] + counted["his"], counted["she"] + counted["her"]
    gender = "m" if male > 1.5 * female else "f" if female > 1.5 * male else ""
    parts = name.split()
    titled = [m[0] for m in _TITLED_EN.finditer(body) if not parts or m[1] == parts[-1]]
    forms = [name, *titled, *(parts[:1] + parts[-1:] if len(parts) > 1 else [])]
    names = tuple(sorted({form for form in forms if form}, key=len, reverse=True))
    first = next((p for p in body.split("\n") if match and match[0] in p), body)
    fields = _on_paper(first + body[:600], "en")
    job = _JOB_EN.search(first)
    if job:
        fields["occupation"] = job[1]
    small = set(re.findall(r"\b[a-z]+\b", body))
    known = {*" ".join(names).split(), *_NO_NAMES}
    # A word that is written small elsewhere is no name, however it begins a sentence.
    others = {
        word
        for word in _CAPITALISED.findall(body)
        if word not in known and word.lower() not in small
    }
    client = Client("en", names, gender, frozenset(others))
    age = int(match[2]) if match and int(match[2]) <= 120 else None
    return Who(name, age, gender, fields, client)


def _chinese(body: str) -> Who:
    match = _NAME_ZH.search(body)
    if match is None:
        return Who("", None, "", _on_paper(body[:300], "zh"), Client("zh"))
    name, gender = match[1], "m" if match[2] == "男" else "f"
    sentence = re.split(r"[。\n]", body[match.start() :])[0] + "。"
    fields = _on_paper(sentence, "zh")
    for job in _JOB_ZH.finditer(sentence[match.end() - match.start() :]):
        fields.setdefault("occupation", _PLACE_OR_PAST.sub("", job[1]) or job[1])
    names = [name, *([name[1:]] if len(name) == 3 else [])]
    age = _number(match[3])
    if age is not None and age >= _OLD:
        names.append("老人")
    return Who(name, age, gender, fields, Client("zh", tuple(names), gender))


def _on_paper(text: str, language: Language) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, expression in _ON_PAPER[language].items():
        match = re.search(expression, text)
        if match:
            found[name] = match[1]
    return found


def _number(text: str) -> int | None:
    if text.isdecimal():
        return int(text) if int(text) <= 120 else None
    tens, ten, ones = text.partition("十")
    if not ten:
        return _DIGITS.find(text) if len(text) == 1 else None
    if len(tens) > 1 or len(ones) > 1:
        return None
    return (_DIGITS.find(tens) if tens else 1) * 10 + (_DIGITS.find(ones) if ones else 0)
