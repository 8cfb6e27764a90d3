"""How reports in English and Chinese say whom they are about: in a sentence or a form.

Patterns only; `who` reads them. A group is named for what it holds.
"""

from __future__ import annotations

import re

from muspsy_sim.records.base import Language

_PART = r"[A-Z](?:['’][A-Z])?[a-z]+(?:-[A-Z]?[a-z]+)?"
_NAME = rf"(?P<name>{_PART}\.?(?: {_PART}){{1,2}})"
_ONE_NAME = rf"(?P<name>{_PART}(?: {_PART}){{0,2}})"
_OLD_EN = r"(?P<age>\d{1,3})[- ]years?[- ]old"
_HEAD = r"^[ \t>*_|-]*"
_COLON = r"[*_ \t]*[:|][*_ \t]*"
FORMS_EN = tuple(
    re.compile(form, re.MULTILINE)
    for form in (
        rf"\b{_NAME}(?:,| is|,? aged)? (?P<age>\d{{1,3}})\b(?: years old)?",
        rf"\b{_NAME} \((?:aged? )?(?P<age>\d{{1,3}})\b[^)\n]*\)",
        rf"\b{_ONE_NAME}(?:,| is| was)(?: now)? (?:an? |aged )?{_OLD_EN}",
        rf"\b{_ONE_NAME}(?:,| is)? aged (?P<age>\d{{1,3}})\b",
    )
)
"""How a report says in one breath whom it is about and how old; the earliest in it counts."""
NAME_FIELD_EN = re.compile(
    rf"{_HEAD}(?i:(?:client|patient)(?:'s)? name|(?:full )?name|client|patient){_COLON}{_ONE_NAME}",
    re.MULTILINE,
)
AGE_FIELD_EN = re.compile(
    rf"(?i:(?:{_HEAD}|[,;|/] ?)age(?: ?/ ?(?:sex|gender))?{_COLON}(?P<age>\d{{1,3}})\b)",
    re.MULTILINE,
)
NAMELESS_EN = re.compile(
    r"\b(?:(?i:the |a )?(?i:client|patient)(?:,| is| was)|I am|I'm)(?: now)?"
    rf" (?:an? |aged )?{_OLD_EN}"
)
GENDER_EN = re.compile(
    r"(?:-old |(?:gender|sex)[*_ \t]*[:|][*_ \t]*|/ ?)"
    r"(?:(?P<m>male|man|m\b)|(?P<f>female|woman|f\b))",
    re.IGNORECASE,
)
TITLED_EN = re.compile(r"\b(?:Mr|Ms|Mrs|Miss|Dr)\.? ([A-Z][a-z'-]+)\b")
_NUMBER_ZH = r"[一二三四五六七八九十]{1,3}|\d{1,3}"
_CALLED_ZH = "来访者|来询者|求助者|求询者|当事人|患者|案主|个案|咨客|化名"
_NAME_ZH = rf"(?:{_CALLED_ZH})?(?P<name>[\u4e00-\u9fff]{{2,4}})"
_OLD_ZH = rf"(?:现年|今年)?(?P<age>{_NUMBER_ZH})周?岁"
_PLACED = "who|from|in|at|with|and|living|whose|of|on|came|was|is|has|lives|works"
JOB_BESIDE_EN = re.compile(
    r"(?:, an? \d{1,3}-year-old |, (?:aged )?\d{1,3}, an? |\bis an? \d{1,3}-year-old )"
    r"(?!(?:[a-z-]+ ){0,2}(?:man|woman|male|female|mother|father|widow|widower|client|patient)\b)"
    rf"([a-z-]+(?: [a-z-]+){{0,3}}?)(?=[,.;]| (?:{_PLACED})\b)"
)
"""What somebody is who is named with an age: `Ann Lee, a 52-year-old midwife`."""
TITLE_EN = re.compile(r"^(?:(?P<m>Mr)|(?P<f>Ms|Mrs|Miss)|Dr)\.? ")
JOB_EN = re.compile(
    r"(?:\bis an? (?:\d{1,3}-year-old )?|, an? \d{1,3}-year-old |, (?:aged )?\d{2}, an? "
    r"|(?i:\boccupation)[*_ \t]*[:|][*_ \t]*(?:[Aa]n? )?)(?!(?:wo)?man\b)"
    r"(?!(?:[a-z-]+ ){0,3}?(?:lodger|father|mother|brother|sister|daughter|smoker|drinker|loner"
    r"|member|stranger|matter|danger|bachelor|parent|tenant|client|patient|resident|widower|lover|owner"
    r"|believer|christian|vegetarian|volunteer|minister's son|foreigner|newcomer|outsider)\b)"
    r"((?:[a-z-]+ ){0,3}?[a-z-]+(?:er|or|ist|ian|ant|ent|ice|ard|man|woman|eur|worker|student))\b"
)
FORMS_ZH = tuple(
    re.compile(form)
    for form in (
        rf"{_NAME_ZH}，(?P<gender>[男女])性?，{_OLD_ZH}",
        rf"{_NAME_ZH}，{_OLD_ZH}，(?P<gender>[男女])性?",
        rf"{_NAME_ZH}[（(](?P<gender>[男女])性?[，、, ]+{_OLD_ZH}[^）)\n]*[）)]",
        rf"{_NAME_ZH}[（(]{_OLD_ZH}[，、, ]+(?P<gender>[男女])性?[^）)\n]*[）)]",
        rf"{_NAME_ZH}(?:，|是|为)(?:一[名位])?{_OLD_ZH}的?(?P<gender>[男女])",
    )
)
"""How a report says in one breath whom it is about and how old; the earliest in it counts."""
FIELDS_ZH = {
    "name": re.compile(r"(?:姓名|化名)[*_ \t]*[：:|][*_ \t]*(?P<found>[\u4e00-\u9fff]{2,4})"),
    "gender": re.compile(r"性别[*_ \t]*[：:|][*_ \t]*(?P<found>[男女])"),
    "age": re.compile(rf"年龄[*_ \t]*[：:|][*_ \t]*(?P<found>{_NUMBER_ZH})"),
}
JOB_FIELD_ZH = re.compile(r"职业[*_ \t]*[：:|][*_ \t]*([\u4e00-\u9fff]{2,14})")
FIELD = re.compile(
    rf"{_HEAD}(?:(?i:(?:(?:client|patient)(?:'s)? )?name|client|patient|age(?: ?/ ?\w+)?|gender|sex"
    r"|occupation|job|marital status|education|ethnicity|religion|nationality)"
    r"|姓名|化名|性别|年龄|职业|婚姻(?:状况)?|学历|文化程度|民族|宗教|籍贯)[*_ \t]*[:：|]"
)
NO_NAMES_ZH = ("来访者", "患者", "求助者", "当事人", "案主", "个案", "咨客")
CAPITALISED = re.compile(r"(?<!\bin )(?<!\bat )(?<!\bon )(?<!\bfrom )\b([A-Z][a-z]{2,})\b")
NO_NAMES = frozenset(
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
OLD = 60
"""Years from which a Chinese report may call its client 老人, and nobody else."""
DIGITS = "零一二三四五六七八九"
ON_PAPER: dict[Language, dict[str, str]] = {
    "en": {
        "relationship_status": (
            r"\b(?:[Hh]e|[Ss]he|client|patient|(?<!brother )(?<!sister )(?<!daughter )(?<!son )"
            r"(?<!father )(?<!mother )(?<!friend )(?!His|Her|Their)[A-Z][a-z]+)\b"
            r"(?![^.;]{0,40}\b(?:brother|sister|daughter|son|father|mother|friend|who)\b)"
            r"[^.;]{0,40}?\b(?:is|was|been|being) "
            r"(married|divorced|widowed|single|engaged|separated)\b"
        ),
        "education": r"\b((?:first-class|bachelor's|doctoral) degree|left school at \w+)\b",
    },
    "zh": {
        "relationship_status": (
            r"(?:^|[\n，。；、,（(：:|] ?)(?:目前|现)?(已婚|未婚|离异|丧偶|再婚|单身|已订婚)"
        ),
        "education": (
            r"((?:大学)?(?:文盲|初小|小学|初中|高中|中专|大专|专科|本科|硕士|博士)(?:学历)?)"
        ),
        "living_situation": r"(独居|现?与[^，。]{1,12}同住[^，。]{0,8}|租住[^，。]{1,12})",
    },
}
PLACE_OR_PAST = re.compile(r"^.*?(?:某[市省县]?|市|省|县)(?=[\u4e00-\u9fff])|^退休")
JOB_ZH = re.compile(
    r"(?:^|，|。)([^，。]{0,14}?(?:工|师|员|司机|经理|老板|医生|护士|警察|会计|编辑|主妇|学生|农民|店主))"
    r"(?=，|。)"
)
