"""Prompts of training rows against the views that the counselor was really given.

Whole courses are run with the offline model, each counselor request is kept, and every row's prompt
must hold what its request's view held, and nothing of an earlier session that the view lacked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import takewhile

import pytest
from courses import held, planned

from muspsy_sim.datasets.counseling import turn_rows
from muspsy_sim.datasets.knowledge import index
from muspsy_sim.datasets.notes_and_plans import memory_rows, plan_rows
from muspsy_sim.datasets.reading import Source, arm_nodes, read_source
from muspsy_sim.datasets.rows import Row
from muspsy_sim.datasets.validation import check_row
from muspsy_sim.datasets.wording import wording
from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.llm.seam import Reply, Request
from muspsy_sim.records.memory import SessionPlan, TreatmentPlan
from muspsy_sim.records.views import (
    BareView,
    Line,
    PlanNextView,
    Recalled,
    RememberView,
    ReportedScores,
    RespondView,
)

pytestmark = pytest.mark.slow  # whole courses, again and again

ARMS = [
    "full",
    "no-memory",
    "no-planning",
    "neither",
    "last-note",
    "search-memory",
    "graph-memory",
    "sham-recall",
    "random-plan",
    "bare",
    {
        "graph": "full",
        "name": "transcripts",
        "levels": {"recall": "transcript", "intake": "full", "monitoring": "scores"},
    },
    {
        "graph": "no-memory",
        "name": "forgetful-monitor",
        "levels": {"intake": "none", "monitoring": "scores"},
    },
]


class Kept:
    """The offline model, keeping what each request showed."""

    name = "offline-kept"

    def __init__(self) -> None:
        self.inner = OfflineModel()
        self.views: dict[tuple[str, str], object] = {}

    async def reply(self, request: Request) -> Reply:
        self.views[request.key.episode, str(request.key)] = request.view
        return await self.inner.reply(request)


@pytest.fixture(scope="module", params=["en-gordon-pell", "zh-lu-xiaowen"])
def lived(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[Source], Kept]:
    model = Kept()
    plan = planned(personas=[request.param], arms=ARMS, seeds=[3], sessions=4, exchanges=5)
    outcome = held(tmp_path_factory.mktemp("run"), model, plan)
    nodes = arm_nodes(outcome.run)
    return [read_source(outcome.run, e.id, nodes) for e in plan.episodes], model


def rows_of(source: Source) -> Iterator[Row]:
    passed: Counter[str] = Counter()
    yield from turn_rows(source, "system_opening", passed)
    yield from memory_rows(source, passed)
    yield from plan_rows(source, passed)


def test_no_row_of_a_real_course_breaks_a_rule(lived: tuple[list[Source], Kept]) -> None:
    for source in lived[0]:
        course = index(source)
        for row in rows_of(source):
            assert check_row(course, row) == []


def test_a_counseling_prompt_holds_its_view(lived: tuple[list[Source], Kept]) -> None:
    sources, kept = lived
    compared = 0
    for source in sources:
        for row in turn_rows(source, "system_opening", Counter()):
            key = f"s{row.session}t{(row.completion.turn or '').partition('t')[2]}"
            view = kept.views.get((row.episode, f"{key}/counselor.respond"))
            if view is None:
                view = kept.views[row.episode, f"{key}/counselor.bare"]
                assert isinstance(view, BareView)
                _same_bare(row, view)
            else:
                assert isinstance(view, RespondView)
                _same_respond(row, view)
            compared += 1
    assert compared > 50


def test_a_memory_prompt_holds_its_view(lived: tuple[list[Source], Kept]) -> None:
    sources, kept = lived
    compared = 0
    for source in sources:
        for row in memory_rows(source, Counter()):
            view = kept.views[row.episode, f"s{row.session}t0/counselor.remember"]
            assert isinstance(view, RememberView)
            text = row.messages[1].content
            _has_lines(text, view.intake)
            _has_lines(text, view.dialogue)
            _has_plan(text, view.plan)
            # By then recall `transcript` shows the session just held beside itself, and has less
            # room for those before, which the counselor had in mind during the session.
            earlier = [item for item in view.earlier if item.session < row.session]
            if row.arm == "transcripts":
                assert {item.ref for item in earlier} <= set(row.recalled)
            else:
                _has_recalled(row, text, earlier)
            compared += 1
    assert compared >= 8


def test_a_planning_prompt_holds_its_view(lived: tuple[list[Source], Kept]) -> None:
    sources, kept = lived
    compared = 0
    for source in sources:
        for row in plan_rows(source, Counter()):
            view = _planning_view(kept, row)
            # Without memory a plan's prompt holds no session number; the row's tells it to nobody.
            assert view.session in (row.session, None)
            text = row.messages[1].content
            _has_lines(text, view.intake)
            _has_lines(text, view.dialogue)
            _has_recalled(row, text, view.notes)
            _has_reports(row, text, view.reports)
            _has_treatment(source, row, text, view.treatment_plan)
            compared += 1
    assert compared >= 10


def _planning_view(kept: Kept, row: Row) -> PlanNextView:
    for key in (f"s{row.session - 1}t0", f"s{row.session}t1"):
        view = kept.views.get((row.episode, f"{key}/counselor.plan_next"))
        if isinstance(view, PlanNextView) and view.session in (row.session, None):
            return view
    raise AssertionError(f"nobody planned {row.id}")


def _same_respond(row: Row, view: RespondView) -> None:
    system = row.system
    _has_lines(system, view.intake)
    assert (wording(row.language).intake in system) == bool(view.intake)
    _has_recalled(row, system, view.recalled)
    _has_plan(system, view.session_plan)
    assert (wording(row.language).session_plan in system) == (view.session_plan is not None)
    _has_reports(row, system, view.reports)
    told = wording(row.language).session.format(number=row.session)
    assert (told in system) == (view.session is not None)
    # A counselor without memory sees no session number, not even in the ids of lines.
    chat = [(m.turn if view.session else _turn(m.turn), m.content) for m in row.prompt if m.turn]
    opening = list(takewhile(lambda line: line.speaker == "counselor", view.dialogue))
    assert [(line.id, line.text) for line in view.dialogue[len(opening) :]] == chat
    _has_lines(system, opening)


def _turn(turn_id: str) -> str:
    return "t" + turn_id.partition("t")[2]


def _same_bare(row: Row, view: BareView) -> None:
    chat = [(m.turn, m.content) for m in row.prompt if m.turn]
    now = [(line.id, line.text) for line in view.dialogue if line.id.startswith(f"s{row.session}t")]
    assert now == chat
    earlier = [line for line in view.dialogue if not line.id.startswith(f"s{row.session}t")]
    _has_lines(row.system, earlier)
    assert (wording(row.language).recalled in row.system) == bool(earlier)
    assert wording(row.language).intake not in row.system


def _has_lines(text: str, lines: list[Line]) -> None:
    at = 0
    for line in lines:
        at = text.find(line.text, at)
        assert at >= 0, line.text


def _has_recalled(row: Row, text: str, recalled: list[Recalled]) -> None:
    recalled = [item for item in recalled if not item.text]
    assert [item.ref for item in recalled] == list(row.recalled)
    for item in recalled:
        for statement in item.statements:
            assert statement.text in text
        assert item.session_goal in text
        _has_lines(text, item.lines)


def _has_plan(text: str, plan: SessionPlan | None) -> None:
    if plan is not None:
        for words in (plan.goal, plan.focus, *plan.techniques):
            assert words in text


def _has_reports(row: Row, text: str, reports: list[ReportedScores]) -> None:
    words = wording(row.language)
    told = [words.report.format(week=r.week, phq9=r.phq9_total, gad7=r.gad7_total) for r in reports]
    assert ("\n".join(told) in text) if told else ("PHQ-9" not in text)
    assert text.count("PHQ-9") == len(told)


def _has_treatment(source: Source, row: Row, text: str, plan: TreatmentPlan | None) -> None:
    # The plan of the first session revises a treatment plan that no record keeps: it may be absent.
    if wording(row.language).treatment_plan in text:
        assert plan is not None
        for goal in plan.goals:
            assert f"- {goal.id} ({goal.status}" in text
            assert goal.text in text
    else:
        assert row.session <= 2 or plan is None
