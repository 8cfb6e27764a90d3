"""Memory that runs out: over one prompt, over a batch, and while slots grow."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from muspsy_sim.llm.local import memory, room
from muspsy_sim.llm.local.calls import Call, Failed, Greeting, Stage, Written
from muspsy_sim.llm.local.engine import Engine
from muspsy_sim.llm.local.engines import open_engine
from muspsy_sim.llm.local.loading import Loaded
from muspsy_sim.llm.local.slots import Slots, _Layer

Outcome = Written | Failed | BaseException
SPENT = torch.OutOfMemoryError("CUDA out of memory (pretended)")


@pytest.fixture
def opened(loaded: Loaded) -> Iterator[Callable[..., Engine]]:
    """Engines that are closed after the test."""
    made: list[Engine] = []

    def open_one(rows: int, kept_bytes: int = 0) -> Engine:
        made.append(Engine(loaded, rows=rows, kept_bytes=kept_bytes))
        return made[-1]

    yield open_one
    for engine in made:
        engine.close()


def ask(
    engine: Engine, *lengths: int, max_tokens: int = 8, stages: list[Stage] | None = None
) -> list[Outcome]:
    """Prompts of so many tokens, all at once, and what came of each. `stages`: all that is told."""
    moved = ([] if stages is None else stages).append
    outcomes: dict[int, Outcome] = {}
    told = threading.Semaphore(0)

    def done_at(n: int) -> Callable[[Outcome], None]:
        def done(outcome: Outcome) -> None:
            assert n not in outcomes, "told twice"
            outcomes[n] = outcome
            told.release()

        return done

    for n, length in enumerate(lengths):
        ids = [5 + (7 * n + 13 * k) % 1400 for k in range(length)]
        engine.submit(Call(ids, max_tokens, 1.0, 1.0, n, f"e{n}/speak", None, done_at(n), moved))
    for _ in lengths:
        assert told.acquire(timeout=60)
    return [outcomes[n] for n in range(len(lengths))]


def texts(outcomes: list[Outcome]) -> list[str]:
    return [each.text if isinstance(each, Written) else repr(each) for each in outcomes]


def no_room_beyond(monkeypatch: pytest.MonkeyPatch, places: int) -> list[int]:
    """Slots can't hold rows as long as that. What is returned grows by the rows of each attempt."""
    real = Slots.make_room
    tried: list[int] = []

    def tight(self: Slots, rows: int, wanted: int, used: int) -> None:
        if wanted > places:
            tried.append(rows)
            raise SPENT
        real(self, rows, wanted, used)

    monkeypatch.setattr(Slots, "make_room", tight)
    return tried


def test_one_prompt_too_long_for_memory_fails_alone_and_the_batch_stays(
    opened: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = opened(32, 10**8)
    ask(engine, 50)
    kept: list[int] = []
    tried = no_room_beyond(monkeypatch, 500)
    real = engine._begin

    def begin(prompts: Any) -> None:
        kept.append(engine._prefixes.size)
        real(prompts)

    monkeypatch.setattr(engine, "_begin", begin)
    (failed,) = ask(engine, 900)
    assert isinstance(failed, Failed)
    assert failed.kind == "bad_request"
    assert "900 tokens" in failed.message
    assert tried == [1, 1]
    assert kept[0] > 0 == kept[1], "once more, with nothing kept"
    assert engine.limit == 32
    steps, rows = engine.counts.steps, engine.counts.rows
    ask(engine, *[50] * 32)
    assert (engine.counts.rows - rows) / (engine.counts.steps - steps) > 16


def test_one_prompt_too_long_among_others_costs_the_others_nothing_but_time(
    opened: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths = [40 + n for n in range(12)]
    expected = texts(ask(opened(16), *lengths))
    no_room_beyond(monkeypatch, 500)
    engine = opened(16)
    stages: list[Stage] = []
    outcomes = ask(engine, *lengths, 900, stages=stages)
    assert texts(outcomes[:-1]) == expected
    assert isinstance(outcomes[-1], Failed)
    assert engine.limit == 16
    assert engine.counts.halved <= 1
    again = stages.count(Stage.WAITING)
    assert again >= 1, "whose time stands still until it is begun again"
    assert stages.count(Stage.BEGUN) == 13 + again


def test_memory_that_is_short_for_now_is_no_fault_of_the_prompt(
    opened: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = opened(4)
    ask(engine, 300)
    with monkeypatch.context() as short:
        no_room_beyond(short, 100)
        (failed,) = ask(engine, 200)
    assert isinstance(failed, Failed)
    assert failed.kind == "server", "which is asked again"
    assert isinstance(ask(engine, 200)[0], Written)


def test_a_batch_made_smaller_grows_back_and_each_time_is_told_once(
    opened: Callable[..., Engine],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(room, "PATIENCE", 6)
    engine = opened(16)
    real = Slots.make_room

    def tight(self: Slots, rows: int, wanted: int, used: int) -> None:
        if rows > 4:
            raise SPENT
        real(self, rows, wanted, used)

    with monkeypatch.context() as short, caplog.at_level(logging.WARNING):
        short.setattr(Slots, "make_room", tight)
        assert all(isinstance(each, Written) for each in ask(engine, *range(40, 60)))
        assert engine.limit <= 8
    said = [each.getMessage() for each in caplog.records]
    assert len(said) == engine.counts.halved >= 2
    assert all("memory ran out with" in each and "hf:small" in each for each in said)
    before = engine.counts.halved
    for _ in range(30):
        if engine.limit == 16:
            break
        ask(engine, *range(40, 56))
    assert engine.limit == 16
    assert engine.counts.halved == before


def test_slots_that_could_not_grow_are_whole_again_for_the_next_call(
    opened: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths = (50, 60, 200)
    fresh = opened(1)
    expected = [texts(ask(fresh, length)) for length in lengths]
    engine = opened(1)
    ask(engine, 50)
    real = _Layer._grown
    layers: list[Any] = []

    def grown(held: Any, *sizes: int) -> Any:
        layers.append(held)
        if len(layers) == 3:  # The first layer's keys and values have grown, and no other's.
            raise SPENT
        return real(held, *sizes)

    monkeypatch.setattr(_Layer, "_grown", staticmethod(grown))
    assert isinstance(ask(engine, 900)[0], Written), "there was room, once all was let go"
    assert len(layers) == 3
    assert [texts(ask(engine, length)) for length in lengths] == expected


def test_slots_that_could_not_grow_hold_nothing(loaded: Loaded) -> None:
    slots = Slots()
    slots.make_room(2, 100, 0)
    slots._layer().keys = torch.zeros(2, 1, slots.places, 4)
    slots._layers[0].values = None  # What can't be copied.
    with pytest.raises(AttributeError):
        slots.make_room(2, 1000, 2)
    assert (slots.rows, slots.places, slots._layers[0].keys) == (0, 0, None)


@pytest.mark.parametrize(
    ("device", "free", "kept"),
    [
        ("cuda", 60_000_000_000, 24_000_000_000),
        ("cuda", 2_000_000_000, 800_000_000),
        ("cpu", 6_000_000_000, 1_500_000_000),
        ("cpu", 500_000_000_000, 8_000_000_000),
        ("cpu", None, 1_000_000_000),
        ("mps", 10_000_000_000, 4_000_000_000),
        ("xpu", 60_000_000_000, 1_000_000_000),
    ],
)
def test_what_may_be_kept_is_a_share_of_what_is_free(
    device: str, free: int | None, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (free, 80_000_000_000))
    monkeypatch.setattr(torch.mps, "recommended_max_memory", lambda: (free or 0) + 3_000_000)
    monkeypatch.setattr(torch.mps, "driver_allocated_memory", lambda: 3_000_000)
    monkeypatch.setattr(memory, "available", lambda: free)
    assert memory.bytes_for_kept(torch.device(device)) == kept


@pytest.mark.parametrize(
    ("said", "kept"), [({}, 250_000_000), ({"MUSPSY_LOCAL_KEPT_MB": "7"}, 7_000_000)]
)
def test_what_may_be_kept_can_be_set(
    small: Path, said: dict[str, str], kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available", lambda: 1_000_000_000)
    engine = open_engine(
        Greeting("hf:small", str(small), {"MUSPSY_LOCAL_DEVICE": "cpu", **said}, 0)
    )
    try:
        assert engine._prefixes.limit == kept
    finally:
        engine.close()
