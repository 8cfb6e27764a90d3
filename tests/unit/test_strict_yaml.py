from __future__ import annotations

import contextlib
import datetime
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, model_validator

from muspsy_sim.records.errors import ContentError, MuspsyError
from muspsy_sim.records.strict_yaml import load_strict, validate_tree
from muspsy_sim.records.yaml_text import yaml_text
from muspsy_sim.records.yaml_tree import decode_content, parse_tree, read_tree

FILE = Path("a.yaml")


class Style(StrEnum):
    GUARDED = "guarded"
    OPEN = "open"


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"]
    legs: int = 4


class Fact(BaseModel):
    topic: str
    sensitivity: int = Field(default=0, ge=0, le=3)


class Persona(BaseModel):
    """Declares nothing about unknown keys: the reader refuses them all the same."""

    name: str
    trust: float = 0.5
    adult: bool = True
    style: Style = Style.OPEN
    born: datetime.date | None = None
    pair: tuple[int, int] | None = None
    facts: list[Fact] = []
    weights: dict[str, float] = {}
    by_session: dict[int, Fact] = {}
    pet: Annotated[Cat | Dog, Field(discriminator="kind")] | None = None
    who: str | list[str] = "all"
    goal: Fact | str | None = None
    schema_: str = Field(default="", alias="schema")

    @model_validator(mode="after")
    def named(self) -> Persona:
        if self.name == "nobody":
            raise ValueError("a client needs a name")
        return self


def read(text: str) -> Persona:
    return validate_tree(parse_tree(text, FILE), Persona)


def refusal(text: str) -> list[str]:
    with pytest.raises(ContentError) as caught:
        read(text)
    return str(caught.value).splitlines()


def test_a_file_becomes_the_model_it_is_read_as(tmp_path: Path) -> None:
    file = tmp_path / "mei.yaml"
    file.write_text(
        "# yaml-language-server: $schema=x.json\n"
        "name: 小梅\ntrust: 1\nadult: true\nstyle: guarded\nborn: 1990-02-03\npair: [1, 2]\n"
        "facts:\n- topic: work\n- {topic: no, sensitivity: 3}\n"
        "weights: {a: 1e-3, b: -.5}\nby_session: {2: {topic: sleep}}\n"
        "pet: {kind: cat}\nwho: [a, b]\nschema: s\n",
        encoding="utf-8",
    )
    persona = load_strict(file, Persona)
    assert persona == Persona(
        name="小梅",
        trust=1.0,
        adult=True,
        style=Style.GUARDED,
        born=datetime.date(1990, 2, 3),
        pair=(1, 2),
        facts=[Fact(topic="work"), Fact(topic="no", sensitivity=3)],
        weights={"a": 0.001, "b": -0.5},
        by_session={2: Fact(topic="sleep")},
        pet=Cat(kind="cat"),
        who=["a", "b"],
        schema="s",
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("name: x\ntrst: 1", "a.yaml:2: trst: unknown key; did you mean 'trust'?"),
        ("name: x\nschema_: 1", "a.yaml:2: schema_: unknown key; did you mean 'schema'?"),
        (
            "name: x\nfacts:\n  - topic: a\n    sensitivty: 1",
            "a.yaml:4: facts[0].sensitivty: unknown key; did you mean 'sensitivity'?",
        ),
        (
            "name: x\npet: {kind: dog,\n leg: 3}",
            "a.yaml:3: pet.leg: unknown key; did you mean 'legs'?",
        ),
        (
            "name: x\nby_session:\n  7:\n    topik: a\n    topic: b",
            "a.yaml:4: by_session[7].topik: unknown key; did you mean 'topic'?",
        ),
        (
            "name: x\nfacts: [{topic: a, zzz: 1}]",
            "a.yaml:2: facts[0].zzz: unknown key; known here: sensitivity, topic",
        ),
    ],
)
def test_an_unknown_key_is_refused_with_its_line_and_the_nearest(text: str, line: str) -> None:
    assert refusal(text) == [line]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("name: 12", "a.yaml:1: name: should be text, not 12; put it in quotes"),
        ("name: true", "a.yaml:1: name: should be text, not true; put it in quotes"),
        ("name:", "a.yaml:1: name: should be text, not nothing"),
        (
            "name: x\ntrust: '0.5'",
            "a.yaml:2: trust: should be a number, not '0.5'; write a number without quotes",
        ),
        (
            "name: x\ntrust: .nan",
            "a.yaml:2: trust: should be a number, not '.nan'; write a number without quotes",
        ),
        (
            "name: x\ntrust: 1e999",
            "a.yaml:2: trust: should be a number, not '1e999'; write a number without quotes",
        ),
        (
            "name: x\nadult: yes",
            "a.yaml:2: adult: should be true or false, not 'yes'; write true or false",
        ),
        (
            "name: x\nfacts:\n- topic: a\n  sensitivity: 4",
            "a.yaml:4: facts[0].sensitivity: should be less than or equal to 3, not 4",
        ),
        (
            "name: x\nfacts:\n- topic: a\n  sensitivity: true",
            "a.yaml:4: facts[0].sensitivity: should be a whole number, not true",
        ),
        ("name: x\nstyle: loud", "a.yaml:2: style: should be 'guarded' or 'open', not 'loud'"),
        (
            "name: x\nfacts: a",
            "a.yaml:2: facts: should be a list, not 'a'; "
            "write a list: [a, b], or lines that begin with '- '",
        ),
        (
            "name: x\npet: {kind: cow}",
            "a.yaml:2: pet.kind: should be one of 'cat', 'dog', not 'cow'",
        ),
        (
            "name: x\npet:\n  lives: 1",
            "a.yaml:2: pet.kind: is missing; add it: it says which kind this is",
        ),
        ("trust: 1\n", "a.yaml:1: name: is missing; add it"),
        ("name: x\nfacts:\n- {}", "a.yaml:3: facts[0].topic: is missing; add it"),
        ("name: nobody", "a.yaml:1: a client needs a name"),
        (
            "- name",
            "a.yaml:1: holds a list, not 'key: value' lines; "
            "begin with one of adult, born, by_session, facts, goal, name",
        ),
    ],
)
def test_a_wrong_value_is_refused_at_its_line(text: str, line: str) -> None:
    assert refusal(text) == [line]


def test_all_problems_are_told_first_one_first() -> None:
    assert refusal("trst: 1\nname: 3\nfacts:\n- topic: a\n- topic: 4\n") == [
        "a.yaml:1: trst: unknown key; did you mean 'trust'?",
        "a.yaml:2: name: should be text, not 3; put it in quotes",
        "a.yaml:5: facts[1].topic: should be text, not 4; put it in quotes",
    ]


def test_a_choice_of_types_is_one_problem() -> None:
    assert refusal("name: x\nwho: 4") == ["a.yaml:2: who: should be text or a list, not 4"]


def test_a_long_or_secret_value_is_not_repeated() -> None:
    secret = "sk-" + "a" * 40
    (line,) = refusal(f"name: x\ntrust: {secret}")
    assert "sk-" not in line

    class Keyed(BaseModel):
        api_key: int

    with pytest.raises(ContentError) as caught:
        validate_tree(parse_tree("api_key: sk-short", FILE), Keyed)
    assert "sk-" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "a.yaml: is empty; write at least one 'key: value' line"),
        ("# only a comment\n", "a.yaml: is empty; write at least one 'key: value' line"),
        ("a: 1\nb: 2\na: 3", "a.yaml:3: a: this key stands on line 1 already; keep one of the two"),
        (
            "b:\n  c: 1\n  c: 1",
            "a.yaml:3: b.c: this key stands on line 2 already; keep one of the two",
        ),
        ("a: &x 1", "a.yaml:1: a: anchor &x is refused; remove it and write the value out"),
        ("a: [*x]", "a.yaml:1: a[0]: alias *x is refused; write the value out"),
        ("<<: {a: 1}", "a.yaml:1: a merge key is refused; write the keys out"),
        (
            "a: !!python/object/apply:os.system [ls]",
            "a.yaml:1: a: tag 'tag:yaml.org,2002:python/object/apply:os.system' is refused; "
            "remove it; quote text instead",
        ),
        ("a: !mine 1", "a.yaml:1: a: tag '!mine' is refused; remove it; quote text instead"),
        ("a: 1\n---\nb: 1", "a.yaml:2: a second document begins; remove the '---' line"),
        ("1.5: a", "a.yaml:1: key 1.5 is not text; quote the key"),
        ("~: a", "a.yaml:1: key None is not text; quote the key"),
        ("true: a", "a.yaml:1: key True is not text; quote the key"),
        ("[a]: b", "a.yaml:1: a key must be a single value; quote it, or indent the rest"),
        (
            "a: b\nc: d: e",
            "a.yaml:2: is not YAML: mapping values are not allowed in this context; "
            "quote a text that holds ': '",
        ),
        (
            "a:\n\t- b",
            "a.yaml:2: is not YAML: found character that cannot start any token; "
            "indent with spaces, and quote a text that begins with a special sign",
        ),
        (
            "a: x\nb: \x01",
            "a.yaml:2: holds a character that YAML forbids; remove control characters",
        ),
    ],
)
def test_a_file_that_is_not_plain_yaml_is_refused_at_its_line(text: str, line: str) -> None:
    assert refusal(text) == [line]


@pytest.mark.parametrize("part", ["[", "- ", "{a: ", "? ", "{a: ["])
def test_deep_nesting_is_refused_and_never_crashes(part: str) -> None:
    (line,) = refusal(part * 100_000)
    assert line.startswith("a.yaml:1: ")


def test_a_thousand_laughs_are_refused_at_the_first() -> None:
    text = "a0: &a0 [x, x]\n" + "".join(
        f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 100)
    )
    assert refusal(text) == [
        "a.yaml:1: a0: anchor &a0 is refused; remove it and write the value out"
    ]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12", 12),
        ("-7", -7),
        ("007", 7),
        ("0x1f", 31),
        ("0o17", 15),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("no", "no"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("2026-01-02", "2026-01-02"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("''", ""),
        ("=", "="),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_plain_values_follow_yaml_1_2(written: str, value: object) -> None:
    tree = parse_tree(f"a: {written}", FILE)
    assert tree.value == {"a": value}
    assert isinstance(tree.value, dict)
    assert type(tree.value["a"]) is type(value)


def test_each_value_knows_its_line() -> None:
    tree = parse_tree("a: 1\nb:\n  c:\n  - 2\n  - d: 3\n", FILE)
    assert [tree.line("a"), tree.line("b"), tree.line("b", "c", 1, "d")] == [1, 2, 5]
    assert tree.line("b", "c", 0) == 4
    assert tree.line("b", "missing") == 2
    error = tree.error(("b", "c", 1), "is wrong", "mend it")
    assert str(error) == "a.yaml:5: b.c[1]: is wrong; mend it"


def test_a_missing_file_a_folder_and_a_pipe_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, words in [
        (tmp_path / "none.yaml", "no such file"),
        (tmp_path, "is a folder"),
        (tmp_path / "pipe", "is not a regular file"),
        (tmp_path / "none.yaml" / "below.yaml", "no such file"),
    ]:
        with pytest.raises(ContentError, match=words):
            load_strict(path, Persona)


def test_a_file_that_is_not_utf8_is_refused_at_its_line(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"name: x\nwho: \xff\n")
    with pytest.raises(ContentError) as caught:
        load_strict(file, Persona)
    assert str(caught.value) == f"{file}:2: is not UTF-8; save the file as UTF-8"


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes("\ufeffname: x\r\ntrust: 1\r\n".encode())
    assert load_strict(file, Persona).trust == 1.0


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    with file.open("wb") as opened:
        opened.truncate(16 * 1024 * 1024 + 1)
    with pytest.raises(ContentError, match="is larger than 16 MiB"):
        read_tree(file)


def test_python_without_libyaml_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muspsy_sim.records.yaml_tree._Loader", yaml.SafeLoader)
    assert read("name: no\nfacts: [{topic: a}]").facts == [Fact(topic="a")]
    assert refusal("name: x\nb: \x01") == [
        "a.yaml:2: holds a character that YAML forbids; remove control characters"
    ]
    assert refusal("[" * 1000)[0].startswith("a.yaml:1: is nested deeper than 100 levels")


yaml_like = st.lists(
    st.sampled_from(
        ["name", "facts", "pet", "kind", "cat", "topic", ": ", ":", "- ", "\n", "  ", "[", "]",
         "{", "}", ",", "'", '"', "&a ", "*a", "!!str ", "|", ">", "? ", "#", "---", "...", "%",
         "1", "-.5", "true", "~", "\t", "\\", "\\ud800", "é", "\x00", "\x85", "\u2028", "\U0001f600"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(st.binary() | yaml_like.map(lambda text: text.encode("utf-8")))
def test_whatever_the_bytes_the_answer_is_a_model_or_a_clear_refusal(raw: bytes) -> None:
    try:
        read(decode_content(raw, FILE))
    except MuspsyError as error:
        for line in str(error).splitlines():
            assert line.startswith("a.yaml")
            assert line.isprintable()


@given(st.text() | yaml_like)
def test_whatever_the_text_the_answer_is_a_model_or_a_clear_refusal(text: str) -> None:
    with contextlib.suppress(MuspsyError):
        read(text)


yaml_scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
yaml_values = st.recursive(
    yaml_scalars,
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abcxyz", min_size=1), inner),
    max_leaves=20,
)


@pytest.mark.slow
@given(yaml_values)
def test_what_is_written_is_read_back(value: object) -> None:
    assert parse_tree(yaml_text(value), FILE).value == value


@pytest.mark.parametrize(
    "text", ["1e3", "0o17", "no", "~", "a\n b\n", "\x85", "\r\n", " 小梅", "#"]
)
def test_text_stays_text_when_written_and_read(text: str) -> None:
    assert parse_tree(yaml_text({"a": [text], text: 1}), FILE).value == {"a": [text], text: 1}


def test_written_yaml_is_made_to_be_read() -> None:
    same = ["a"]
    assert yaml_text({"名": "小梅", "two": [same, same], "long": "a\nb\n"}) == (
        "名: 小梅\ntwo:\n  - - a\n  - - a\nlong: |\n  a\n  b\n"
    )
