"""A SimPsyDial complaint as a profile: what a person wrote of itself, and nothing about it.

The text is in the first person already and stays as it is. Each fact points at its span of the
text, which is kept beside the profile as its case report. Who wrote it is mostly unsaid: an age
counts only where the writer states its own.
"""

from __future__ import annotations

import re

from pydantic import JsonValue

from muspsy_sim.formats.simpsydial_profile import Complaint
from muspsy_sim.personas import filled_in
from muspsy_sim.personas.cue_words import cues_of, topic_of
from muspsy_sim.personas.first_person import sentences_of
from muspsy_sim.personas.wording import in_language, speaks_of_itself
from muspsy_sim.records.errors import ProfileError
from muspsy_sim.records.profile import CaseReport, Demographics, Fact, Profile, SourceSpan

LICENCE = "MIT"
PROVENANCE = (
    "SimPsyDial client profiles (interactive-agents); MIT as stated there, the complaints behind "
    "them were written by people on a public question board"
)
NAMELESS = "来访者"

_OWN_AGE = re.compile(
    r"(?:我(?:今年|现在|已经|都|是个?|也)*|本人|今年)(?:快|才|已经)?(\d{2})(?:周?岁)"
    r"|^(\d{2})岁(?:的(?:我|现在)|[，,。了女男]|$)"
    r"|(?:^|[，。！？\s])(?:我)?(?:女|男)(?:生|性)?[，,\s]?(\d{2})岁"
)
_AT_SCHOOL = re.compile(
    r"(?:我|本人|目前|现在|今年|正在|马上|即将)"
    r"(?![^，。！？\s]{0,6}(?:女儿|儿子|孩子|[弟妹哥姐侄]|外甥|学生))[^，。！？\s]{0,6}"
    r"(?:小学生|初中生|高中生|[上读念](?:小学|初[一二三中]|高[一二三中])|是?初[一二三](?!班)|是?高[一二三](?!班)|中考)"
)
"""Words by which a writer who is still at school tells of it."""
_ON_A_FORM = re.compile(
    r"我|今年|现在|已经|刚|是个?|一[个名]|\d{2}周?岁|[男女]生?性?|[大研][一二三四]|学生|单身|已婚|未婚|[，,、。！\s]"
)
_ASKS = re.compile(r"[？?]")
_SENTENCES_A_FACT = 3
_LONGEST = 80
"""Characters; many writers put nothing but commas between their sentences."""
_CLAUSES = re.compile(r"[^，,、\s]+[，,、\s]*")
_TELLS = 2
"""Characters that a sentence has to have beside those of a form to say what the matter is."""
_SHORTEST = 8
"""Characters; a shorter sentence is joined to the one before it."""

_DEFAULTED = (
    *("arc", "demographics", "facts[].hint", "facts[].sensitivity", "formulation", "history"),
    *("life_events", "risk", "strengths", "supports", "symptoms", "temperament"),
    "topic (by the words of the complaint)",
)


def profile_from_complaint(complaint: Complaint, persona: str) -> Profile:
    """The profile of who wrote a complaint; `persona` is its id. The age is not judged here.

    Raises:
        ProfileError: the complaint is not in Chinese, or nothing in it speaks of its writer. The
            error has no file; the caller knows it.
    """
    if not in_language(complaint.text, "zh"):
        raise ProfileError("is not in Chinese", line=complaint.line)
    sentences = _spans(complaint)
    own = [place for place in sentences if speaks_of_itself(place[0], "zh")]
    if not own:
        raise ProfileError("speaks nowhere of its writer", line=complaint.line)
    problem = next((place for place in own if not _only_age(place[0])), own[0])
    goals = [text for text, _ in sentences if _ASKS.search(text) and speaks_of_itself(text, "zh")]
    goals_from = ""
    if complaint.headline and _ASKS.search(complaint.headline):
        goals, goals_from = [complaint.headline], "goals (the headline's question)"
    elif goals:
        goals_from = "goals (questions of the complaint)"
    else:
        goals, goals_from = ["我还不知道想要什么。"], "goals"
    return Profile(
        id=persona,
        source_case=persona,
        language="zh",
        title=complaint.headline or problem[0][:30],
        topic=topic_of(complaint.text),
        demographics=Demographics(name=NAMELESS, age=own_age(complaint.text)),
        presenting_problem=problem[0],
        facts=_facts([each for each in sentences if each != problem and each[0] not in goals]),
        temperament=filled_in.temperament(filled_in.MIDDLE, "zh"),
        symptoms=filled_in.symptoms(),
        risk=filled_in.risk(sentences_of(complaint.text)),
        goals=goals,
        licence=LICENCE,
        provenance=PROVENANCE,
        defaulted=sorted([*_DEFAULTED, goals_from]),
        extra=_extra(complaint, sentences),
    )


def case_from_complaint(complaint: Complaint, persona: str, source: str) -> CaseReport:
    """The complaint itself, as the case report that the profile's spans point into."""
    return CaseReport(
        id=persona,
        language="zh",
        text=complaint.text + "\n",
        source=source,
        licence=LICENCE,
        provenance=PROVENANCE,
        fictional=False,
    )


def own_age(text: str) -> int | None:
    """The age that a writer states as its own, or `None`; another's age does not count."""
    match = _OWN_AGE.search(text)
    return int(next(group for group in match.groups() if group)) if match else None


def at_school(text: str) -> str | None:
    """The words by which a writer tells that it is at school and perhaps a minor, or `None`."""
    match = _AT_SCHOOL.search(text)
    return match[0] if match else None


def _only_age(sentence: str) -> bool:
    """Whether a sentence says no more than stands on a form: how old, man or woman, student."""
    return len(_ON_A_FORM.sub("", sentence)) < _TELLS


_Placed = tuple[str, SourceSpan]


def _spans(complaint: Complaint) -> list[_Placed]:
    """The sentences of the body, each with its place in the whole text."""
    found: list[_Placed] = []
    at = complaint.text.index(complaint.body)
    for sentence in _sayable(complaint.body):
        start = complaint.text.index(sentence, at)
        at = start + len(sentence)
        if found and len(sentence) < _SHORTEST:
            text, span = found.pop()
            joined = complaint.text[span.start : at]
            found.append(
                (joined if len(joined) < 200 else f"{text}{sentence}", _span(span.start, at))
            )
        else:
            found.append((sentence, _span(start, at)))
    return found


def _sayable(body: str) -> list[str]:
    """The sentences of a text; one too long to be said at once is cut where it has commas."""
    found: list[str] = []
    for sentence in sentences_of(body):
        part = ""
        for clause in _CLAUSES.findall(sentence) if len(sentence) > _LONGEST else [sentence]:
            if part and len(part) + len(clause) > _LONGEST:
                found.append(part.strip())
                part = ""
            part += clause
        found.append(part.strip())
    return [each for each in found if each]


def _facts(sentences: list[_Placed]) -> list[Fact]:
    """Facts of up to three sentences that stand side by side; the first is told, the rest added."""
    facts: list[Fact] = []
    for at in range(0, len(sentences), _SENTENCES_A_FACT):
        group = sentences[at : at + _SENTENCES_A_FACT]
        text, *details = (sentence for sentence, _ in group)
        whole = "".join(sentence for sentence, _ in group)
        about = topic_of(whole)
        cues = cues_of(whole, "zh")
        facts.append(
            Fact(
                id=f"fact-{len(facts) + 1}",
                topic=cues[0] if cues else about,
                text=text,
                sensitivity=filled_in.sensitivity(whole, 1),
                details=details,
                cues=cues,
                span=_span(group[0][1].start, group[-1][1].end),
            )
        )
    return facts


def _span(start: int, end: int) -> SourceSpan:
    return SourceSpan(start=start, end=end)


def _extra(complaint: Complaint, sentences: list[_Placed]) -> dict[str, JsonValue]:
    extra: dict[str, JsonValue] = {"headline": complaint.headline, "number": complaint.number}
    outside: list[JsonValue] = [text for text, _ in sentences if not speaks_of_itself(text, "zh")]
    if outside:
        extra["no_first_person"] = outside
    if filled_in.of_suicide(complaint.text):
        extra["speaks_of_suicide"] = True
    return extra
