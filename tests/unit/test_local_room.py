"""How many rows are written at once after memory ran out."""

from __future__ import annotations

from muspsy_sim.llm.local.room import PATIENCE, Room


def until_more(room: Room) -> int:
    """Rows that end before more are written at once."""
    before, ended = room.rows, 0
    while room.rows == before:
        room.ended()
        ended += 1
    return ended


def test_a_size_that_fails_again_is_tried_less_and_less_often() -> None:
    room, waited = Room("hf:m", 8), []
    for _ in range(9):
        room.shrink(8)
        assert room.rows == 4
        waited.append(until_more(room))
        assert room.rows == 8
    assert waited == [PATIENCE << min(n, 6) for n in range(9)]


def test_one_that_lasts_is_trusted_again() -> None:
    room = Room("hf:m", 8)
    for _ in range(3):
        room.shrink(8)
        waited = until_more(room)
    assert waited == 4 * PATIENCE
    for _ in range(waited):
        room.ended()
    room.shrink(8)
    assert until_more(room) == PATIENCE


def test_faults_one_after_the_other_are_one() -> None:
    room = Room("hf:m", 256)
    for at_once in (256, 128, 64, 20):
        room.shrink(at_once)
    assert room.rows == 10
    assert [until_more(room) for _ in range(5)] == [PATIENCE] * 5
    assert room.rows == 256


def test_what_one_row_alone_caused_is_taken_back() -> None:
    room = Room("hf:m", 32)
    room.shrink(32)
    room.shrink(3)
    room.restore(32)
    assert room.rows == 32
    room.restore(0)
    assert room.rows == 32
