"""Broken files: told with file and line, and the rest is read. Never a crash."""

from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muspsy_sim.datasets.corpora.importing import import_corpus
from muspsy_sim.formats.corpora import json_stream
from muspsy_sim.formats.corpora.catalogue import FORMATS, format_named
from muspsy_sim.formats.corpora.files import read_corpus
from muspsy_sim.formats.corpora.shape import CorpusFile
from muspsy_sim.formats.corpora.writing import write_corpus
from muspsy_sim.records.corpus import Dialogue
from muspsy_sim.records.errors import FormatError, Problem
from tests.unit import corpus_files as shapes

NAMES = [form.name for form in FORMATS]


def entries(file: Path) -> tuple[list[object], list[str]]:
    read = [*json_stream.entries(CorpusFile(file, file.name))]
    values = [each.value for each in read if not isinstance(each, Problem)]
    return values, [str(each).removeprefix(str(file)) for each in read if isinstance(each, Problem)]


def test_a_list_cut_off_gives_what_stood_before(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('[\n{"a": 1},\n{"a": 2},\n{"a": ')
    values, told = entries(file)
    assert values == [{"a": 1}, {"a": 2}]
    assert told == [":4: is not JSON: Expecting value"]


def test_broken_json_lines_are_told_and_the_others_read(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b'{"a": 1}\n\n{"a"\n\xff\xfe\n{"a": 2} x\n{"a": 3}')
    values, told = entries(file)
    assert values == [{"a": 1}, {"a": 3}]
    assert [line.split(":")[1] for line in told] == ["3", "4", "5"]


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64, 1 << 20])
def test_where_chunks_end_changes_nothing(
    chunk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_stream, "CHUNK", chunk)
    said = [{"雾": '灯塔\n"“'}, 12345, [1.5e3, None], "x" * 200, {}, [[]], True]
    file = tmp_path / "a.json"
    file.write_text("\ufeff" + json.dumps(said, ensure_ascii=False, indent=1), encoding="utf-8")
    values, told = entries(file)
    assert (values, told) == (said, [])


def test_line_numbers_are_those_of_an_editor(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('[\n\n  {"a":\n 1},\n\n {"b": 2}\n]')
    read = [*json_stream.entries(CorpusFile(file, file.name))]
    assert [each.line for each in read] == [3, 6]  # type: ignore[union-attr]


def test_json_lines_that_are_named_json_are_read(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('{"a": 1}\n{"a":\n2}\n\n{"a": 3}\n')
    values, told = entries(file)
    assert values == [{"a": 1}, {"a": 2}, {"a": 3}]
    assert told == [":2: more values follow the first: read as JSON lines"]


@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
def test_an_element_that_is_not_utf8_is_told_and_the_others_read(
    chunk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_stream, "CHUNK", chunk)
    file = tmp_path / "a.json"
    file.write_bytes(b'[{"a": 1},\n{"a":\n"\xc4\xe3"},\n{"a": "\\udc80"},\n{"a": 4}\n]')
    values, told = entries(file)
    assert [value["a"] for value in values] == [1, "\ufffd", 4]
    assert told[0].endswith(":3: is not UTF-8 (byte 0xc4)")
    assert len(told) == 2


def test_files_of_another_encoding_say_so_where_no_format_was_seen(tmp_path: Path) -> None:
    said = json.dumps(shapes.SIMPSYDIAL, ensure_ascii=False)
    (tmp_path / "1.txt").write_bytes("来访者：你好\n心理咨询师：您好".encode("gb18030"))
    (tmp_path / "2.json").write_bytes(said.encode("gb18030"))
    (tmp_path / "3.json").write_bytes(said.encode("utf-16"))
    (tmp_path / "4.json").write_text("not JSON")
    told = [str(each) for each in read_corpus(tmp_path)]
    assert [each.partition(".")[2] for each in told] == [
        "txt:1: is not UTF-8",
        "json:1: is not UTF-8 (byte 0xc4)",
        "json:1: is UTF-16, not UTF-8",
        "json:1: is not JSON: Expecting value",
    ]


def test_a_dialogue_goes_to_the_turn_that_cannot_be_read(tmp_path: Path) -> None:
    turns = json.dumps(shapes.TURNS).encode().replace(b'"content"', b'"content\xff"')
    whole = json.dumps(shapes.TURNS[:1]).encode()[:-1] + b",\n" + turns[1:]
    (tmp_path / "a.json").write_bytes(whole)
    problem, dialogue = sorted(read_corpus(tmp_path), key=lambda each: isinstance(each, Dialogue))
    assert "a.json:2: is not UTF-8" in str(problem)
    assert isinstance(dialogue, Dialogue)
    assert len([*dialogue.utterances()]) == 1


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "is empty"),
        (b"  \n ", "is empty"),
        (b"[]", "is an empty list"),
        (b'[{"a": 1} {"a": 2}]', "a comma is missing"),
        (b'[{"a": 1}] tail', "something follows the list"),
        (b'{"a": 1}\n{"a": 2}', "read as JSON lines"),
        (b'{"a": 1} tail', "not JSON: Expecting value"),
        (b'[{"a": "\xff"}]', "is not UTF-8 (byte 0xff)"),
        (b'[{"a": 1} {"\xff": 2}]', "a comma is missing"),
        (b'[{"a": 1}, \xff]', "is not UTF-8 (byte 0xff)"),
        (b"[" * 100_000, "nested too deeply"),
        (b'[{"a": 1, "a": 2}]', "the key 'a' stands twice"),
        (b'[{"a": NaN}]', "NaN is no number"),
        (b'[{"a": -1e999}]', "-1e999 is no number"),
        (b'["\\ud800"]', "half a surrogate pair"),
    ],
)
def test_what_is_wrong_is_said(raw: bytes, told: str, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_bytes(raw)
    _, problems = entries(file)
    assert any(told in problem for problem in problems), problems


def test_a_file_that_is_no_parquet(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    file.write_bytes(b"PAR1 and then nothing")
    assert "is not Parquet" in entries(file)[1][0]


def test_what_parquet_holds_and_json_cannot_is_told_once_and_written_as_json(
    tmp_path: Path,
) -> None:
    import pyarrow
    import pyarrow.parquet

    rows = [{**shapes.SIMPSYDIAL[0], "score": float("nan"), "when": date(2026, 1, 2)}] * 3
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "a.parquet")
    read = [*read_corpus(tmp_path)]
    assert [str(each).rpartition("/")[2] for each in read if isinstance(each, Problem)] == [
        "a.parquet:1: date is no type of JSON; read as text",
        "a.parquet:1: nan is no number; read as null",
    ]
    held = [each for each in read if isinstance(each, Dialogue)]
    assert len(held) == 3
    write_corpus(held, format_named("simpsydial"), tmp_path / "out")
    (written,) = (tmp_path / "out").glob("*.json")
    back = orjson.loads(written.read_bytes())
    assert [(each["score"], each["when"]) for each in back] == [(None, "2026-01-02")] * 3


def test_parquet_rows_are_entries(tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.Table.from_pylist(shapes.SIMPSYDIAL * 3)
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    read = [each for each in read_corpus(tmp_path) if isinstance(each, Dialogue)]
    assert [each.format for each in read] == ["simpsydial"] * 3
    assert len({each.id for each in read}) == 3


def test_odd_files_among_good_ones(tmp_path: Path) -> None:
    for n in range(3):
        shapes.lay(tmp_path / str(n), "smile")
    (tmp_path / "0.json").write_bytes(b"")
    (tmp_path / "1.json").write_text(json.dumps(shapes.TURNS)[:-40])
    (tmp_path / "2.json").write_bytes(json.dumps(shapes.TURNS).encode("utf-16"))
    (tmp_path / "3.txt").write_text("Nothing that any format knows.")
    (tmp_path / "LICENSE.txt").write_text("MIT")
    (tmp_path / "card.md").write_text("About it.")
    (tmp_path / "4.csv").write_text("role,content")
    done = import_corpus(tmp_path, tmp_path / "out")
    told = {Path(str(p.file)).name for p in done.first}
    assert told == {"0.json", "1.json", "2.json", "3.txt", "4.csv"}
    assert done.dialogues >= 3


def test_a_corpus_of_nothing_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.json").write_text("{")
    with pytest.raises(FormatError, match="holds no dialogue"):
        import_corpus(tmp_path / "in", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(FormatError, match="no such file"):
        import_corpus(tmp_path / "nowhere", tmp_path / "out")


KEYS = [
    "messages",
    "role",
    "content",
    "golden",
    "dialog",
    "speaker",
    "history",
    "sessions",
    "session_dialogue",
    "text",
    "AI_client",
    "dialogue",
    "intake_form",
    "client_info",
    "strategy",
    "input",
    "output",
    "instruction",
    "message",
    "x",
]
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inside,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in NAMES if not shapes.FILES[n][0].endswith(".txt")])
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(value=st.lists(JSON_VALUES, min_size=1, max_size=3))
def test_no_value_crashes_a_reader(name: str, value: list[object], tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps(value), encoding="utf-8")
    form = format_named(name)
    dialogues = [each for each in read_corpus(file, form) if isinstance(each, Dialogue)]
    write_corpus(dialogues, form, tmp_path / "out")


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_mutation_crashes_a_reader(name: str, tmp_path: Path) -> None:
    """Bytes are cut out, doubled and changed by a seeded script; each file is read to its end."""
    drawn = random.Random(name)
    file = shapes.lay(tmp_path, name) / shapes.FILES[name][0]
    good = file.read_bytes()
    form = format_named(name)
    for _ in range(15):
        raw = bytearray(good)
        for _ in range(drawn.randint(1, 4)):
            at = drawn.randrange(len(raw) or 1)
            what = drawn.choice(("cut", "double", "change", "end"))
            if what == "cut":
                del raw[at : at + drawn.randint(1, 20)]
            elif what == "double":
                raw[at:at] = raw[at : at + drawn.randint(1, 60)]
            elif what == "change" and raw:
                raw[at] = drawn.randrange(256)
            else:
                del raw[at:]
        file.write_bytes(bytes(raw))
        for chosen in (form, None):
            read = [*read_corpus(tmp_path, chosen)]
            assert read, "a file was passed over without a word"
