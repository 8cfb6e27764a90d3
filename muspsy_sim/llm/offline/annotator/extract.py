"""`annotator.extract` offline: a case report read by its headings and cues.

What the report says before any session becomes facts, each a sentence or two that a rule could put
in the client's words, with the quote it rests on. The course of the counseling is never read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from muspsy_sim.llm.offline.annotator.as_client import as_client
from muspsy_sim.llm.offline.annotator.quoted import closed, half_quoted, own_words, whole_quote
from muspsy_sim.llm.offline.annotator.reading import Sentence, read_report, title_of
from muspsy_sim.llm.offline.annotator.report_cues import ReportCues, Section, cue, report_cues
from muspsy_sim.llm.offline.annotator.risk import denied_risk, risk_of
from muspsy_sim.llm.offline.annotator.who import Who, who_is
from muspsy_sim.llm.offline.annotator.whose import open_pronouns, uses_pronoun
from muspsy_sim.records.answers import ExtractAnswer, ExtractedFact, Sourced
from muspsy_sim.records.base import Language
from muspsy_sim.records.profile import ResistanceStyle, StageOfChange, Topic
from muspsy_sim.records.views import ExtractView

_TOLD: frozenset[Section] = frozenset({"visit", "problem", "history", "manner", "other"})
"""Parts that tell of the client's life before the first session."""
_DETAILS = 2
"""Sentences that may follow the first one in a fact."""
_MOST_FACTS = 16
_QUOTED_ZH = re.compile(r"“([^”]{6,60})”")
_LONGEST: dict[Language, int] = {"en": 240, "zh": 80}
"""Characters of a sentence that can be said in a turn."""


_QUOTES = re.compile(r"[\"“][^\"”]*[\"”]|[「『][^」』]*[」』]")


class _Wish(NamedTuple):
    begins: re.Pattern[str]
    """How a goal begins that leaves the client out."""
    says: str


_DOING = "|".join(
    re.findall(
        r"\S+",
        "Sleep Learn Stop Take Get Find Be Have Make Go Return Talk Speak Tell Drive Eat "
        "Drink Keep Feel Manage Understand Work Start Finish Stay Live Build Say Ask Leave "
        "Let Write Call Visit Join Cut Cope Decide Open Face Reduce Rest Play Read Walk Run "
        "See Meet Give Pass Become",
    )
)
"""Words with which a goal begins that is set down as a thing to do."""
_WISH: dict[Language, _Wish] = {
    "en": _Wish(re.compile(rf"To (?=[a-z])|(?=(?:{_DOING})\b)"), "I want to "),
    "zh": _Wish(re.compile(r"(?:希望|想要?)?(?:能够?)?(?![我他她来求希想])"), "我希望能"),
}
_GENERIC = re.compile(r"^(?:a|an|people|nobody|anyone|everyone|one|what|whatever)\b", re.IGNORECASE)


def extract(view: ExtractView, rng: Random) -> ExtractAnswer:
    """What the report supports. The same report gives the same answer, whatever the seed."""
    cues = report_cues(view.language)
    who = who_is(view.report, view.language)
    sentences = read_report(view.report, cues)
    reader = _Reader(cues, who, sentences)
    problem = (
        [*own_words(sentences, who.client)][:2]
        or reader.turned([s for s in sentences if s.section == "problem"], most=2)
        or reader.turned([s for s in sentences if s.section == "visit"], most=2)
    )
    used = {each.quote for each in problem}
    free = [s for s in sentences if not any(quote in s.text for quote in used)]
    facts = [*reader.facts(free)][:_MOST_FACTS]
    used |= {each.quote for fact in facts for each in (fact, *fact.details)}
    manner = [s for s in sentences if s.section in ("manner", "problem", "visit")]
    return ExtractAnswer(
        name=who.name,
        age=who.age,
        gender={"m": "male", "f": "female"}.get(who.gender, "")
        if view.language == "en"
        else {"m": "男", "f": "女"}.get(who.gender, ""),
        occupation=who.fields.get("occupation", ""),
        education=who.fields.get("education", ""),
        relationship_status=who.fields.get("relationship_status", ""),
        living_situation=who.fields.get("living_situation", ""),
        title=title_of(view.report),
        topic=_topic(sentences, cues),
        presenting_problem=problem,
        history=reader.turned(
            [s for s in sentences if s.section == "history" and s.text not in used], most=3
        ),
        facts=facts,
        core_beliefs=[*reader.beliefs(sentences)][:3],
        strengths=reader.turned(_about(sentences, cues.strength), most=3),
        supports=reader.turned(_about(sentences, cues.support), most=3),
        goals=[
            *reader.goals(sentences),
            *reader.turned(_about(sentences, cues.wish), most=3, wish=True),
        ][:3],
        risk=risk_of(sentences, cues, who.client, lambda s: reader.told(s, wish=True)),
        resistance_style=_resistance(manner, cues),
        stage_of_change=_stage(sentences, cues),
        voice_style=next(
            (
                s.text
                for s in sentences
                if s.section == "manner" and cue(cues.speech).search(s.text)
            ),
            "",
        ),
    )


class _Reader:
    """Takes sentences of one report, and says for each what the client would say."""

    def __init__(self, cues: ReportCues, who: Who, sentences: list[Sentence]) -> None:
        self.language = cues.language
        self.cues = cues
        self.who = who
        self.open = open_pronouns(sentences, who.client, cue(cues.to_the_reader))

    def told(
        self, sentence: Sentence, *, follows_me: bool = True, wish: bool = False
    ) -> Sourced | None:
        """A sentence as the client would tell it, or `None` where no rule can put it so.

        `follows_me`: what stands before it was the client's, so that a subject left out is too.
        `wish`: it says what somebody wants, which a report tells of its client.
        """
        if cue(self.cues.to_the_reader).search(_QUOTES.sub(" ", sentence.text)):
            return None
        if said := whole_quote(sentence.text, self.who.client):
            return said
        open_to = self.open.get(sentence.start) and not wish
        if open_to and uses_pronoun(sentence.text, self.who.client):
            return None
        reported = cue(self.cues.reported).search(sentence.text)
        words = reported[1] if reported else sentence.text
        if reported and self.language == "en":
            words = re.split(r",? and (?:then )?that ", words)[0]
        if reported and words.startswith("“"):
            own = _QUOTED_ZH.match(words)
            return Sourced(text=closed(own[1], "zh"), quote=sentence.text) if own else None
        turned = None if half_quoted(words) else as_client(words, self.who.client)
        if turned is None or len(turned.text) > _LONGEST[self.language]:
            return None
        if turned.subjectless and not (follows_me and not self.open.get(sentence.start)):
            return None
        return Sourced(text=turned.text, quote=sentence.text)

    def turned(self, sentences: list[Sentence], most: int, *, wish: bool = False) -> list[Sourced]:
        """The first of some sentences that can be told."""
        found: list[Sourced] = []
        for sentence in sentences:
            if sentence.section not in _TOLD or self._of_the_room(sentence):
                continue
            told = self.told(sentence, follows_me=sentence.follows_me, wish=wish)
            if told is not None and _first_person(told.text, self.language):
                found.append(told)
            if len(found) == most:
                break
        return found

    def wishes(self, sentences: list[Sentence]) -> list[Sourced]:
        """What the report says that its client wants, wherever it says so."""
        return self.turned(_about(sentences, self.cues.wish), most=3, wish=True)

    def goals(self, sentences: list[Sentence]) -> Iterator[Sourced]:
        """What stands under a heading of goals; a goal without a subject is the client's wish."""
        for sentence in sentences:
            if sentence.section != "goals" or cue(self.cues.left_out).search(sentence.text):
                continue
            wish = _WISH[self.language]
            bare = wish.begins.match(sentence.text)
            if bare is None:
                told = self.told(sentence)
                if told is not None:
                    yield told
                continue
            rest = sentence.text[bare.end() :]
            words = f"{wish.says}{rest[:1].lower()}{rest[1:]}"
            turned = as_client(words, self.who.client, subject=False)
            if turned is not None:
                yield Sourced(text=turned.text, quote=sentence.text)

    def facts(self, sentences: list[Sentence]) -> Iterator[ExtractedFact]:
        """Facts of up to three sentences of one paragraph; a sentence that cannot be told ends one.

        Words that nobody has been told make that one fact as hard to tell.
        """
        group: list[tuple[Sentence, Sourced]] = []
        hidden, paragraph = False, -1
        for sentence in sentences:
            if sentence.paragraph != paragraph:
                yield from self._fact(group, hidden)
                group, hidden, paragraph = [], False, sentence.paragraph
            if sentence.section not in _TOLD:
                continue
            if cue(self.cues.told_nobody).search(sentence.text):
                yield from self._fact(group, hidden)
                group, hidden = [], True
            told = None
            if not self._of_the_room(sentence):
                told = self.told(sentence, follows_me=sentence.follows_me)
            starts = not group
            if told is None or (starts and not _first_person(told.text, self.language)):
                yield from self._fact(group, hidden)
                group, hidden = [], False
                continue
            group.append((sentence, told))
            if len(group) > _DETAILS:
                yield from self._fact(group, hidden)
                group, hidden = [], False
        yield from self._fact(group, hidden)

    def _fact(self, group: list[tuple[Sentence, Sourced]], hidden: bool) -> Iterator[ExtractedFact]:
        if not group:
            return
        first, *rest = group
        whole = " ".join(sentence.text for sentence, _ in group)
        base = 0 if first[0].section == "visit" else 1
        heavy = (self.cues.hard_to_tell, self.cues.ideation)
        hard = 2 if any(cue(words).search(whole) for words in heavy) else base
        yield ExtractedFact(
            text=first[1].text,
            quote=first[1].quote,
            topic=self._name(whole),
            sensitivity=3 if hidden else hard,
            details=[told for _, told in rest],
        )

    def _of_the_room(self, sentence: Sentence) -> bool:
        """Whether a sentence tells of the counseling, or of how the client is in it."""
        text = sentence.text
        if cue(self.cues.left_out).search(text) or denied_risk(text, self.cues):
            return True
        manners = (self.cues.in_the_room, self.cues.speech, *self.cues.resistance.values())
        return sentence.section == "manner" and any(cue(words).search(text) for words in manners)

    def _name(self, text: str) -> str:
        """What the first word of a fact that has a name calls it."""
        found = [
            (match.start(), about.name)
            for about in self.cues.about
            if (match := cue(about.cue).search(text))
        ]
        return min(found)[1] if found else self.cues.otherwise

    def beliefs(self, sentences: list[Sentence]) -> Iterator[Sourced]:
        """What the formulation says that the client believes; a general saying stays as it is."""
        for sentence in sentences:
            if sentence.section not in ("formulation", "history", "problem", "other"):
                continue
            match = cue(self.cues.belief).search(sentence.text)
            if match is None:
                continue
            said = re.split(r",? (?:and )?that |, which |，而|，因此|，所以", match[1])[0].strip()
            turned = as_client(said, self.who.client, subject=False)
            text = turned.text if turned else ""
            if _GENERIC.match(said):
                # `a man is of use or he is nothing`: the pronoun is not the client.
                text = closed(said, self.language)
            if 6 <= len(text) <= _LONGEST[self.language]:
                yield Sourced(text=text, quote=match[1])


def _about(sentences: list[Sentence], expression: str) -> list[Sentence]:
    return [s for s in sentences if cue(expression).search(s.text)]


def _topic(sentences: list[Sentence], cues: ReportCues) -> Topic:
    """What the problem speaks of most, and where it names none, the visit and the rest."""
    hits = dict.fromkeys(cues.topics, 0)
    for sections in (("problem", "goals"), ("visit", "other")):
        text = " ".join(s.text for s in sentences if s.section in sections)
        hits = {topic: len(cue(words).findall(text)) for topic, words in cues.topics.items()}
        if any(hits.values()):
            break
    best = max(hits, key=lambda topic: hits[topic])
    return best if hits[best] else "other"


def _resistance(sentences: list[Sentence], cues: ReportCues) -> ResistanceStyle | None:
    text = " ".join(s.text for s in sentences)
    hits = {style: len(cue(words).findall(text)) for style, words in cues.resistance.items()}
    best = max(hits, key=lambda style: hits[style])
    return best if hits[best] else None


def _stage(sentences: list[Sentence], cues: ReportCues) -> StageOfChange | None:
    text = " ".join(s.text for s in sentences if s.section != "course")
    for stage, words in cues.stages.items():
        if cue(words).search(text):
            return stage
    return None


def _first_person(text: str, language: Language) -> bool:
    if language == "zh":
        return bool(re.search("[我咱]", text))
    return bool(re.search(r"\bI\b|\b(?i:me|my|mine|myself|we|our|us)\b", text))
