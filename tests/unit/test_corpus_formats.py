"""Every published shape: found by sniffing, read without loss, written back as it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from muspsy_sim.datasets.corpora.converting import convert
from muspsy_sim.datasets.corpora.importing import import_corpus
from muspsy_sim.datasets.corpora.opening import open_corpus
from muspsy_sim.datasets.corpora.tables import CorpusTables
from muspsy_sim.formats.corpora.catalogue import FORMATS, format_named, sniff
from muspsy_sim.formats.corpora.files import corpus_files, read_corpus
from muspsy_sim.formats.corpora.writing import entries_for, write_corpus
from muspsy_sim.records.corpus import CorpusSession, Dialogue, Utterance
from muspsy_sim.records.episode import Label
from muspsy_sim.records.errors import FormatError, Problem
from tests.unit import corpus_files as shapes

NAMES = [form.name for form in FORMATS]


def found(folder: Path, form: str | None = None) -> tuple[list[Dialogue], list[str]]:
    read = [*read_corpus(folder, format_named(form) if form else None)]
    return (
        [each for each in read if isinstance(each, Dialogue)],
        [str(each) for each in read if isinstance(each, Problem)],
    )


def without_lines(dialogue: Dialogue) -> dict[str, Any]:
    """What a dialogue says; the line that it stood on may move when it is written again."""
    value = dialogue.model_dump()

    def strip(part: Any) -> Any:
        if isinstance(part, dict):
            return {k: strip(v) for k, v in part.items() if k != "line"}
        return [strip(each) for each in part] if isinstance(part, list) else part

    return strip(value)  # type: ignore[no-any-return]


def test_every_format_has_a_file_here() -> None:
    assert sorted(NAMES) == sorted(shapes.FILES)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_known_by_its_beginning(name: str, tmp_path: Path) -> None:
    (file,) = corpus_files(shapes.lay(tmp_path, name))
    known = sniff(file)
    assert known is not None
    assert known.name == name


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_is_written_back(name: str, tmp_path: Path) -> None:
    dialogues, _ = found(shapes.lay(tmp_path / "in", name))
    assert dialogues
    written = write_corpus(dialogues, format_named(name), tmp_path / "out")
    assert not written.lost
    again, _ = found(tmp_path / "out", name)
    assert [*map(without_lines, again)] == [*map(without_lines, dialogues)]


@pytest.mark.parametrize("name", [n for n in NAMES if shapes.FILES[n][0].endswith(".json")])
def test_json_comes_back_as_the_same_value(name: str, tmp_path: Path) -> None:
    """Field by field, unknown ones and those of the wrong type included."""
    file, text = shapes.FILES[name]
    dialogues, _ = found(shapes.lay(tmp_path / "in", name))
    write_corpus(dialogues, format_named(name), tmp_path / "out")
    back = json.loads((tmp_path / "out" / file).read_text(encoding="utf-8"))
    was = json.loads(text)
    assert back == (was if isinstance(was, list) or name == "psycheval" else [was])


@pytest.mark.parametrize("name", NAMES)
def test_tables_hold_everything(name: str, tmp_path: Path) -> None:
    dialogues, problems = found(shapes.lay(tmp_path / "in", name))
    done = import_corpus(tmp_path / "in", tmp_path / "tables")
    assert done.problems == len(problems)
    assert [*open_corpus(tmp_path / "tables")] == dialogues


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("other", ["smile", "psycheval", "cpsycound", "muspsy-train"])
def test_what_another_format_cannot_hold_is_told(name: str, other: str, tmp_path: Path) -> None:
    dialogues, _ = found(shapes.lay(tmp_path / "in", name))
    written = write_corpus(dialogues, format_named(other), tmp_path / "out")
    again = found(tmp_path / "out", other)[0] if written.dialogues else []
    said = [[u.text.strip() for u in d.utterances()] for d in dialogues]
    back = [[u.text.strip() for u in d.utterances()] for d in again]
    if name == other:
        assert not written.lost
        assert written.empty == 0
    else:
        assert written.empty == said.count([])
        assert written.lost["the whole entry, of which it holds nothing"] == written.empty
        if other == "psycheval":
            assert back == [turns for turns in said if turns]
    assert written.dialogues + written.empty == len(dialogues)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("other", NAMES)
def test_what_was_written_in_a_format_is_known_as_that(
    name: str, other: str, tmp_path: Path
) -> None:
    source = shapes.lay(tmp_path / "in", name)
    dialogues, _ = found(source)
    if not any(entries_for(each, format_named(other)) for each in dialogues):
        with pytest.raises(FormatError, match=f"nothing that {other} has a place for"):
            convert(source, other, tmp_path / "out")
        return
    written = convert(source, other, tmp_path / "out").written
    assert {d.format for d in open_corpus(tmp_path / "out") if isinstance(d, Dialogue)} == {other}
    if other in ("simpsydial", "cpsycoune") or (name, other) == ("simpsydial", "psydial"):
        return  # these are known by what another's dialogue may not hold: a greeting, a first role
    (tmp_path / "out" / "manifest.json").unlink()
    seen = [d.format for d in open_corpus(tmp_path / "out") if isinstance(d, Dialogue)]
    assert set(seen) == {other}
    if other not in ("psydial-d101", "psy-insight"):
        assert len(seen) == written.dialogues


def test_a_dialogue_becomes_reply_cases(tmp_path: Path) -> None:
    turns = [
        {"role": r, "content": t} for r, t in zip(["client", "counselor"] * 2, "abcd", strict=True)
    ]
    (tmp_path / "1.json").write_text(json.dumps(turns))
    convert(tmp_path / "1.json", "psydial-d101", tmp_path / "out")
    cases = json.loads((tmp_path / "out" / "data.json").read_text())
    assert [[m["content"] for m in case["messages"]] for case in cases] == [["a"], ["a", "b", "c"]]
    assert [case["golden"] for case in cases] == [
        {"role": "assistant", "content": "b"},
        {"role": "assistant", "content": "d"},
    ]


def test_losses_name_what_is_lost(tmp_path: Path) -> None:
    dialogues, _ = found(shapes.lay(tmp_path, "psycheval"))
    lost = write_corpus(dialogues, format_named("smile"), tmp_path / "out").lost
    assert lost["where sessions begin"] == 1
    assert lost["private reasoning"] == 1
    assert lost["documents: profile"] == 1
    assert lost["field: core_beliefs"] == 1


def test_speakers_are_those_that_the_role_names(tmp_path: Path) -> None:
    def speakers(name: str) -> list[str]:
        (first, *_), _ = found(shapes.lay(tmp_path / name, name))
        return [turn.speaker for turn in first.utterances()]

    assert speakers("cpsycound") == ["client", "counselor", "client", "client"]
    assert speakers("muspsy-dialogue") == ["counselor", "client", *["counselor"] * 2, "client"]
    assert speakers("psy-insight") == ["client", "other", "counselor"]
    assert speakers("psydial") == ["client", "counselor", "other"]
    assert speakers("cpsycoune") == ["client", "counselor", "other", "other"]
    assert speakers("psycheval") == ["counselor", "client", "other"]


def test_thinking_aloud_is_kept_apart(tmp_path: Path) -> None:
    (case,), _ = found(shapes.lay(tmp_path, "psycheval"))
    first = next(case.utterances())
    assert (first.text, first.reasoning) == ("Come in.", "She stands by the door.")


def test_oddities_are_told_and_nothing_is_mended(tmp_path: Path) -> None:
    for name, told in {
        "muspsy-dialogue": ["stray heading: 'Dialogue 2nd'", "text stands before the first turn"],
        "muspsy-memory": ["memory 3 comes after memory 1", "memory 3 has no session goal"],
        "psydial-d101": ["golden", "does not end on the client"],
        "psycheval": ["is numbered 3, and stands at place 2", "role 'Counsleor'", "is no session"],
        "psy-insight": [
            "the role 'Husband'",
            "is no list of labels",
            "dialog: is no list of turns",
        ],
        "cactus-eval": ["AI_client: is missing or no object"],
        "muspsy-train": ["is no pair of client and counselor"],
        "cpsycoune": ["begins with neither", "is no text"],
    }.items():
        _, problems = found(shapes.lay(tmp_path / name, name))
        for part in told:
            assert any(part in problem for problem in problems), (name, part, problems)


def test_labels_are_labels_and_keep_their_origin(tmp_path: Path) -> None:
    (first, *_), _ = found(shapes.lay(tmp_path, "psy-insight"))
    seeker, _, supporter = first.utterances()
    assert [label.value for label in seeker.labels] == ["Anxiety", "Shame"]
    assert [(label.kind, label.origin) for label in supporter.labels] == [("strategy", "published")]
    assert supporter.reasoning == "The fear is about the content."


def test_an_unknown_format_is_told_with_the_nearest() -> None:
    with pytest.raises(FormatError, match="did you mean smile"):
        format_named("smil")


def test_planned_strategies_are_published_under_published_names(tmp_path: Path) -> None:
    planned = Label(kind="strategy", value="reflection_of_feelings", origin="planned")
    turn = Utterance(speaker="counselor", text="That hurt.", labels=[planned])
    one = Dialogue(id="d", format="run", sessions=[CorpusSession(number=1, utterances=[turn])])
    write_corpus([one], format_named("psy-insight"), tmp_path)
    (entry,) = json.loads((tmp_path / "data.json").read_text())
    assert entry["dialog"][0]["strategy"] == ["Reflection of Feelings"]


EVIL = ("../../up.json", "/etc/root.json", "C:\\x\\y.json", "a/../b.json", "..", "", ".json",
        "manifest.json", "README.md", "x" * 300 + ".json", "雾" * 120 + ".json", "n\0ul.json")  # fmt: skip


@pytest.mark.parametrize("to", ["smile", "psydial", "cpsycound"])
def test_no_file_is_written_outside_of_the_export_or_over_its_pages(
    to: str, tmp_path: Path
) -> None:
    suffix = format_named(to).suffixes[0]
    made = [
        Dialogue(
            id=name or "-",
            format=form,
            file=name.replace(".json", suffix),
            sessions=[
                CorpusSession(
                    number=1,
                    utterances=[Utterance(speaker="client", text=f"No {n}")],
                )
            ],
        )
        for form in (to, "other")
        for n, name in enumerate(EVIL)
    ]
    with CorpusTables(tmp_path / "deep" / "in") as tables:
        for each in made:
            tables.add(each)
    out = tmp_path / "deep" / "out"
    convert(tmp_path / "deep" / "in", to, out)
    assert {p.name for p in tmp_path.iterdir()} == {"deep"}
    assert {p.name for p in (tmp_path / "deep").iterdir()} == {"in", "out"}
    assert json.loads((out / "manifest.json").read_bytes())["kind"] == "published format"
    back = [d for d in open_corpus(out) if isinstance(d, Dialogue)]
    assert len(back) == len(made)
