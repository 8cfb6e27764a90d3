"""The journal: what is recorded is read back, what is torn is owed, what is damaged is refused."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muspsy_sim.llm.journal import Journal, Journalled
from muspsy_sim.llm.journal_sync import GroupSync
from muspsy_sim.llm.journal_text import Entry, Header, decode_line, encode_line, read_journal
from muspsy_sim.llm.seam import CallKey, ModelFailure, Reply, Request, Sampling
from muspsy_sim.records.answers import PlainReply
from muspsy_sim.records.episode import Usage
from muspsy_sim.records.errors import JournalError, MuspsyError, StorageError
from muspsy_sim.records.views import BareView

HEADER = Header(
    "ep", "r0", {"agents/a.yaml": "1"}, {"client.speak": "2"}, {"client.speak": "3"}, "1"
)


def entry(number: int, **changes: object) -> Entry:
    made = Entry(
        key=f"s1t{number}/client.speak",
        attempt=1,
        role="client",
        model="fake",
        request=f"f{number}",
        outcome="ok",
        text=f"words {number} 你好 \u2028 end",
        usage=Usage(calls=1, prompt_tokens=5, completion_tokens=2),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def written(path: Path, count: int = 3) -> bytes:
    journal = Journal.open(path, HEADER, GroupSync())
    for number in range(count):
        journal.append(entry(number))
    journal.close()
    return path.read_bytes()


def request(number: int, fingerprint: str | None = None) -> Request:
    return Request(
        key=CallKey("ep", 1, number, "client.speak"),
        role="client",
        view=BareView(language="en", system="x"),
        answer=PlainReply,
        messages=(),
        schema=None,
        sampling=Sampling(),
        seed=1,
        fingerprint=fingerprint or f"f{number}",
    )


class Counting:
    name = "fake"

    def __init__(self) -> None:
        self.asked = 0

    async def reply(self, request: Request) -> Reply:
        self.asked += 1
        return Reply("new words")


def test_what_is_appended_is_read_back_in_order(tmp_path: Path) -> None:
    written(tmp_path / "j.jsonl")
    text = read_journal(tmp_path / "j.jsonl")
    assert text.header == HEADER
    assert [e.text for e in text.entries] == [entry(n).text for n in range(3)]
    assert not text.torn


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_torn_last_line_is_owed_again_and_appending_goes_on(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "j.jsonl"
    path.write_bytes(written(path)[:-cut])
    assert read_journal(path).torn
    journal = Journal.open(path, HEADER, GroupSync())
    assert journal.take("s1t1/client.speak") is not None
    assert journal.take("s1t2/client.speak") is None
    journal.append(entry(2))
    journal.close()
    text = read_journal(path)
    assert not text.torn
    assert len(text.entries) == 3


def test_every_cut_of_the_file_is_readable_and_keeps_all_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    whole = written(path)
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        lines = whole[:cut].count(b"\n")
        assert len(read_journal(path).entries) == max(0, lines - 1)


def test_damage_before_the_end_is_refused_with_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    raw = bytearray(written(path))
    raw[raw.index(b"words 0")] ^= 1
    path.write_bytes(bytes(raw))
    with pytest.raises(JournalError) as caught:
        read_journal(path)
    assert caught.value.line == 2
    assert "damaged" in str(caught.value)


@pytest.mark.parametrize("gone", [1, 2])
def test_a_line_taken_out_is_seen(tmp_path: Path, gone: int) -> None:
    path = tmp_path / "j.jsonl"
    lines = written(path).splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:gone] + lines[gone + 1 :]))
    with pytest.raises(JournalError) as caught:
        read_journal(path)
    assert caught.value.line == gone + 1


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    path = tmp_path_factory.mktemp("j") / "j.jsonl"
    path.write_bytes(raw)
    try:
        text = read_journal(path)
    except MuspsyError:
        return
    assert text.entries == []


@pytest.mark.slow
@given(st.integers(0, 10_000), st.integers(0, 255))
def test_any_changed_byte_is_noticed_or_torn(
    tmp_path_factory: pytest.TempPathFactory, place: int, value: int
) -> None:
    path = tmp_path_factory.mktemp("j") / "j.jsonl"
    raw = bytearray(written(path))
    place %= len(raw)
    if raw[place] == value:
        return
    raw[place] = value
    path.write_bytes(bytes(raw))
    try:
        text = read_journal(path)
    except JournalError:
        return
    assert text.torn
    assert [e.text for e in text.entries] == [entry(n).text for n in range(len(text.entries))]


@given(st.dictionaries(st.text(), st.text() | st.integers(-(2**53), 2**53) | st.none()))
def test_lines_round_trip(line: dict[str, object]) -> None:
    line["kind"] = "call"
    encoded = encode_line(line, 7)
    assert encoded.endswith(b"\n")
    assert encoded.count(b"\n") == 1
    found = decode_line(encoded[:-1], 7)
    crc = found.pop("crc", line.get("crc"))
    line.pop("crc", None)
    assert found == line or crc is not None


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"recipe": "other"}, "recipe"),
        ({"content": {"agents/a.yaml": "9"}}, "content agents/a.yaml"),
        ({"prompts": {"client.speak": "9"}}, "prompt client.speak"),
        ({"schemas": {}}, "schema client.speak"),
        ({"episode": "other"}, "episode"),
    ],
)
def test_another_runs_journal_is_refused_and_what_differs_is_named(
    tmp_path: Path, change: dict[str, object], named: str
) -> None:
    written(tmp_path / "j.jsonl")
    other = replace(HEADER, **change)  # type: ignore[arg-type]
    with pytest.raises(JournalError, match=named):
        Journal.open(tmp_path / "j.jsonl", other, GroupSync())


def test_another_code_version_only_warns(tmp_path: Path) -> None:
    written(tmp_path / "j.jsonl")
    with pytest.warns(UserWarning, match="begun by version 1"):
        Journal.open(tmp_path / "j.jsonl", replace(HEADER, code_version="2"), GroupSync()).close()


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "j.jsonl"
    journal = Journal.open(path, HEADER, GroupSync())
    journal.append(entry(0))
    real, room = os.write, [100]

    def fills_up(fd: int, line: bytes) -> int:
        if not room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(fd, line[: room.pop()])

    monkeypatch.setattr(os, "write", fills_up)
    with pytest.raises(StorageError, match=r"j\.jsonl: cannot write: the disk is full; free some"):
        journal.append(entry(1))
    monkeypatch.setattr(os, "write", real)
    journal.append(entry(2))
    journal.close()
    assert [e.key for e in read_journal(path).entries] == [
        "s1t0/client.speak",
        "s1t2/client.speak",
    ]


def test_a_line_that_is_taken_in_pieces_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal.open(tmp_path / "j.jsonl", HEADER, GroupSync())
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, line: real(fd, line[:7]))
    journal.append(entry(0))
    journal.close()
    assert read_journal(tmp_path / "j.jsonl").entries == [entry(0)]


async def test_a_disk_that_refuses_to_sync_stops_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The kernel tells of lost writes once; the next fdatasync succeeds over the hole.
    refusals = [OSError(errno.EIO, "Input/output error")]

    def once(fd: int) -> None:
        if refusals:
            raise refusals.pop()

    monkeypatch.setattr(os, "fdatasync", once)

    async def write_on() -> None:
        async with GroupSync() as sync:
            journal = Journal.open(tmp_path / "j.jsonl", HEADER, sync)
            for _ in range(500):
                await asyncio.sleep(0.01)
                if not refusals:
                    break
            with pytest.raises(StorageError):
                journal.append(entry(0))

    with pytest.raises(StorageError, match=r"j\.jsonl"):
        await write_on()


async def test_a_file_waits_for_its_own_sync_and_for_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = GroupSync()
    slow = Journal.open(tmp_path / "slow.jsonl", HEADER, sync)
    quick = Journal.open(tmp_path / "quick.jsonl", HEADER, sync)
    syncing, goes_on = threading.Event(), threading.Event()
    held_up = slow.path.stat().st_ino

    def first_slow(fd: int) -> None:
        if os.fstat(fd).st_ino == held_up:
            syncing.set()
            assert goes_on.wait(30)

    monkeypatch.setattr(os, "fdatasync", first_slow)
    beat = asyncio.create_task(sync.apart(sync.flush))
    try:
        await asyncio.to_thread(syncing.wait, 30)
        await asyncio.wait_for(sync.apart(quick.close), 30)
        closing = asyncio.create_task(sync.apart(slow.close))
        await asyncio.sleep(0.05)
        assert not closing.done()
    finally:
        goes_on.set()
    await asyncio.gather(beat, closing)


async def test_recorded_attempts_are_taken_in_order_and_then_the_model_is_asked(
    tmp_path: Path,
) -> None:
    path = tmp_path / "j.jsonl"
    journal = Journal.open(path, HEADER, GroupSync())
    journal.append(entry(1, outcome="error", kind="server", message="oops", text=""))
    journal.append(entry(1, attempt=2))
    journal.close()
    model = Counting()
    again = Journalled(model, Journal.open(path, HEADER, GroupSync()))
    with pytest.raises(ModelFailure) as caught:
        await again.reply(request(1))
    assert caught.value.recorded
    assert caught.value.kind == "server"
    reply = await again.reply(request(1))
    assert reply.recorded
    assert reply.text == entry(1).text
    assert model.asked == 0
    assert (await again.reply(request(1))).text == "new words"
    assert model.asked == 1


async def test_a_call_asked_otherwise_than_recorded_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    written(path)
    again = Journalled(Counting(), Journal.open(path, HEADER, GroupSync()))
    with pytest.raises(JournalError, match="asked otherwise"):
        await again.reply(request(1, fingerprint="another"))


async def test_a_replay_asks_nobody(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    written(path)
    model = Counting()
    again = Journalled(model, Journal.for_replay(path, HEADER, GroupSync()))
    with pytest.raises(ModelFailure) as caught:
        await again.reply(request(9))
    assert caught.value.kind == "not_recorded"
    assert model.asked == 0


def test_a_voided_call_is_owed_again_and_was_paid_for(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    journal = Journal.open(path, HEADER, GroupSync())
    failed = entry(1, outcome="error", kind="auth", message="no", text="")
    journal.append(failed)
    journal.close()
    journal = Journal.open(path, HEADER, GroupSync())
    journal.void("s1t1/client.speak")
    assert journal.take("s1t1/client.speak") is None
    journal.append(entry(1))
    journal.close()
    text = read_journal(path)
    assert text.entries == [entry(1)]
    assert text.voided == journal.voided == [failed]


async def test_a_recorded_failure_knows_what_came_after_it(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    journal = Journal.open(path, HEADER, GroupSync())
    journal.append(entry(1, outcome="error", kind="server", text=""))
    journal.append(entry(1, attempt=2, outcome="error", kind="server", text=""))
    journal.close()

    async def known(model: Journalled) -> list[bool | None]:
        found = []
        for _ in range(2):
            with pytest.raises(ModelFailure) as caught:
                await model.reply(request(1))
            found.append(caught.value.again)
        return found

    live = Journal.open(path, HEADER, GroupSync())
    assert await known(Journalled(Counting(), live)) == [True, None]
    live.close()
    assert await known(Journalled(None, Journal.for_replay(path, HEADER, GroupSync()))) == [
        True,
        False,
    ]
