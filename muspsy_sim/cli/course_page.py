"""A course as a page: who, the intake, each session with its week, and the trend at the end.

Without `private` it shows what was said and what changed; with it also what each party kept to
itself. `plain` leaves out colour and columns, so that a line is a turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from muspsy_sim.cli import course_words as words
from muspsy_sim.cli.screen import plain, styled
from muspsy_sim.cli.wrapping import wrap

if TYPE_CHECKING:
    from rich.console import Console

    from muspsy_sim.records.episode import Episode, Session, Turn, Week
    from muspsy_sim.records.state import SymptomReport

SPEAKERS = {"counselor": "green", "client": "cyan"}
"""The colours of the parties, as in a drawing of their graph."""

_ID = 8
_SPEAKER = 11
_MARGIN = 34
_WIDEST_TEXT = 100
_NARROW = 92
"""Below this width the margin moves under the turn."""


@dataclass(frozen=True, slots=True)
class Page:
    """Where and how much is shown."""

    screen: Console
    private: bool = False
    plain: bool = False

    @property
    def margin(self) -> bool:
        """Whether there is room for what changed beside the text."""
        return not self.plain and self.screen.width >= _NARROW

    @property
    def text_width(self) -> int:
        """Cells for the text of a turn."""
        free = self.screen.width - _ID - _SPEAKER - (_MARGIN + 2 if self.margin else 0)
        return min(free, _WIDEST_TEXT)

    def line(self, text: str = "", style: str = "", indent: int = 0) -> None:
        """A line of its own, wrapped under its indent unless plain."""
        whole = plain(text)
        room = self.screen.width - indent
        lines = [whole.replace("\n", " ")] if self.plain else wrap(whole, room)
        for each in lines:
            self.screen.print(styled(" " * indent + each, style), soft_wrap=True)

    def rule(self, text: str) -> None:
        """A heading."""
        if self.plain:
            self.line(f"== {text}")
            return
        filled = f"── {plain(text)} "
        self.line()
        self.line(filled + "─" * max(3, self.screen.width - len(filled) - 1), "bold")

    def pairs(self, found: Sequence[tuple[str, str]], indent: int = 2) -> None:
        """Private things, each named, below what they belong to."""
        for what, said in found:
            if self.plain:
                self.line(f"{what}: {said}", indent=indent)
                continue
            head = f"{what}: "
            first, *rest = wrap(plain(said), self.screen.width - indent - len(head))
            self.screen.print(styled(" " * indent + head + first, "dim italic"), soft_wrap=True)
            for each in rest:
                self.line(each, "dim italic", indent + len(head))


def print_course(page: Page, episode: Episode, only: int | None = None) -> None:
    """The whole course, or one session of it (0 = intake)."""
    if only is None:
        _print_head(page, episode)
    if episode.intake is not None and only in (None, 0):
        page.rule("intake")
        _print_turns(page, episode.intake.turns)
    if episode.baseline is not None and only is None:
        page.line()
        page.line(f"before the first session: {words.report(episode.baseline, None)}", "yellow")
    reports = [episode.baseline, *(week.report for week in episode.weeks)]
    weeks = {week.number: week for week in episode.weeks}
    held = {session.week: session for session in episode.sessions}
    for number in sorted(weeks.keys() | held.keys()):
        session = held.get(number)
        if only is not None and (session is None or session.number != only):
            continue
        if session is not None:
            _print_session(page, session)
        if number in weeks:
            _print_week(page, weeks[number], reports[number - 1], session)
    if only is None:
        _print_end(page, episode)


def _print_head(page: Page, episode: Episode) -> None:
    who = episode.profile.demographics
    age = f", {who.age}" if who.age is not None else ""
    page.line(episode.id, "bold")
    page.line(f"{who.name}{age}: {episode.profile.title}")
    factors = ", ".join(f"{name} {level}" for name, level in episode.factors.items())
    control = " (control)" if episode.control else ""
    page.line(f"arm {episode.arm}{control}, seed {episode.seed}; {factors}", "dim")
    if episode.forked_from is not None:
        fork = episode.forked_from
        page.line(
            f"forked from {fork.episode} (arm {fork.arm}) after turn {fork.turn} of session "
            f"{fork.session}",
            "dim",
        )
    offline = episode.provenance.offline
    made = ", ".join(f"{role} {model}" for role, model in episode.provenance.models.items())
    page.line(f"models: {made}" + (" (written sentences)" if offline else ""), "dim")
    page.line(f"ended: {words.course_ended(episode)}")


def _print_session(page: Page, session: Session) -> None:
    page.rule(f"session {session.number}, week {session.week}")
    if page.private and session.plan is not None:
        page.line("the counselor's plan", "dim")
        page.pairs(words.session_plan(session.plan))
    _print_turns(page, session.turns)
    page.line(f"ended: {words.ended(session)}", "dim")
    for failure in session.failures:
        page.line(f"failed: {failure.prompt} ({failure.kind}): {failure.message}", "red")
    if not page.private:
        return
    if session.note is not None:
        page.line("the counselor's note", "dim")
        page.pairs(words.note(session.note))
    if session.treatment_plan is not None:
        page.line("the treatment plan", "dim")
        page.pairs(words.treatment(session.treatment_plan))
    if session.client_memory is not None:
        page.line("what the client remembers", "dim")
        page.pairs([("memory", session.client_memory.text)])


def _print_turns(page: Page, turns: Sequence[Turn]) -> None:
    for turn in turns:
        if page.plain:
            page.line(f"{turn.id} {turn.speaker}: {turn.text}")
        else:
            _print_turn(page, turn)
        if page.private:
            page.pairs(words.behind(turn), 4 if page.plain else _ID + _SPEAKER)


def _print_turn(page: Page, turn: Turn) -> None:
    """One turn: id, speaker, text, and beside it (or below, on a narrow screen) what changed."""
    from rich.cells import set_cell_size
    from rich.text import Text

    style = SPEAKERS[turn.speaker]
    said = wrap(plain(turn.text), page.text_width)
    changed = [line for each in words.margin(turn) for line in wrap(each, _MARGIN)]
    beside = changed if page.margin else []
    for at in range(max(len(said), len(beside))):
        text = said[at] if at < len(said) else ""
        shown = beside[at] if at < len(beside) else ""
        line = Text.assemble(
            ((turn.id if at == 0 else "").ljust(_ID), "dim"),
            ((turn.speaker if at == 0 else "").ljust(_SPEAKER), f"bold {style}"),
            (set_cell_size(text, page.text_width + 2) if shown else text, style),
            (shown, "yellow dim"),
        )
        page.screen.print(line, soft_wrap=True)
    if changed and not page.margin:
        for each in words.margin(turn):
            page.line(each, "yellow dim", _ID + _SPEAKER)


def _print_week(
    page: Page, week: Week, before: SymptomReport | None, session: Session | None
) -> None:
    if session is None:
        page.line()
    page.line(f"week {week.number}: {'; '.join(words.week(week, before))}", "yellow")
    if page.private:
        page.pairs([("state", words.state(week.values)), ("rules", words.changed(week.changes))])


def _print_end(page: Page, episode: Episode) -> None:
    page.rule("the course")
    taken = [r for r in (episode.baseline, *(w.report for w in episode.weeks)) if r is not None]
    page.line(f"PHQ-9 by week  {words.trend([r.phq9_total for r in taken], 27)}", "yellow")
    page.line(f"GAD-7 by week  {words.trend([r.gad7_total for r in taken], 21)}", "yellow")
    page.line("Reported by a simulated client: this says nothing about any person.", "dim")
    page.line(f"ended: {words.course_ended(episode)}")
    for failure in episode.failures:
        page.line(f"failed: {failure.prompt} ({failure.kind}): {failure.message}", "red")
