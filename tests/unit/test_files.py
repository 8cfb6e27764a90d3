from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from muspsy_sim.records.errors import StorageError
from muspsy_sim.records.files import (
    canonical_json,
    clear_leftovers,
    content_hash,
    write_atomic,
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_whole_and_its_folder_made(tmp_path: Path) -> None:
    target = tmp_path / "run" / "episodes" / "a.json"
    write_atomic(target, b"one")
    assert target.read_bytes() == b"one"
    write_atomic(target, b"two")
    assert target.read_bytes() == b"two"
    assert names(target.parent) == ["a.json"]


def test_a_file_has_the_rights_that_any_new_file_has(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    write_atomic(tmp_path / "atomic", b"")
    plain, atomic = ((tmp_path / name).stat().st_mode for name in ("plain", "atomic"))
    assert stat.S_IMODE(atomic) == stat.S_IMODE(plain)


def test_a_name_as_long_as_the_disk_allows_is_written(tmp_path: Path) -> None:
    target = tmp_path / ("n" * 255)
    write_atomic(target, b"x")
    assert target.read_bytes() == b"x"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk quota is used up"),
        (errno.EROFS, "the file system is read-only"),
        (errno.EACCES, "permission denied"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_what_the_disk_refuses_is_said_and_the_old_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    target = tmp_path / "a.json"
    write_atomic(target, b"old")

    def refuse(handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(StorageError) as caught:
        write_atomic(target, b"new")
    assert str(caught.value).startswith(f"{target}: cannot write: {words}; ")
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["a.json"]


def test_an_interrupt_leaves_no_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(tmp_path / "a.json", b"new")
    assert names(tmp_path) == []


def test_a_folder_in_the_files_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()
    with pytest.raises(StorageError, match=r"a folder stands where a file is needed"):
        write_atomic(tmp_path / "a.json", b"x")


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").write_bytes(b"")
    with pytest.raises(StorageError, match=r"cannot write: "):
        write_atomic(tmp_path / "run" / "a.json", b"x")


def test_what_a_killed_writer_left_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / ".muspsy-0123.tmp").write_bytes(b"half")
    (tmp_path / "mine.tmp").write_bytes(b"whole")
    clear_leftovers(tmp_path)
    assert names(tmp_path) == ["mine.tmp"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False,
    allow_infinity=False) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])), inner
    ),
    max_leaves=20,
)  # fmt: skip


@pytest.mark.slow
@given(json_values)
def test_json_says_the_same_thing_in_one_line(value: object) -> None:
    encoded = canonical_json(value)
    assert orjson.loads(encoded) == value
    assert encoded.endswith(b"\n")
    assert encoded.count(b"\n") == 1


@pytest.mark.slow
@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), json_values))
def test_json_does_not_depend_on_the_order_of_keys(value: dict[str, object]) -> None:
    assert canonical_json(dict(reversed(value.items()))) == canonical_json(value)


class Inner(BaseModel):
    score: float | None


def test_json_takes_records() -> None:
    assert canonical_json({"b": Inner(score=None), "a": [Inner(score=0.5)]}) == (
        b'{"a":[{"score":0.5}],"b":{"score":null}}\n'
    )


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        {"a": [1.0, float("inf")]},
        [{"a": {"b": float("-inf")}}],
        Inner(score=float("nan")),
    ],
)
def test_json_never_turns_a_failed_number_into_an_unmeasured_one(value: object) -> None:
    with pytest.raises(ValueError, match="cannot be written as JSON"):
        canonical_json(value)


@pytest.mark.parametrize("value", [{1: "a"}, {"a": {1, 2}}, object()])
def test_json_refuses_what_it_has_no_word_for(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)


def test_a_hash_names_its_content() -> None:
    assert content_hash(b"abc") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
