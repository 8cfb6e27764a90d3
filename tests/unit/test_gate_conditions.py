"""Each condition of the gate holds for a sound simulator, and says BROKEN when that is broken.

Courses are lived by the dynamics alone, from fixed streams of appraisals; the simulator is broken
in one way a test.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from muspsy_sim.evaluation.gate.arms import arm_summaries
from muspsy_sim.evaluation.gate.conditions import (
    Condition,
    frozen_report_condition,
    frozen_state_condition,
    order_condition,
    response_condition,
    shuffled_condition,
    telling_condition,
)
from muspsy_sim.evaluation.gate.outcomes import Outcome, moved, outcome_of
from muspsy_sim.evaluation.gate.verdict import conditions_of, told, verdict
from muspsy_sim.records.appraisal import Appraisal
from muspsy_sim.records.episode import CourseEnd, Episode
from muspsy_sim.records.profile import Profile
from tests.unit import client_course
from tests.unit.client_course import DISMISSIVE, GOOD, NEUTRAL, NODDING, client, coded, live
from tests.unit.episodes import NEVER_TOLD, TOLD_LATE, make_episode

ADVICE = (coded("advise", quality=-1),) * 12
STREAMS: dict[str, Sequence[Appraisal]] = {
    "full": GOOD,
    "neutral": NEUTRAL,
    "dismissive": DISMISSIVE,
    "advice-only": ADVICE,
    "nodding": NODDING,
}
MIXED = tuple(stream[n] for n in range(3) for stream in STREAMS.values())
SEEDS = range(2)
Stream = Callable[[str], Sequence[Appraisal]]


@cache
def clients() -> tuple[Profile, ...]:
    stages = ("precontemplation", "contemplation", "preparation", "action")
    return tuple(
        client(
            f"case-{n}",
            stage_of_change=stages[n % 4],
            starting_trust=0.3 + 0.03 * n,
            reactivity=0.4 + 0.05 * (n % 3),
        )
        for n in range(8)
    )


def courses(
    stream: Stream = STREAMS.__getitem__, arms: Sequence[str] = tuple(STREAMS), **how: Any
) -> list[Outcome]:
    """Every client under every arm, two seeds each."""
    found = []
    for arm in arms:
        for profile in clients():
            for seed in SEEDS:
                lived = live(profile, seed, stream(arm), sessions=4, weeks=6, **how)
                first, last = lived.reports[0], lived.reports[-1]
                before = first.phq9_total + first.gad7_total
                after = last.phq9_total + last.gad7_total
                found.append(
                    Outcome(
                        client=profile.source_case,
                        arm=arm,
                        seed=seed,
                        change=float(before - after),
                        responded=lived.responded if first.phq9_total >= 10 else None,
                        dropped_out=lived.ended == "drops_out",
                    )
                )
    return found


@pytest.fixture(scope="module")
def sound() -> list[Outcome]:
    return courses()


@pytest.fixture(scope="module")
def mixed() -> list[Outcome]:
    """Every arm with the same mixture of all arms' appraisals."""
    return courses(lambda arm: MIXED, tuple(STREAMS)[:4])


ORDER = (("full", "neutral"), ("neutral", "dismissive"), ("neutral", "advice-only"))


def orders(found: list[Outcome]) -> list[str]:
    return [order_condition(found, better, worse).status for better, worse in ORDER]


def test_a_sound_simulator_puts_counselors_in_order(sound: list[Outcome]) -> None:
    assert orders(sound) == ["holds", "holds", "holds"]


@pytest.mark.slow
def test_an_appraiser_that_flatters_everyone_breaks_the_order() -> None:
    assert orders(courses(lambda arm: GOOD, tuple(STREAMS)[:4])) == ["broken", "broken", "broken"]


def test_a_client_that_ignores_the_appraisals_breaks_the_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    felt = client_course.feel

    def deaf(state: Any, appraisal: Any, *rest: Any) -> Any:
        return felt(state, coded("open_question"), *rest)

    monkeypatch.setattr(client_course, "feel", deaf)
    assert orders(courses(arms=("full", "neutral")))[0] == "broken"


def test_an_order_that_is_turned_round_is_broken_and_said_in_words(sound: list[Outcome]) -> None:
    found = order_condition(sound, "dismissive", "neutral")
    assert found.status == "broken"
    assert found.figure is not None
    assert found.figure < 0
    assert "do not reliably improve more under dismissive than under neutral" in found.words
    held_out = order_condition(sound, "dismissive", "neutral", held_out=True)
    assert "written apart" in held_out.words


def test_too_few_clients_are_no_measurement_and_no_success(sound: list[Outcome]) -> None:
    two = [o for o in sound if o.client in ("case-0", "case-1")]
    found = order_condition(two, "full", "neutral")
    assert (found.status, found.figure, found.clients) == ("unmeasured", None, 2)
    assert "2 clients are too few" in found.words
    nobody = order_condition([], "full", "neutral")
    assert (nobody.status, nobody.words) == ("unmeasured", "no client has lived these courses")


def shuffled(found: list[Outcome], real: list[Outcome]) -> list[Condition]:
    return [shuffled_condition(found, real, better, worse) for better, worse in ORDER]


def test_shuffled_appraisals_abolish_the_order(sound: list[Outcome], mixed: list[Outcome]) -> None:
    conditions = shuffled(mixed, sound)
    assert [c.status for c in conditions] == ["holds", "holds", "holds"]
    assert all("with their own appraisals" in c.detail for c in conditions)
    assert conditions[0].level == pytest.approx(1 - 0.05 / 3)


def test_a_client_that_reads_the_counselor_past_the_appraiser_is_found_out(
    sound: list[Outcome],
) -> None:
    # Whatever the appraiser was made to say, this client is moved by what the counselor is.
    conditions = shuffled(sound, sound)
    assert [c.status for c in conditions] == ["broken", "broken", "broken"]
    assert "something other than what the counselor is seen to do" in conditions[0].words


def frozen(progress: Any) -> list[Outcome]:
    return [
        replace(o, arm="frozen") for o in courses(lambda arm: GOOD, ["full"], progress=progress)
    ]


def test_frozen_clients_report_measurement_error_alone() -> None:
    assert frozen_report_condition(frozen("frozen")).status == "holds"


def test_a_frozen_client_that_gets_better_is_found_out() -> None:
    found = frozen_report_condition(frozen("responsive"))
    assert found.status == "broken"
    assert "beyond measurement error" in found.words


def frozen_episode(**values: float) -> Episode:
    """A frozen client's course, every state the same but where a value is given for the last."""
    episode = make_episode("en", "full").model_copy(update={"progress": "frozen"})
    still = episode.weeks[0]
    state = episode.sessions[0].state_before
    assert state is not None
    at = state.values
    same = state.model_copy(
        update={"phq9": still.phq9_latent, "gad7": still.gad7_latent, "values": at}
    )
    sessions = [
        s.model_copy(
            update={
                "state_before": same,
                "state_after": same,
                "turns": [t.model_copy(update={"state": at if t.state else None}) for t in s.turns],
            }
        )
        for s in episode.sessions
    ]
    weeks = [still.model_copy(update={"number": n, "values": at}) for n in (1, 2)]
    if values:
        weeks[-1] = weeks[-1].model_copy(update={"values": at.model_copy(update=values)})
    return episode.model_copy(update={"sessions": sessions, "weeks": weeks})


def test_a_frozen_state_that_stays_is_left_alone_and_one_that_moves_is_named() -> None:
    assert moved(frozen_episode()) == ()
    assert moved(frozen_episode(trust=0.99, distress=0.01)) == ("distress", "trust")

    def as_frozen(episode: Episode) -> Outcome:
        return replace(outcome_of(episode), arm="frozen")

    still = frozen_state_condition([as_frozen(frozen_episode())])
    assert (still.status, still.figure) == ("holds", 0.0)
    found = frozen_state_condition([as_frozen(frozen_episode(trust=0.99))])
    assert (found.status, found.figure) == ("broken", 1.0)
    assert found.words == "a client that is frozen moved all the same: trust"


def test_latent_symptoms_that_move_are_seen() -> None:
    episode = frozen_episode()
    week = episode.weeks[-1]
    worse = week.model_copy(update={"phq9_latent": [0.99] * 9})
    assert moved(episode.model_copy(update={"weeks": [episode.weeks[0], worse]})) == ("phq9",)


def test_no_frozen_course_is_no_measurement() -> None:
    assert frozen_state_condition([]).status == "unmeasured"
    assert frozen_report_condition([]).status == "unmeasured"


def test_response_under_the_good_counselor_stays_in_bounds(sound: list[Outcome]) -> None:
    assert response_condition(sound).status == "holds"


def test_responders_everywhere_break_the_gate(sound: list[Outcome]) -> None:
    everyone = [replace(o, responded=True if o.responded is not None else None) for o in sound]
    found = response_condition(everyone)
    assert (found.status, found.figure) == ("broken", 1.0)
    assert "nearly everyone gets well" in found.words


def test_two_thirds_are_too_many_and_nobody_who_counts_is_no_measurement() -> None:
    def outcome(n: int, responded: bool | None) -> Outcome:
        return Outcome(f"c{n}", "full", 0, 1.0, responded=responded)

    assert response_condition([outcome(n, n < 13) for n in range(20)]).status == "broken"
    assert response_condition([outcome(n, n < 12) for n in range(20)]).status == "holds"
    assert response_condition([outcome(n, None) for n in range(20)]).status == "unmeasured"


def telling(nodding: Sequence[int], full: Sequence[int]) -> Condition:
    rows = [("nodding", told) for told in nodding], [("full", told) for told in full]
    return telling_condition(
        [
            Outcome(f"c{n}", arm, 0, 0.0, sensitive_told=told)
            for row in rows
            for n, (arm, told) in enumerate(row)
        ]
    )


def test_who_nods_is_told_a_quarter_at_most() -> None:
    assert telling([1] * 8, [4] * 8).status == "holds"
    found = telling([1] * 7 + [2], [4] * 8)
    assert found.status == "broken"
    assert found.detail == "9 and 32 facts, found in the client's words"


def test_a_client_that_tells_everyone_everything_breaks_the_gate() -> None:
    found = telling([4] * 8, [4] * 8)
    assert (found.status, found.figure) == ("broken", 1.0)
    assert "nearly as to full" in found.words


def test_a_client_that_tells_nobody_anything_breaks_the_gate_too() -> None:
    found = telling([0] * 8, [0] * 8)
    assert (found.status, found.figure) == ("broken", None)
    assert "nothing can open a client" in found.words


def test_what_was_told_is_read_off_the_words_and_not_off_the_record() -> None:
    episode = make_episode("en", "full")
    before = outcome_of(episode).sensitive_told
    turns = episode.sessions[-1].turns
    at = next(n for n in range(len(turns) - 1, -1, -1) if turns[n].speaker == "client")
    claims = turns[at].model_copy(update={"text": f"Well. {NEVER_TOLD['en']}", "disclosed": []})
    last = episode.sessions[-1].model_copy(update={"turns": [*turns[:at], claims]})
    told_all = episode.model_copy(update={"sessions": [*episode.sessions[:-1], last]})
    assert TOLD_LATE["en"], "a sensitive fact that session 2 tells"
    assert outcome_of(told_all).sensitive_told == before + 1


def test_a_course_without_its_endpoint_is_refused() -> None:
    with pytest.raises(ValueError, match="not lived to its horizon"):
        outcome_of(make_episode("en", "full", end=CourseEnd.MODEL_ERROR))


def test_the_verdict_holds_only_where_everything_was_measured(
    sound: list[Outcome], mixed: list[Outcome]
) -> None:
    everything = [
        *sound,
        *(
            replace(
                o,
                arm={"full": "script-good", "advice-only": "script-advice"}.get(
                    o.arm, f"script-{o.arm}"
                ),
            )
            for o in sound
        ),
        *frozen("frozen"),
    ]
    everything = [replace(o, sensitive_told=4 if o.arm == "full" else 0) for o in everything]
    found = verdict(
        everything,
        mixed,
        [],
        seeds=2,
        models={"client": "offline"},
        code_version="0",
    )
    bad = {c.id: c.status for c in found.conditions if c.status != "holds"}
    assert bad == {"fidelity:trust": "unmeasured", "fidelity:distress": "unmeasured"}
    assert not found.holds
    assert all(line.startswith("Not measured: ") for line in told(found))
    assert len({c.id for c in found.conditions}) == len(found.conditions) == 15
    assert "no claim of clinical validity" in found.disclaimer


def test_every_arm_gets_a_line(sound: list[Outcome]) -> None:
    lines = arm_summaries(sound, {"neutral": 0, "full": 1})
    assert [line.arm for line in lines[:2]] == ["neutral", "full"]
    assert {line.courses for line in lines} == {len(clients()) * len(SEEDS)}


def test_nothing_run_is_nothing_measured() -> None:
    assert {c.status for c in conditions_of([], [], [])} == {"unmeasured"}
