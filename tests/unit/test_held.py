"""Sessions as a running course holds them: what comes back is what was put in."""

from __future__ import annotations

from random import Random

import pytest

from muspsy_sim.agents.held import HeldSession, HeldTurns
from muspsy_sim.records.appraisal import Appraisal
from muspsy_sim.records.episode import Session, SessionEnd, Turn, Usage
from muspsy_sim.records.state import StateChange
from muspsy_sim.records.views import Line


def turn(n: int, session: int = 1) -> Turn:
    return Turn(
        id=f"s{session}t{n}",
        speaker="counselor" if n % 2 else "client",
        text=f"“{n}” 你好, \x00 and \N{SMILING FACE WITH OPEN MOUTH}",
        appraisal=Appraisal() if n % 2 else None,
        changes=[StateChange(value="trust", by=n / 7, rule="feel")] if n % 3 else [],
        usage=Usage(calls=1, prompt_tokens=n),
    )


@pytest.mark.parametrize("squeezed", [False, True])
@pytest.mark.parametrize("number", [0, 1, 2, 3, 9])
def test_every_place_and_slice_is_that_of_a_list(number: int, squeezed: bool) -> None:
    expected = [turn(n) for n in range(1, number + 1)]
    held = HeldTurns(expected)
    if squeezed:
        held.squeeze()
    assert (list(held), len(held), bool(held)) == (expected, number, number > 0)
    assert list(reversed(held)) == expected[::-1]
    for at in range(-number, number):
        assert held[at] == expected[at]
    rng = Random(number)
    ends = [None, *range(-number - 2, number + 3)]
    for _ in range(60):
        place = slice(rng.choice(ends), rng.choice(ends), rng.choice([None, 1, 2, -1, -3]))
        assert held[place] == expected[place], place
    with pytest.raises(IndexError):
        held[number]


def test_the_last_two_can_be_changed_and_the_change_is_kept() -> None:
    held = HeldTurns([turn(1), turn(2)])
    held[-2].changes = [StateChange(value="distress", by=-0.0, rule="later")]
    for n in range(3, 8):
        held.append(turn(n))
    assert held[0].changes[0].rule == "later"
    held.squeeze()
    assert held[0].changes[0].rule == "later"
    with pytest.raises(RuntimeError, match="no turn is added"):
        held.append(turn(8))


def test_a_session_gives_its_record_and_its_lines() -> None:
    turns = [[turn(n, session) for n in range(1, 5)] for session in (1, 2)]
    sessions = [
        HeldSession(n, n, SessionEnd.COUNSELOR_CLOSED, HeldTurns(part))
        for n, part in enumerate(turns, start=1)
    ]
    sessions.insert(1, HeldSession(9, 2, SessionEnd.CLIENT_MISSED))
    for session in sessions:
        session.turns.squeeze()
    assert sessions[0].record() == Session(
        number=1, week=1, end=SessionEnd.COUNSELOR_CLOSED, turns=turns[0]
    )
    heard = sessions[2].lines()
    assert heard == [Line(id=t.id, speaker=t.speaker, text=t.text) for t in turns[1]]
