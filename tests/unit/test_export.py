"""The export of a run: what is taken, where it is split, how each format reads, what is left out."""

from __future__ import annotations

import builtins
import gc
import re
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from episodes import REASONING, make_episode, save_episode, write_run

import muspsy_sim.datasets.exporting as exporting
from muspsy_sim.datasets.exporting import FORMATS, Exported, Format, export_run
from muspsy_sim.datasets.rows import OPENINGS
from muspsy_sim.datasets.selecting import Wanted
from muspsy_sim.datasets.tables import CLIENTS, TABLES
from muspsy_sim.datasets.validation import RULES
from muspsy_sim.datasets.wording import wording
from muspsy_sim.records.episode import CourseEnd, Episode, ForkedFrom
from muspsy_sim.records.errors import ExportError, MuspsyError, RunError, StorageError

TRAINING: list[Format] = [to for to in FORMATS if to != "parquet"]
CASES = ("one", "two", "three", "four")


def some_episodes() -> Iterator[Episode]:
    """Four clients in two languages, with controls, and courses that were cut off."""
    for at, case in enumerate(CASES):
        language = "en" if at % 2 == 0 else "zh"
        who: dict[str, Any] = {"case": f"case-{case}", "persona": f"p-{case}"}
        for arm in ("full", "no-memory", "dismissive", "waitlist"):
            yield make_episode(language, arm, **who)
        yield make_episode(language, "full", seed=1, end=CourseEnd.MODEL_ERROR, **who)
        yield make_episode(language, "full", seed=2, end=CourseEnd.BUDGET_SPENT, **who)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run", some_episodes())


def lines(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def front_matter(folder: Path) -> dict[str, Any]:
    text = (folder / "README.md").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text.split("---\n")[1]))


def manifest(folder: Path) -> dict[str, Any]:
    return dict(orjson.loads((folder / "manifest.json").read_bytes()))


def all_rows(done: Exported, config: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for file in done.tally.files[config].values():
        path = done.folder / file
        rows += orjson.loads(path.read_bytes()) if path.suffix == ".json" else lines(path)
    return rows


def test_controls_and_unfinished_courses_are_left_out_and_counted(run: Path) -> None:
    done = export_run(run, "messages")
    assert {row["arm"] for row in all_rows(done, "counseling")} == {"full", "no-memory"}
    assert manifest(done.folder)["left_out"] == {
        "arm dismissive: a control": 4,
        "arm waitlist: a control": 4,
        "course not complete: budget_spent": 4,
        "course not complete: model_error": 4,
    }
    told = (done.folder / "README.md").read_text(encoding="utf-8")
    assert "4 episodes: arm dismissive: a control" in told
    assert "4 episodes: course not complete: model_error" in told


@pytest.mark.slow
def test_controls_and_unfinished_courses_come_when_named(run: Path) -> None:
    cut_off = "p-one--full--s1"
    wanted = Wanted(arms=("dismissive", "full"), failed=(cut_off,))
    done = export_run(run, "messages", wanted=wanted)
    rows = all_rows(done, "counseling")
    assert {row["arm"] for row in rows} == {"dismissive", "full"}
    assert {r["id"] for r in rows if "--s1/" in r["id"]} == {f"{cut_off}/s1", f"{cut_off}/s2"}
    every = export_run(run, "messages", wanted=Wanted(failed=("all",)))
    assert len(all_rows(every, "counseling")) == 2 * (2 * 4 + 2 * 4)


def test_an_episode_can_be_left_out_by_name(run: Path) -> None:
    done = export_run(run, "messages", wanted=Wanted(leave_out=("p-two--full--s0",)))
    assert not [r for r in all_rows(done, "counseling") if r["id"].startswith("p-two--full--s0")]
    assert manifest(done.folder)["left_out"]["named with --leave-out"] == 1


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (Wanted(arms=("ful",)), "no arm 'ful'; it has dismissive, full, no-memory, waitlist"),
        (Wanted(failed=("nobody",)), "--include-failed: the run has no finished episode 'nobody'"),
        (Wanted(leave_out=("all",)), "--leave-out: the run has no finished episode 'all'"),
        (Wanted(arms=("waitlist",)), "the episodes give no training row"),
    ],
)
def test_what_the_run_lacks_is_told(run: Path, wanted: Wanted, told: str) -> None:
    with pytest.raises(ExportError, match=re.escape(told)):
        export_run(run, "trl", wanted=wanted)
    assert not (run / "exports" / "trl").exists()


def test_nothing_left_is_told_with_the_reasons(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [make_episode(arm="dismissive")])
    with pytest.raises(ExportError, match="1 x arm dismissive: a control"):
        export_run(run, "trl")


@pytest.mark.parametrize("to", FORMATS)
def test_offline_episodes_are_refused_unless_allowed(tmp_path: Path, to: Format) -> None:
    episodes = [make_episode(), make_episode("zh", offline=["client", "counselor"])]
    run = write_run(tmp_path / "run", episodes)
    with pytest.raises(ExportError, match=r"in 1 of 2 episodes \(client, counselor\).*--allow-off"):
        export_run(run, to)
    assert not (run / "exports").exists()
    done = export_run(run, to, wanted=Wanted(allow_offline=True))
    assert "Do not train on this data set" in (done.folder / "README.md").read_text()
    assert manifest(done.folder)["offline_roles"] == ["client", "counselor"]


def test_offline_episodes_that_are_not_taken_stop_nothing(tmp_path: Path) -> None:
    episodes = [make_episode(), make_episode("zh", "dismissive", offline=["client"])]
    export_run(write_run(tmp_path / "run", episodes), "trl")


@pytest.mark.slow
@pytest.mark.parametrize("to", FORMATS)
def test_no_source_case_is_in_two_splits_and_no_split_is_empty(run: Path, to: Format) -> None:
    done = export_run(run, to)
    splits = manifest(done.folder)["splits"]
    assert all(splits.values())
    assert sorted(case for cases in splits.values() for case in cases) == sorted(
        f"case-{case}" for case in CASES
    )
    config = {"parquet": "turns", "alpaca": "task3"}.get(to, "counseling")
    for split, file in done.tally.files[config].items():
        found = {case for case in CASES if f"p-{case}--" in _text(done.folder / file)}
        assert {f"case-{case}" for case in found} == set(splits[split])


def _text(path: Path) -> str:
    if path.suffix != ".parquet":
        return path.read_text(encoding="utf-8")
    import pyarrow.parquet

    return " ".join(pyarrow.parquet.read_table(path)["episode"].to_pylist())


def test_too_few_cases_to_hold_out_is_said(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [make_episode("en"), make_episode("zh")])
    done = export_run(run, "trl")
    assert set(done.tally.files["counseling"]) == {"train"}
    assert "With 2 source cases nothing can be held out" in (done.folder / "README.md").read_text()


@pytest.mark.slow
def test_the_same_run_gives_the_same_bytes(run: Path, tmp_path: Path) -> None:
    for to in FORMATS:
        first = export_run(run, to, out=tmp_path / "a" / to).folder
        second = export_run(run, to, out=tmp_path / "b" / to).folder
        files = sorted(p.relative_to(first) for p in first.rglob("*") if p.is_file())
        assert files == sorted(p.relative_to(second) for p in second.rglob("*") if p.is_file())
        for file in files:
            assert (first / file).read_bytes() == (second / file).read_bytes()


def test_trl_rows_are_prompt_and_completion_a_turn_each(run: Path) -> None:
    done = export_run(run, "trl")
    rows = {row["id"]: row for row in all_rows(done, "counseling")}
    row = rows["p-one--full--s0/s2t5"]
    said = make_episode().sessions[1].turns
    assert row["completion"] == [{"role": "assistant", "content": said[4].text}]
    assert [m["role"] for m in row["prompt"]] == ["system", "user", "assistant", "user"]
    assert [m["content"] for m in row["prompt"][1:]] == [t.text for t in said[1:4]]
    assert said[0].text in row["prompt"][0]["content"]
    assert set(row) == {"id", "source_case", "arm", "language", "prompt", "completion"}
    # Three turns and two are learnt after the openings of the two sessions.
    assert len([i for i in rows if i.startswith("p-one--full--s0/")]) == 5


def test_a_row_of_a_session_ends_on_the_counselor_and_drops_what_the_client_said_last(
    run: Path,
) -> None:
    done = export_run(run, "messages")
    rows = {row["id"]: row["messages"] for row in all_rows(done, "counseling")}
    said = make_episode().sessions[0].turns
    assert [m["content"] for m in rows["p-one--full--s0/s1"][1:]] == [t.text for t in said[1:-1]]
    assert rows["p-one--full--s0/s1"][-1]["role"] == "assistant"


def test_alpaca_has_muspsys_files_and_fields(run: Path) -> None:
    done = export_run(run, "alpaca")
    assert list(done.tally.files) == ["task1", "task2", "task3"]
    row = next(r for r in all_rows(done, "task3") if r["id"] == "p-one--full--s0/s1")
    said = [turn.text for turn in make_episode().sessions[0].turns]
    assert set(row) == {"id", "instruction", "input", "output", "history"}
    assert row["history"] == [[said[1], said[2]], [said[3], said[4]]]
    assert (row["input"], row["output"]) == (said[5], said[6])
    note = next(r for r in all_rows(done, "task1") if r["id"] == "p-one--full--s0/s1/note")
    for head in ("[Emotion and Cognitive State:]", "[Session Goal:]", "Counseling Summary:"):
        assert head in note["output"]
    plan = next(r for r in all_rows(done, "task2") if r["id"] == "p-one--full--s0/s2/plan")
    assert "[Long-Term Goals:]\n- g1 (active)" in plan["output"]
    assert plan["history"] == []


@pytest.mark.parametrize("to", ["alpaca", "messages"])
def test_llama_factory_is_told_of_every_file_and_would_take_every_row(
    run: Path, to: Format
) -> None:
    """As its converters do: alpaca pairs, or user and assistant in turn and an even count."""
    done = export_run(run, to)
    told = orjson.loads((done.folder / "dataset_info.json").read_bytes())
    assert len(told) == sum(len(files) for files in done.tally.files.values())
    for how in told.values():
        path = done.folder / how["file_name"]
        rows = orjson.loads(path.read_bytes()) if to == "alpaca" else lines(path)
        assert rows
        for row in rows:
            if to == "alpaca":
                assert all(len(pair) == 2 for pair in row[how["columns"]["history"]])
                assert all(row[how["columns"][c]] for c in ("system", "prompt", "response"))
            else:
                roles = [m[how["tags"]["role_tag"]] for m in row[how["columns"]["messages"]]]
                assert roles[0] == how["tags"]["system_tag"]
                pair = [how["tags"]["user_tag"], how["tags"]["assistant_tag"]]
                assert roles[1:] == pair * (len(roles) // 2)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_openings_follow_the_policy(tmp_path: Path, language: Any) -> None:
    episode = make_episode(language)
    run = write_run(tmp_path / "run", [episode])
    opening = episode.sessions[1].turns[0].text
    first = episode.sessions[1].turns[1].text

    def session_two(policy: Any) -> list[dict[str, str]]:
        done = export_run(run, "messages", opening=policy, out=tmp_path / policy)
        assert f"by the policy `{policy}`" in (done.folder / "README.md").read_text()
        row = next(r for r in all_rows(done, "counseling") if r["id"].endswith("/s2"))
        return list(row["messages"])

    in_system = session_two("system_opening")
    assert opening in in_system[0]["content"]
    assert in_system[1] == {"role": "user", "content": first}
    synthetic = session_two("synthetic_user")
    assert synthetic[1] == {"role": "user", "content": wording(language).synthetic_opener}
    assert synthetic[2] == {"role": "assistant", "content": opening}
    dropped = session_two("drop_opening")
    assert opening not in str(dropped)
    assert dropped[1] == {"role": "user", "content": first}


@pytest.mark.slow
def test_only_a_synthetic_opener_makes_openings_learnt(run: Path, tmp_path: Path) -> None:
    counts = {
        policy: len(
            all_rows(export_run(run, "trl", opening=policy, out=tmp_path / policy), "counseling")
        )
        for policy in OPENINGS
    }
    # Eight episodes of two sessions have sixteen openings.
    assert counts["synthetic_user"] == counts["system_opening"] + 16
    assert counts["drop_opening"] == counts["system_opening"]


def test_what_was_not_recalled_at_every_turn_is_in_no_row_of_the_session(tmp_path: Path) -> None:
    episode = make_episode()
    episode.sessions[1].turns[2].recalled = []
    run = write_run(tmp_path / "run", [episode])
    done = export_run(run, "messages")
    row = next(r for r in all_rows(done, "counseling") if r["id"].endswith("/s2"))
    head = wording("en").recalled
    assert head not in row["messages"][0]["content"]
    assert manifest(done.folder)["gave_no_row"]["counseling"] == {
        "sessions whose row holds only what was recalled at every turn": 1
    }
    by_turn = {r["id"]: r["prompt"][0]["content"] for r in _trl(run, "counseling")}
    assert head not in by_turn[f"{episode.id}/s2t3"]
    assert head in by_turn[f"{episode.id}/s2t5"]


def _trl(run: Path, config: str) -> list[dict[str, Any]]:
    return all_rows(export_run(run, "trl"), config)


def test_a_fork_does_not_teach_its_parents_turns_again(tmp_path: Path) -> None:
    left = ForkedFrom(episode="en-rook--full--s0", session=2, turn=4, arm="full")
    fork = make_episode(forked_from=left)
    run = write_run(tmp_path / "run", [fork])
    assert [r["id"] for r in _trl(run, "counseling")] == [f"{fork.id}/s2t5"]
    assert [r["id"] for r in _trl(run, "memory_extraction")] == [f"{fork.id}/s2/note"]
    told = manifest(run / "exports" / "trl")["gave_no_row"]
    assert told["counseling"]["turns that a fork shares with its parent"] == 4
    assert told["counseling_messages"]["sessions that a fork shares with its parent"] == 2
    assert told["goal_planning"] == {"plans that a fork shares with its parent": 2}


@pytest.mark.slow
def test_private_reasoning_is_in_tables_and_in_no_training_row(run: Path) -> None:
    for to in TRAINING:
        folder = export_run(run, to).folder
        text = "".join(_text(p) for p in folder.rglob("*") if p.is_file())
        for thought in REASONING.values():
            assert thought not in text
    import pyarrow.parquet

    folder = export_run(run, "parquet").folder
    for table in ("turns", "calls"):
        read = pyarrow.parquet.read_table(folder / table / "train.parquet")
        assert set(REASONING.values()) & set(read["reasoning"].to_pylist())
        assert not [c for c in read.column_names if "reason" in c and c not in _PRIVATE]
    for table in ("sessions", "states", "memories", "plans", "episodes"):
        names = pyarrow.parquet.read_schema(folder / table / "train.parquet").names
        assert "reasoning" not in names


_PRIVATE = {"reasoning", "plan_reason"}


def test_tables_hold_what_was_recorded(run: Path) -> None:
    import pyarrow.parquet

    done = export_run(run, "parquet", wanted=Wanted(arms=("full", "waitlist"), failed=("all",)))

    def table(name: str) -> list[dict[str, Any]]:
        files = [done.folder / f for f in done.tally.files[name].values()]
        return [row for file in files for row in pyarrow.parquet.read_table(file).to_pylist()]

    assert sorted(r["client"] for r in table("clients")) == sorted(f"p-{c}" for c in CASES)
    assert len(table("episodes")) == 16
    episode = make_episode(case="case-one", persona="p-one")
    turns = {r["id"]: r for r in table("turns") if r["episode"] == episode.id}
    assert [r["text"] for r in turns.values()] == [
        t.text for s in [episode.intake, *episode.sessions] if s for t in s.turns
    ]
    assert turns["s1t4"]["disclosed"][0]["fact"] == "f-sleep"
    assert turns["s1t1"]["changes"] == [{"value": "trust", "by": 0.0125, "rule": "open_question"}]
    assert turns["s2t3"]["recalled"] == ["note:1"]
    states = [r for r in table("states") if r["episode"] == episode.id]
    assert [r["at"] for r in states].count("week") == 2
    assert {r["trust"] for r in states if r["turn"] == "s1t2"} == {0.3731}
    notes = [r for r in table("memories") if r["episode"] == episode.id]
    assert {r["party"] for r in notes} == {"client", "counselor"}
    quoted = next(r for r in notes if r["basis"] == "quote")
    assert (quoted["turns"], quoted["quote"]) == (["s1t6"], "What I owe, and to whom.")
    plans = [r for r in table("plans") if r["episode"] == episode.id]
    assert [(r["session"], r["plan"]) for r in plans] == [
        (1, "session"),
        (1, "treatment"),
        (2, "session"),
        (2, "treatment"),
    ]
    ends = {r["episode"]: (r["end"], r["end_by"]) for r in table("episodes")}
    assert ends["p-one--full--s1"] == ("model_error", "provider")


def test_calls_are_read_leniently_and_what_cannot_be_read_is_counted(tmp_path: Path) -> None:
    import pyarrow.parquet

    run = write_run(tmp_path / "run", [make_episode(), make_episode("zh")])
    journal = run / "journal" / "en-rook--full--s0.jsonl"
    torn = b'{"crc":"0000","kind":"call","key":"s1'
    journal.write_bytes(journal.read_bytes() + b'{"kind":"call"}\nnoise\n' + torn)
    (run / "journal" / "zh-rook--full--s0.jsonl").unlink()
    (run / "journal" / "begun--full--s0.jsonl").write_bytes(b"")
    done = export_run(run, "parquet")
    calls = pyarrow.parquet.read_table(done.folder / "calls" / "train.parquet").to_pylist()
    failed = [c for c in calls if c["outcome"] == "error"]
    assert [(c["key"], c["error_kind"]) for c in failed] == [
        ("s1t1/counselor.respond", "timeout"),
        ("s2t1/counselor.respond", "timeout"),
    ]
    spoken = next(c for c in calls if c["key"] == "s1t2/client.speak")
    assert (spoken["session"], spoken["turn"], spoken["prompt"]) == (1, 2, "client.speak")
    assert (spoken["prompt_tokens"], spoken["ms"]) == (80, 20.0)
    assert manifest(done.folder)["gave_no_row"]["calls"] == {
        "episodes without a journal": 1,
        "journal lines that cannot be read": 3,
    }
    assert manifest(done.folder)["unfinished"] == 1


def test_a_table_without_a_row_has_its_columns_and_no_config(tmp_path: Path) -> None:
    import pyarrow.parquet

    run = write_run(tmp_path / "run", [make_episode(arm="waitlist")], journals=False)
    done = export_run(run, "parquet", wanted=Wanted(arms=("waitlist",)))
    configs = [config["config_name"] for config in front_matter(done.folder)["configs"]]
    assert "plans" not in configs
    assert "calls" not in configs
    read = pyarrow.parquet.read_table(done.folder / "plans" / "train.parquet")
    assert read.num_rows == 0
    assert "techniques" in read.column_names


def test_the_card_says_what_the_data_are(run: Path) -> None:
    done = export_run(run, "trl")
    front = front_matter(done.folder)
    assert front["license"] == "mit"
    assert front["language"] == ["en", "zh"]
    assert front["size_categories"] == ["n<1K"]
    assert [c["config_name"] for c in front["configs"] if c.get("default")] == ["counseling"]
    for config in front["configs"]:
        for file in config["data_files"]:
            assert (done.folder / file["path"]).is_file()
    told = (done.folder / "README.md").read_text(encoding="utf-8")
    for words in (
        "arms: full 4, no-memory 4 episodes",
        "counselor: openai:counselor",
        "client: client",
        "seeds: 0",
        "No clinical validity",
        "| episodes | 8 |",
        "- `hidden`:",
    ):
        assert words in told
    assert "gpu:8000" not in told


def test_several_licences_are_told_as_other(tmp_path: Path) -> None:
    episodes = [make_episode(), make_episode("zh")]
    episodes[1].profile.licence = "CC BY 4.0"
    done = export_run(write_run(tmp_path / "run", episodes), "trl")
    assert front_matter(done.folder)["license"] == "other"
    assert "CC BY 4.0 1, MIT 1 episodes" in (done.folder / "README.md").read_text()


@pytest.mark.slow
def test_an_earlier_export_is_replaced_and_anything_else_left_alone(run: Path) -> None:
    folder = export_run(run, "trl").folder
    (folder / "stale.txt").write_text("from before")
    export_run(run, "trl")
    assert not (folder / "stale.txt").exists()
    theirs = run / "theirs"
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("mine")
    with pytest.raises(ExportError, match="is there already, and is no earlier export"):
        export_run(run, "trl", out=theirs)
    assert (theirs / "thesis.txt").read_text() == "mine"


@pytest.mark.slow
def test_a_refused_export_leaves_the_earlier_one_as_it_was(run: Path) -> None:
    folder = export_run(run, "trl").folder
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    bad = make_episode(case="case-one", persona="p-one")
    bad.sessions[1].turns[2].text += " <think>no</think>"
    save_episode(run, bad)
    with pytest.raises(ExportError):
        export_run(run, "trl")
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before
    assert [p.name for p in folder.parent.iterdir()] == ["trl"]


def test_a_full_disk_is_told_and_leaves_nothing(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exporting, "write_text", full)
    with pytest.raises(StorageError, match="the disk is full"):
        export_run(run, "trl")
    assert not (run / "exports").exists()


def test_a_folder_that_cannot_be_written_is_told(run: Path) -> None:
    (run / "exports").write_text("a file")
    with pytest.raises(MuspsyError, match="choose another path"):
        export_run(run, "trl")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is no episode"),
        (b"\xff\xfe", "is no episode"),
        (b'{"id": "broken"}', "source_case: is no episode"),
        (b"[]", "is no episode"),
    ],
)
def test_a_file_that_is_no_episode_is_named(run: Path, content: bytes, told: str) -> None:
    (run / "episodes" / "broken.json").write_bytes(content)
    with pytest.raises(RunError, match=re.escape(told)) as refused:
        export_run(run, "trl")
    assert "broken.json" in str(refused.value)


def test_an_episode_of_another_schema_is_named_with_the_field(run: Path) -> None:
    path = run / "episodes" / "p-one--full--s0.json"
    raw = orjson.loads(path.read_bytes())
    raw["sessions"][0]["turns"][0]["speaker"] = "User"
    path.write_bytes(orjson.dumps(raw))
    with pytest.raises(RunError, match=r"sessions\.0\.turns\.0\.speaker"):
        export_run(run, "trl")


def test_a_renamed_episode_file_is_named(run: Path) -> None:
    path = run / "episodes" / "p-one--full--s0.json"
    path.rename(path.with_name("other.json"))
    with pytest.raises(RunError, match="not the one that it is named after"):
        export_run(run, "trl")


def test_no_run_and_an_empty_run_are_told(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="there is no run here"):
        export_run(tmp_path / "nothing", "trl")
    with pytest.raises(RunError, match="no finished episode"):
        export_run(write_run(tmp_path / "run", []), "trl")


def test_a_missing_pyarrow_is_told_before_anything_is_written(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = builtins.__import__

    def without_pyarrow(name: str, *args: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "pyarrow":
            raise ImportError(name)
        return found(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without_pyarrow)
    with pytest.raises(ExportError, match=r"pip install 'muspsy-sim\[export\]'"):
        export_run(run, "parquet")
    assert not (run / "exports").exists()
    export_run(run, "trl")


@pytest.mark.slow
@pytest.mark.parametrize("to", ["trl", "parquet"])
def test_episodes_are_held_one_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: Format
) -> None:
    run = write_run(tmp_path / "run", [make_episode(seed=seed) for seed in range(12)])
    seen: list[weakref.ref[Episode]] = []
    most = 0
    read = exporting.read_source

    def counted(*args: Any) -> Any:
        nonlocal most
        source = read(*args)
        seen.append(weakref.ref(source.episode))
        gc.collect()
        most = max(most, sum(1 for episode in seen if episode() is not None))
        return source

    monkeypatch.setattr(exporting, "read_source", counted)
    export_run(run, to)
    assert len(seen) == 12
    assert most <= 2


def test_the_page_on_exports_names_every_rule_format_and_policy(repository: Path) -> None:
    page = (repository / "docs" / "export.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([a-z-]+)` \| [^|]+ \|$", page, re.MULTILINE)[-len(RULES) :] == list(
        RULES
    )
    tables = [CLIENTS.name, *(table.name for table in TABLES), "calls"]
    for name in (*FORMATS, *OPENINGS, *tables):
        assert f"`{name}`" in page or f"`--to {name}`" in page or f"--opening {name}" in page, name
