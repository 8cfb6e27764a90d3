"""Who a report is about, as far as its first lines show: name, age, gender, and what is on paper.

Only what stands there in a known form counts; nothing is concluded.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from muspsy_sim.llm.offline.annotator import who_forms as forms
from muspsy_sim.llm.offline.annotator.people import KIN_EN, SOMEONE_EN, Client
from muspsy_sim.records.base import Language


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


def _earliest(body: str, said: tuple[re.Pattern[str], ...]) -> re.Match[str] | None:
    """The first place in the report that says who and how old; forms at one place as listed."""
    found = [m for form in said for m in form.finditer(body) if _is_client(m)]
    return min(found, key=lambda m: m.start(), default=None)


def _is_client(match: re.Match[str]) -> bool:
    name = match["name"]
    if name.endswith(forms.NO_NAMES_ZH) or name.lower() in ("client", "patient"):
        return False
    return name.split()[0] not in forms.NO_NAMES and _number(match["age"]) is not None


def is_field(line: str) -> bool:
    """Whether a line is one of a form's, such as `Age: 44`, which nobody would tell as a fact."""
    return bool(forms.FIELD.match(line))


def _english(body: str) -> Who:
    match = _earliest(body, forms.FORMS_EN)
    fields_named = (
        m for m in forms.NAME_FIELD_EN.finditer(body) if m["name"] not in forms.NO_NAMES
    )
    named, aged = next(fields_named, None), forms.AGE_FIELD_EN.search(body)
    name = named["name"] if named else match["name"] if match else ""
    aged = aged or (match if match and match["name"] == name else None)
    name = forms.TITLE_EN.sub("", name)
    aged = aged or forms.NAMELESS_EN.search(body)
    known_by = named or match or aged
    gender = _english_gender(body)
    parts = name.split()
    titled = [m[0] for m in forms.TITLED_EN.finditer(body) if not parts or m[1] == parts[-1]]
    called = [name, *titled, *(parts[:1] + parts[-1:] if len(parts) > 1 else [])]
    names = tuple(sorted({form for form in called if form}, key=lambda form: (-len(form), form)))
    first = next((p for p in body.split("\n") if known_by and known_by[0] in p), body)
    fields = _on_paper(first + body[:600], "en")
    job = forms.JOB_EN.search(first) or forms.JOB_EN.search(body[:600])
    beside = forms.JOB_BESIDE_EN.search(first)
    if beside:
        fields["occupation"] = beside[1]
    elif job:
        fields["occupation"] = job[1]
    small = set(re.findall(r"\b[a-z]+\b", body))
    known = {*" ".join(names).split(), *forms.NO_NAMES}
    # A word that is written small elsewhere is no name, however it begins a sentence.
    others = {
        word
        for word in forms.CAPITALISED.findall(body)
        if word not in known and word.lower() not in small
    }
    client = Client("en", names, gender, _rivals(body, others, gender))
    return Who(name, _number(aged["age"]) if aged else None, gender, fields, client)


def _rivals(body: str, names: set[str], gender: str) -> frozenset[str]:
    """Those of `names` that are people's, as far as a report shows, and not of the other gender.

    A name is a person's where it begins a clause or stands beside kin; it is of the other gender
    beside a word for such kin, or where that gender's pronoun follows it in its sentence.
    """
    if not gender:
        return frozenset(names)
    theirs = KIN_EN["f" if gender == "m" else "m"].replace(" ", "|")
    people = "|".join([*KIN_EN["m"].split(), *KIN_EN["f"].split(), *SOMEONE_EN])
    pronoun, own = ("she", "he") if gender == "m" else ("he", "she")
    found: set[str] = set()
    for name in names:
        beside = rf"(?:{theirs})(?:-in-law)?,? (?:[A-Z]\w+ )?{name}\b"
        beside = rf"{beside}|\b{name},? (?:his|her|a|the) (?:{theirs})\b"
        titled = r"\bM(?:s|rs|iss)\.? " if gender == "m" else r"\bMr\.? "
        said_of = rf"\b{name}\b(?:(?!\b{own}\b)[^.;])*\b{pronoun}\b"
        if re.search(rf"{beside}|{titled}{name}\b|{said_of}", body):
            continue
        if re.search(
            rf"(?:^|[.!?;:,\n] )(?:and |but |when |then )?{name}(?:'s)? [a-z]", body
        ) or re.search(rf"(?i:{people})(?:-in-law)?,? (?:[A-Z]\w+ )?{name}\b", body):
            found.add(name)
    return frozenset(found)


def _english_gender(body: str) -> str:
    """By the pronouns, which the whole report uses; by what is written of it where they tie."""
    counted = Counter(
        word.lower() for word in re.findall(r"\b(?:he|his|she|hers|her)\b", body, re.IGNORECASE)
    )
    male, female = counted["he"] + counted["his"], counted["she"] + counted["her"]
    if male > 1.5 * female:
        return "m"
    if female > 1.5 * male:
        return "f"
    written = forms.GENDER_EN.search(body)
    return "" if written is None else "m" if written["m"] else "f"


def _chinese(body: str) -> Who:
    match = _earliest(body, forms.FORMS_ZH)
    nameless = None if match else next((m for f in forms.FORMS_ZH if (m := f.search(body))), None)

    def told(what: str) -> str:
        field = forms.FIELDS_ZH[what].search(body)
        if field:
            return field["found"]
        if what == "name":
            return match["name"] if match else ""
        either = match or nameless
        return either[what] if either else ""

    name, age = told("name"), _number(told("age"))
    gender = {"男": "m", "女": "f"}.get(told("gender"), "")
    begins = match or nameless or forms.FIELDS_ZH["name"].search(body)
    if begins is None:
        return Who(name, age, gender, _on_paper(body[:300], "zh"), Client("zh"))
    sentence = re.split(r"[。\n]", body[begins.start() :])[0] + "。"
    fields = _on_paper(sentence if match else body[:300], "zh")
    if field := forms.JOB_FIELD_ZH.search(body):
        fields["occupation"] = field[1]
    for job in forms.JOB_ZH.finditer(sentence[begins.end() - begins.start() :]):
        fields.setdefault("occupation", forms.PLACE_OR_PAST.sub("", job[1]) or job[1])
    names = [name, *([name[1:]] if len(name) == 3 else [])] if name else []
    if age is not None and age >= forms.OLD:
        names.append("老人")
    return Who(name, age, gender, fields, Client("zh", tuple(names), gender))


def _on_paper(text: str, language: Language) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, expression in forms.ON_PAPER[language].items():
        match = re.search(expression, text)
        if match:
            found[name] = match[1]
    return found


def _number(text: str) -> int | None:
    if text.isdecimal():
        return int(text) if int(text) <= 120 else None
    tens, ten, ones = text.partition("十")
    if not text:
        return None
    if not ten:
        return forms.DIGITS.find(text) if len(text) == 1 else None
    if len(tens) > 1 or len(ones) > 1:
        return None
    return (forms.DIGITS.find(tens) if tens else 1) * 10 + (forms.DIGITS.find(ones) if ones else 0)
