"""The `[Basic Info]` of a MusPsy user card: who the client is on paper, and the rest as sentences.

As published it begins with a list (`李某，男性，72岁，已婚，…`) and goes on in sentences. What a
rule recognises in the list becomes a field; every other part stays a sentence, so that nothing is
lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from muspsy_sim.personas.first_person import sentences_of

_ROLE = re.compile(r"^(?:来访者|来询者|求助者|案主|患者|服务对象)[:：]?")
_CHINESE_DIGITS = "零一二三四五六七八九"
_AGE = re.compile(r"(?:年龄|今年|现年)?[:：]?(\d{1,3}|[一二三四五六七八九十]{1,3})周?岁(?:半)?")
_AGE_EN = re.compile(r"(?:aged? )?(\d{1,3})(?:[ -]years?[ -]olds?)?", re.IGNORECASE)
_RELATIVE = re.compile(r"^(?:父|母|爸|妈|丈夫|妻|夫|爷|奶|兄|哥|姐|弟|妹|儿|女儿|育有|有一|家)")

_FIELDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("gender", re.compile(r"(?:性别[:：]?)?([男女]性?)|(male|female|man|woman)", re.IGNORECASE)),
    (
        "relationship_status",
        re.compile(
            r"((?:已婚|未婚|离异|离婚|丧偶|再婚|单身|分居|恋爱中).{0,4})"
            r"|(married|single|divorced|widowed|separated|engaged)",
            re.IGNORECASE,
        ),
    ),
    ("ethnicity", re.compile(r"([\u4e00-\u9fff]{1,5}族)")),
    ("religion", re.compile(r"(.{0,4}(?:宗教信仰|信佛|信教|基督徒|佛教徒).{0,4})")),
    (
        "education",
        re.compile(
            r"((?:[\u4e00-\u9fff]{0,4})?(?:文盲|小学|初中|高中|中专|大专|专科|本科|大学|硕士|博士|研究生)"
            r"[\u4e00-\u9fff]{0,8})|([A-Za-z' ]*(?:degree|diploma|graduate|education)[A-Za-z' ]*)",
            re.IGNORECASE,
        ),
    ),
    ("living_situation", re.compile(r"((?:现|目前)?(?:居住|住|居)(?:于|在).{1,16}|独居)")),
    (
        "occupation",
        re.compile(
            r"((?:退休)?[\u4e00-\u9fff]{0,8}(?:工人|公务员|职员|店员|员工|教师|老师|医生|护士|司机|农民"
            r"|经理|会计|律师|工程师|干部|军人|学生|老板|个体户|自由职业者?|主妇|程序员|警察)|退休|无业|待业|失业)"
        ),
    ),
)


@dataclass(slots=True)
class BasicInfo:
    """What the basic info says. `None` where no rule recognised it."""

    name: str | None = None
    age: int | None = None
    fields: dict[str, str] = field(default_factory=dict)
    """gender, relationship_status, ethnicity, religion, education, living_situation, occupation."""
    rest: list[str] = field(default_factory=list)
    """The sentences and parts of the list that no field took."""


def read_basic_info(text: str) -> BasicInfo:
    """Read a `[Basic Info]`, Chinese or English."""
    info = BasicInfo()
    first, *others = sentences_of(text) or [""]
    if not re.search(r"[\u4e00-\u9fff]", text):
        first, _, other = text.partition(". ")
        others = [each for each in re.split(r"(?<=[.!?])\s+", other) if each.strip()]
    left = [part for part in _parts(first) if not _took(info, part)]
    if left:
        info.rest.append(
            "，".join(left) if re.search(r"[\u4e00-\u9fff]", first) else ", ".join(left)
        )
    info.rest.extend(others)
    return info


def _parts(sentence: str) -> list[str]:
    parts = re.split(r"[，,、]", sentence.strip().rstrip("。.；;"))
    return [part.strip() for part in parts if part.strip()]


def _took(info: BasicInfo, part: str) -> bool:
    """Put a part of the list into the field it belongs to, if there is one."""
    if info.name is None and not info.fields and info.age is None and _is_name(part):
        info.name = _ROLE.sub("", part) or part
        return True
    age = _AGE.fullmatch(part) or _AGE_EN.fullmatch(part)
    if age and info.age is None:
        info.age = _number(age[1])
        return info.age is not None
    if _RELATIVE.match(part):
        return False
    for name, pattern in _FIELDS:
        match = pattern.fullmatch(part)
        if match and name not in info.fields:
            info.fields[name] = next(group for group in match.groups() if group)
            return True
    return False


def _is_name(part: str) -> bool:
    part = _ROLE.sub("", part) or part
    if re.search(r"\d|岁|[男女]|族|婚|学|独居|退休", part):
        return False
    return bool(re.fullmatch(r"[\u4e00-\u9fff·]{1,5}|[A-Z][A-Za-z.' -]{0,29}", part))


def _number(text: str) -> int | None:
    if text.isdecimal():
        return int(text) if int(text) <= 120 else None
    tens, ten, ones = text.partition("十")
    if not ten:
        return _CHINESE_DIGITS.find(text) if len(text) == 1 else None
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return None
    return (_CHINESE_DIGITS.find(tens) if tens else 1) * 10 + (
        _CHINESE_DIGITS.find(ones) if ones else 0
    )
