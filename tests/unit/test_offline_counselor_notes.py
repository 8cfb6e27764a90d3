"""The offline counselor's notes and plans: verbatim quotes, sound plans, nothing from nowhere."""

from __future__ import annotations

from random import Random

import pytest

from muspsy_sim.llm.offline.counselor import plan_next, plan_turn
from muspsy_sim.llm.offline.counselor_material import material
from muspsy_sim.llm.offline.counselor_scene import set_homework
from muspsy_sim.records.answers import NoteAnswer
from muspsy_sim.records.base import Language
from muspsy_sim.records.memory import Statement, TreatmentGoal, TreatmentPlan
from muspsy_sim.records.views import Line, PlanNextView, PlanTurnView, Recalled
from tests.unit.counselor_sessions import CLIENT, counselor_turns, hold, note_of

LANGUAGES: tuple[Language, ...] = ("en", "zh")

INTAKE = {
    "en": [
        ("counselor", "Who is coming to us?"),
        ("client", "Ann, 34, female, nurse"),
        ("counselor", "What brings you here, in your own words?"),
        ("client", "I can't sleep, and my husband and I argue all the time."),
    ],
    "zh": [
        ("counselor", "请填写您的基本情况。"),
        ("client", "安，34岁，女，护士"),
        ("counselor", "请用自己的话写下来访的原因。"),
        ("client", "我睡不着，跟老公天天吵架。"),
    ],
}


def intake(language: Language) -> list[Line]:
    return [
        Line.model_validate({"id": f"s0t{n}", "speaker": speaker, "text": text})
        for n, (speaker, text) in enumerate(INTAKE[language], 1)
    ]


def statements(note: NoteAnswer) -> list[Statement]:
    return [*note.emotion_and_cognition, *note.observations, *note.assignments, *note.summary]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("manner", ["attuned", "neutral", "dismissive"])
@pytest.mark.parametrize("seed", range(4))
def test_every_quote_of_a_note_stands_in_a_turn_that_it_cites(
    language: Language, manner: str, seed: int
) -> None:
    dialogue = hold(language, 25, manner=manner, seed=seed)
    said = {line.id: line for line in dialogue}
    note = note_of(language, dialogue)
    assert len(statements(note)) >= 5
    for statement in statements(note):
        assert statement.turns
        assert set(statement.turns) <= set(said)
        match statement.basis:
            case "inference":
                assert statement.quote == ""
            case "quote":
                assert said[statement.turns[0]].speaker == "client"
                assert len(statement.quote) >= 3
                assert statement.quote in said[statement.turns[0]].text
            case "plan":
                assert said[statement.turns[0]].speaker == "counselor"
                assert statement.quote in said[statement.turns[0]].text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_note_repeats_no_quote_and_no_statement(language: Language) -> None:
    for seed in range(6):
        note = note_of(language, hold(language, 25, seed=seed))
        quotes = [s.quote for s in statements(note) if s.quote]
        assert len(quotes) == len(set(quotes))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_homework_is_noted_with_its_name_and_the_counselors_sentence(
    language: Language,
) -> None:
    dialogue = hold(language, 12)
    homework = set_homework(material(language), counselor_turns(dialogue))
    assert homework is not None
    (assignment,) = note_of(language, dialogue).assignments
    assert assignment.basis == "plan"
    assert homework.name in assignment.text
    assert homework.task.lower() in assignment.quote.lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_danger_is_noted_in_the_clients_words(language: Language) -> None:
    said = "I wish I could just disappear." if language == "en" else "我就想消失算了。"
    dialogue = hold(language, 6, lines=[CLIENT[language][1], said, "…", "…", "…"])
    quotes = [s.quote for s in note_of(language, dialogue).observations]
    assert any(quote and quote in said for quote in quotes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_session_in_which_the_client_said_nothing_has_a_note_all_the_same(
    language: Language,
) -> None:
    dialogue = hold(language, 1)
    note = note_of(language, dialogue)
    assert [s.basis for s in note.summary] == ["inference"]
    assert note.assignments == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_greetings_and_goodbyes_are_no_memories(language: Language) -> None:
    lines = (
        ["Hello, the bus was late.", "I should get going. See you next week."]
        if language == "en"
        else ["老师好，外面下雨，堵车。", "那我先走了，再见。"]
    )
    note = note_of(language, hold(language, 3, lines=lines))
    assert [s for s in statements(note) if s.basis == "quote"] == []


def _plan_view(language: Language, session: int, **more: object) -> PlanNextView:
    return PlanNextView.model_validate(
        {
            "language": language,
            "session": session,
            "sessions_left": 7 - session,
            "manner": "attuned",
            "manner_text": "m",
            "intake": intake(language),
            **more,
        }
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_plan_has_three_or_four_goals_in_order_and_comes_from_intake(
    language: Language,
) -> None:
    answer = plan_next(_plan_view(language, 1), Random(0))
    goals = answer.treatment.goals
    assert 3 <= len(goals) <= 4
    assert [g.status for g in goals].count("active") >= 1
    assert any(g.requires for g in goals)
    themes = material(language).themes
    texts = {g.text for g in goals}
    assert themes["sleep"].goal in texts
    assert themes["relationship"].goal in texts
    assert answer.session.stage == "reception"
    assert not answer.session.finish
    assert answer.session.techniques


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("session", [2, 5])
def test_without_notes_a_later_plan_is_a_first_plan(language: Language, session: int) -> None:
    first = plan_next(_plan_view(language, 1), Random(3))
    later = plan_next(
        _plan_view(language, session, treatment_plan=first.treatment.model_copy(deep=True)),
        Random(3),
    )
    assert later == first


def _notes(language: Language, count: int, *lines: str) -> list[Recalled]:
    return [
        Recalled(
            session=n,
            ref=f"note:{n}",
            statements=[
                Statement(text="t", basis="quote", turns=[f"s{n}t2"], quote=line) for line in lines
            ],
        )
        for n in range(1, count + 1)
    ]


IMPROVED = {
    "en": (
        "I did it on most days.",
        "I slept through for the first time.",
        "I want to go on with this.",
    ),
    "zh": ("我照着做了好几天。", "昨天睡得好，轻松一些了。", "我想试试接着做下去。"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_goals_are_met_on_the_clients_words_and_the_course_then_proposes_its_end(
    language: Language,
) -> None:
    plan = plan_next(_plan_view(language, 1), Random(0)).treatment
    met = []
    for session in range(2, 6):
        notes = _notes(language, session - 1, *IMPROVED[language])
        view = _plan_view(language, session, notes=notes, treatment_plan=plan)
        answer = plan_next(view, Random(session))
        plan = answer.treatment
        met.append(sum(g.status == "met" for g in plan.goals))
        assert answer.session.finish == all(g.status == "met" for g in plan.goals)
        for goal in plan.goals:
            if goal.status in ("active", "met"):
                ids = {g.id for g in plan.goals if g.status == "met"}
                assert set(goal.requires) <= ids
    assert met == sorted(met)
    assert met[0] < len(plan.goals)
    assert met[-1] == len(plan.goals)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_course_in_which_nothing_moves_is_not_finished(language: Language) -> None:
    line = CLIENT[language][5]
    plan = plan_next(_plan_view(language, 1), Random(0)).treatment
    for session in range(2, 7):
        view = _plan_view(
            language, session, notes=_notes(language, session - 1, line), treatment_plan=plan
        )
        answer = plan_next(view, Random(session))
        plan = answer.treatment
        assert not answer.session.finish
        assert any(g.status != "met" for g in plan.goals)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_last_session_is_never_proposed_as_an_early_end(language: Language) -> None:
    met = TreatmentPlan(goals=[TreatmentGoal(id="g", text="t", status="met")])
    view = _plan_view(
        language, 6, sessions_left=1, treatment_plan=met, notes=_notes(language, 5, "x")
    )
    answer = plan_next(view, Random(0))
    assert not answer.session.finish
    assert answer.session.stage == "consolidation"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plan_that_someone_else_wrote_keeps_its_goals(language: Language) -> None:
    plan = TreatmentPlan(
        goals=[
            TreatmentGoal(id="trust", text="Trust"),
            TreatmentGoal(id="work", text="Work", requires=["trust"]),
        ]
    )
    answer = plan_next(
        _plan_view(language, 2, treatment_plan=plan, notes=_notes(language, 1, "x")), Random(0)
    )
    assert [(g.id, g.text, g.requires) for g in answer.treatment.goals] == [
        ("trust", "Trust", []),
        ("work", "Work", ["trust"]),
    ]
    assert [g.status for g in answer.treatment.goals] == ["active", "open"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_danger_at_intake_makes_safety_a_goal(language: Language) -> None:
    said = "Some days I don't want to live." if language == "en" else "有时候我不想活了。"
    lines = [*intake(language), Line(id="s0t6", speaker="client", text=said)]
    answer = plan_next(_plan_view(language, 1, intake=lines), Random(0))
    assert "safety" in [g.id for g in answer.treatment.goals]
    assert len(answer.treatment.goals) <= 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_turn_plan_names_a_strategy_an_aim_and_a_reason_in_the_language(
    language: Language,
) -> None:
    strategies = set()
    for exchange, said in enumerate(CLIENT[language], 1):
        for manner in ("attuned", "neutral", "dismissive"):
            view = PlanTurnView(
                language=language,
                session=1,
                manner=manner,
                manner_text="m",
                exchange=exchange,
                exchanges_left=len(CLIENT[language]) - exchange,
                dialogue=[
                    Line(id="s1t1", speaker="counselor", text="…"),
                    Line(id="s1t2", speaker="client", text=said),
                ],
            )
            plan = plan_turn(view, Random(exchange))
            strategies.add(plan.strategy)
            assert plan.aim
            assert plan.reason
            assert "{" not in plan.aim + plan.reason
            if language == "zh":
                assert not any("a" <= c <= "z" for c in (plan.aim + plan.reason).lower())
    assert {"question", "reflection_of_feelings", "affirmation", "information"} <= strategies


@pytest.mark.parametrize("language", LANGUAGES)
def test_danger_comes_before_any_other_plan(language: Language) -> None:
    said = "I want to die." if language == "en" else "我想死。"
    view = PlanTurnView(
        language=language,
        session=1,
        manner="attuned",
        manner_text="m",
        exchange=9,
        exchanges_left=1,
        dialogue=[Line(id="s1t2", speaker="client", text=said)],
    )
    assert plan_turn(view, Random(0)).strategy == "question"
