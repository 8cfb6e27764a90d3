"""Where the counselor stands in the session: what was heard, what was said, what is left.

A `Scene` is read once from the view; the manners (attuned, neutral, dismissive) then decide from it
what the turn is for. Everything in it comes from the view and the random numbers given.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from muspsy_sim.llm.offline.clauses import length_of
from muspsy_sim.llm.offline.counselor_address import familiar
from muspsy_sim.llm.offline.counselor_material import Homework, Material, material
from muspsy_sim.llm.offline.counselor_voice import Voice
from muspsy_sim.llm.offline.listening import Heard, hear
from muspsy_sim.records.base import Language
from muspsy_sim.records.views import Line, Recalled, RespondView

MANNERS = ("attuned", "neutral", "dismissive", "plain")


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment of one session, as the counselor stands in it."""

    view: RespondView
    words: Material
    voice: Voice
    rng: Random
    heard: Heard | None
    """The client's last line, or `None` before it has spoken."""
    before: tuple[Heard, ...]
    """The client's earlier lines of this session, oldest first."""
    last_said: str
    """The counselor's own last turn."""
    theme: str
    """The session's main theme: what the client's lines, intake and the plan are about."""
    intake_themes: frozenset[str]

    @property
    def left(self) -> int:
        """Exchanges left after this one."""
        return self.view.exchanges_left

    @property
    def length(self) -> int:
        """Exchanges of the whole session."""
        return self.view.exchange + self.view.exchanges_left

    @property
    def progress(self) -> float:
        """How far the session has come, 0 to 1."""
        return self.view.exchange / self.length

    @property
    def parting(self) -> bool:
        """Whether the plan is to end the course with this session, and the way is remembered."""
        plan = self.view.session_plan
        return bool(plan and plan.finish and self.view.recalled)

    @property
    def ends(self) -> bool:
        """Whether no hour follows this one: by the plan, or because it is the last in the diary."""
        return self.parting or self.view.last

    @property
    def looks_back(self) -> bool:
        """Whether this is an hour for looking back, and there is something to look back on."""
        return self.ends and bool(self.view.recalled) and any(r.session for r in self.view.recalled)

    def slots(self) -> dict[str, str]:
        """What the client's last line puts into sentences."""
        if self.heard is None:
            return {}
        feeling = self.heard.feelings[-1] if self.heard.feelings else None
        return {
            "clause": self.heard.clause,
            "quote": self.heard.phrase,
            "topic": self.heard.topics[0] if self.heard.topics else "",
            "feel": feeling.feel if feeling else "",
            "feeling": feeling.feeling if feeling else "",
            "theme": self.words.themes[self.theme].name,
        }

    def everything(self) -> tuple[Heard, ...]:
        """All that the client said in this session."""
        return (*self.before, self.heard) if self.heard else self.before


def scene(view: RespondView, rng: Random) -> Scene:
    """Read a view."""
    words = material(view.language)
    manner = view.manner if view.manner in words.manners else "attuned"
    mine = [line.text for line in view.dialogue if line.speaker == "counselor"]
    theirs = [line.text for line in view.dialogue if line.speaker == "client"]
    lines = tuple(hear(text, view.language) for text in theirs)
    focus = view.session_plan.focus if view.session_plan else ""
    return Scene(
        view=view,
        words=words,
        voice=Voice(view.language, words.manners[manner], mine, rng, view.session),
        rng=rng,
        heard=lines[-1] if lines else None,
        before=lines[:-1],
        last_said=mine[-1] if mine else "",
        intake_themes=frozenset(
            t for line in intake_heard(view.intake, view.language) for t in line.themes
        ),
        theme=main_theme(words, lines, view.intake, focus),
    )


def when(scene: Scene, session: int) -> str:
    """How long ago a session was, in words."""
    voice = scene.voice
    back = (scene.view.session or session + 1) - session
    frames = voice.frames["when_last" if back <= 1 else "when_before"]
    return scene.rng.choice(frames).filled({})


def main_theme(
    words: Material, lines: Sequence[Heard], intake: Sequence[Line], focus: str = ""
) -> str:
    """The theme heard most often; intake counts three times and the plan's focus twice.

    Ties go to the order of the file.
    """
    counts: Counter[str] = Counter()
    for line in lines:
        counts.update(line.themes)
    for line in intake_heard(intake, words.language):
        counts.update(dict.fromkeys(line.themes, 3))
    counts.update({name: 2 for name, theme in words.themes.items() if focus in theme.focus})
    order = list(words.themes)
    named = [t for t in counts if t != "other"]
    named = [t for t in named if not set(words.themes[t].not_with) & set(named)]
    return max(named, key=lambda t: (counts[t], -order.index(t)), default="other")


def intake_heard(intake: Sequence[Line], language: Language) -> list[Heard]:
    """What the client wrote at intake, without the form's first field when there are more.

    That one holds name, age and work, which are no theme.
    """
    lines = [hear(line.text, language) for line in intake if line.speaker == "client"]
    return lines[1:] or lines


@dataclass(frozen=True, slots=True)
class Kept:
    """What recall brought that a counselor can speak of: the client's words, and a homework."""

    session: int
    text: str
    quote: str


_SOMEBODY_ENGLISH = re.compile(r"\b(?:i|i'm|i've|i'd|i'll|my|me|we|he|she|they)\b", re.IGNORECASE)
"""An English quotation speaks of somebody; a tag such as `when you look at it` does not."""
_IDLE = (
    "deflect",
    "minimise",
    "arrive",
    "goodbye",
    "leaving",
    "hurt",
    "agree",
    "done",
    "partly",
    "not_done",
    "risk_denied",
)


def kept_quotes(recalled: Sequence[Recalled], language: Language) -> list[Kept]:
    """Short client quotes from earlier sessions, latest session first, the most telling first."""
    found: list[Kept] = []
    for memory in sorted(recalled, key=lambda r: -r.session):
        held: list[tuple[float, Kept]] = []
        for statement in memory.statements:
            heard = hear(statement.quote, language)
            fits = 3 <= heard.length <= (26 if language == "zh" else 16)
            fits = fits and says_something(statement.quote, language)
            if statement.basis == "quote" and fits and not heard.shows(*_IDLE):
                kept = Kept(memory.session, statement.text, statement.quote)
                held.append((-heard.salience, kept))
        for line in memory.lines:
            heard = hear(line.text, language)
            worth = heard.phrase and says_something(heard.phrase, language)
            if line.speaker == "client" and worth and not heard.shows(*_IDLE):
                kept = Kept(memory.session, line.text, heard.phrase)
                held.append((-heard.salience, kept))
        found += [kept for _, kept in sorted(held, key=lambda pair: pair[0])]
    return found


_SOMEBODY = re.compile("[我他她]|爸|妈|爹|娘|孩|儿|女|婆|老伴|老婆|老公|媳妇|对象|朋友|老师|领导")
_OF_LITTLE = re.compile(
    "^(?:我想|就|也|都|还|对|是|嗯|有点|这|那)|答|敢正眼|先说|说(?:起|得)|听你|听您|做得到|跟得上|收下|知道|不知|明白"
    "|试试|谢|不是这个|这个[吗？。]?$|聊这|那些$|得问|倾向|当中|说到|这么说|怎么说|没事|还好|[你您]"
)
_SHORTEST = 8


def says_something(quote: str, language: Language) -> bool:
    """Whether words mean something a week later.

    Of Chinese, which needs no subject, what names nobody, is about the talk itself or is a scrap
    does not; English says of whom it speaks.
    """
    if language == "en":
        return bool(_SOMEBODY_ENGLISH.search(quote))
    long_enough = length_of(quote, language) >= _SHORTEST
    return bool(long_enough and _SOMEBODY.search(quote) and not _OF_LITTLE.search(quote))


def kept_homework(words: Material, recalled: Sequence[Recalled]) -> Kept | None:
    """The homework of the latest remembered session: `quote` is its name, else empty."""
    for memory in sorted(recalled, key=lambda r: -r.session):
        texts = [s.text for s in memory.statements if s.basis == "plan"]
        texts += [line.text for line in memory.lines if line.speaker == "counselor"]
        for text in texts:
            if task := known_homework(words, text):
                return Kept(memory.session, text, task.name)
        plans = [s.text for s in memory.statements if s.basis == "plan"]
        if plans:
            return Kept(memory.session, plans[0].rstrip("。.!！ "), "")
    return None


def homework_owed(scene: Scene) -> Kept | None:
    """The homework that memory holds and that nobody has asked about in this session."""
    if scene.parting or scene.voice.has_said("review", "review_text", "review_again"):
        return None
    return kept_homework(scene.words, scene.view.recalled)


def known_homework(words: Material, text: str) -> Homework | None:
    """The homework whose name stands in a text."""
    return next(
        (h for t in words.themes.values() for h in t.homework if h.name.lower() in text.lower()),
        None,
    )


def asks_about_homework(words: Material, text: str) -> bool:
    """Whether a counselor turn, of any manner, asks what came of the homework."""
    return _holds(words, text, ("review", "review_text", "review_again"))


def asks_about_living(words: Material, text: str) -> bool:
    """Whether a counselor turn, of any manner, asks about thoughts of not living."""
    return _holds(words, text, _OF_LIVING)


_OF_LIVING = ("risk_screen", "risk_probe", "remember_risk", "risk_again", "risk_why")


def says_goodbye(words: Material, text: str) -> bool:
    """Whether a counselor turn, of any manner, closes the session."""
    return _holds(words, text, _GOODBYES)


_GOODBYES = (
    "closing",
    "closing_course",
    "farewell_course",
    "farewell_early",
    "farewell_last",
    "farewell_leaving",
)


def _holds(words: Material, text: str, functions: Sequence[str]) -> bool:
    low = familiar(text).lower()
    return any(
        frame.key in low
        for manner in words.manners.values()
        for function in functions
        for frame in manner.get(function, ())
    )


def set_homework(words: Material, said: Sequence[str]) -> Homework | None:
    """The homework set in these counselor turns: its task, not only its name, was said."""
    found = (_task_in(text, words.language) for text in reversed(said))
    return next((homework for homework in found if homework), None)


@lru_cache(maxsize=8192)
def _task_in(text: str, language: Language) -> Homework | None:
    """The homework whose task is said in a turn. Cached, since turns are read again each time."""
    low = (text if language == "en" else familiar(text)).lower()
    every = (h for theme in material(language).themes.values() for h in theme.homework)
    return next((homework for homework in every if homework.task.lower() in low), None)
