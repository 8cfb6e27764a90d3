"""Whatever a user gets wrong is one clear line with file, line, field and what to do, and exit 2."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import pytest

from muspsy_sim.records.content import copy_content
from tests.parts.command import SMALL, Answered, muspsy, recipe


def refused(answer: Answered, *words: str, lines: int = 1) -> None:
    told = answer.err.splitlines()
    assert answer.code == 2, answer
    assert len(told) == lines, answer.err
    assert "Traceback" not in answer.err
    for word in words:
        assert word in answer.err, (word, answer.err)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the content that may be spoiled."""
    copy_content(tmp_path / "content")
    return tmp_path / "content"


def env(content: Path) -> dict[str, str]:
    return {"MUSPSY_CONTENT": str(content)}


def replaced(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_an_unknown_key_names_the_nearest(tmp_path: Path) -> None:
    file = recipe(tmp_path, SMALL.replace("sessions", "sesions"))
    refused(muspsy("run", file), f"{file}:4", "sesions", "unknown key", "did you mean 'sessions'")


def test_a_wrong_type_says_what_stands_there(tmp_path: Path) -> None:
    file = recipe(tmp_path, SMALL.replace("exchanges: 3", "exchanges: three"))
    refused(muspsy("run", file), f"{file}:5: exchanges", "whole number", "'three'")


def test_two_problems_are_told_on_two_lines(tmp_path: Path) -> None:
    file = recipe(tmp_path, SMALL.replace("exchanges: 3", "exchanges: -1\nextra: 1"))
    refused(muspsy("run", file), f"{file}:5", f"{file}:6", lines=2)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    refused(muspsy("run", tmp_path / "none.yaml"), "none.yaml", "no such file", "check the name")


def test_an_unknown_recipe_names_the_nearest(tmp_path: Path) -> None:
    refused(muspsy("run", "dmo", cwd=tmp_path), "'dmo'", "did you mean 'demo'?")


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    file = recipe(tmp_path, "")
    refused(muspsy("run", file), f"{file}: is empty", "key: value")


def test_a_file_that_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_bytes(SMALL.encode() + "about: 来访者\n".encode("gb18030"))
    refused(muspsy("run", file), f"{file}:7: is not UTF-8", "save the file as UTF-8")


def test_binary_and_a_folder_are_no_recipes(tmp_path: Path) -> None:
    refused(muspsy("run", tmp_path), str(tmp_path), "is a folder")
    file = tmp_path / "small.yaml"
    file.write_bytes(bytes(range(256)))
    refused(muspsy("run", file), str(file))


def test_circular_extends_are_drawn_out(content: Path, tmp_path: Path) -> None:
    replaced(content / "graphs" / "full.yaml", "about:", "extends: no-memory\nabout:")
    answer = muspsy("graphs", "show", "no-memory", env=env(content))
    refused(answer, "full.yaml", "extends", "no-memory -> full -> no-memory", "extend nothing")


def test_a_dropped_node_that_another_requires_is_named(content: Path, tmp_path: Path) -> None:
    (content / "graphs" / "halved.yaml").write_text(
        "name: halved\nabout: No note to recall.\nextends: full\ndrop: [remember]\n"
    )
    file = recipe(tmp_path, SMALL.replace("[full]", "[halved]"))
    answer = muspsy("run", file, env=env(content))
    refused(answer, "halved.yaml: drop", "'recall' requires 'remember'", "keep 'remember'")


def test_an_unreachable_node_is_named(content: Path) -> None:
    (content / "graphs" / "lost.yaml").write_text(
        "name: lost\nabout: A node apart.\nextends: neither\ndrop: []\nsession:\n"
        "  - respond -> appraise -> feel -> speak\n  - speak -> respond when again\n"
        "  - speak -> end when over\n  - greet -> respond\n"
    )
    answer = muspsy("graphs", "show", "lost", env=env(content))
    refused(answer, "lost.yaml: session", "'greet' cannot be reached from 'respond'", "join it in")


def test_a_line_that_is_no_flow_is_told_with_its_line(content: Path) -> None:
    replaced(content / "graphs" / "full.yaml", "recall -> plan ->", "recall => plan ->")
    answer = muspsy("graphs", "show", "full", env=env(content))
    refused(answer, "full.yaml:", "session", "no flow line", "a -> b")


def test_a_persona_id_that_stands_twice_is_refused(content: Path, tmp_path: Path) -> None:
    shutil.copytree(content / "personas" / "en-gordon-pell", content / "personas" / "twin")
    file = recipe(tmp_path)
    answer = muspsy("run", file, env=env(content))
    refused(answer, "twin", "id", "en-gordon-pell", "another id")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("seeds: [0]", "seeds: [-1]", [":3: seeds[0]", "greater than or equal to 0"]),
        ("seeds: [0]", "seeds: [1, 1]", [":3: seeds", "1 is named twice"]),
        ("sessions: 1", "sessions: 0", [":4: sessions", "greater than or equal to 1"]),
        ("personas: [en-gordon-pell]", "personas: []", [":1: personas", "at least 1"]),
        ("[en-gordon-pell]", "[en-gordon-pel]", ["en-gordon-pel", "did you mean 'en-gordon-pell'"]),
        ("[en-gordon-pell]", "[../nobody/profile.yaml]", ["nobody", "check the path"]),
        ("arms: [full]", "arms: [ful]", ["no arm 'ful'", "did you mean 'full'"]),
        ("arms: [full]", "arms: [full, full]", [":2: arms", "'full'"]),
        ("arms: [full]", "arms: [{graph: full, levels: {recal: last}}]", ["recal", "arms"]),
        ("arms: [full]", "arms: [{graph: full, system: Hello}]", ["system prompt", "`bare`"]),
        ("arms: [full]", "arms: [{graph: full, levels: {manner: rude}}]", ["rude", "manner"]),
    ],
)
def test_values_that_cannot_be_run(tmp_path: Path, old: str, new: str, words: list[str]) -> None:
    refused(muspsy("run", recipe(tmp_path, SMALL.replace(old, new))), *words)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("ofline", ["`ofline`", "did you mean `offline`?"]),
        ("anthropic:x", ["`anthropic:x`", "offline, openai:MODEL"]),
        ("gpt-4.1", ["did you mean `openai:gpt-4.1`?"]),
        ("openai:gpt-4.1", ["OPENAI_API_KEY is not set"]),
        ("http://127.0.0.1:9/v1", ["does not say which model", "#"]),
        ("hf:some/model", ["[local]"]),
        ("replay:nowhere", ["run.yaml is missing"]),
    ],
)
def test_models_that_cannot_be_asked(tmp_path: Path, model: str, words: list[str]) -> None:
    answer = muspsy("run", recipe(tmp_path), "--set", f"models.counselor={model}", cwd=tmp_path)
    refused(answer, *words)
    assert not (tmp_path / "small").exists()


def test_an_unreachable_server_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    model = f"http://me:hunter22@127.0.0.1:{port}/v1#mock"
    answer = muspsy("run", recipe(tmp_path), "--set", f"models.default={model}")
    refused(answer, f"no server answers at http://127.0.0.1:{port}/v1", "start it")
    assert "hunter22" not in answer.out + answer.err
    assert not (tmp_path / "small").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("sesions=3", ["--set sesions: sesions: unknown key", "did you mean 'sessions'?"]),
        ("sessions=many", ["--set sessions: sessions", "whole number", "'many'"]),
        ("sessions", ["'sessions'", "--set KEY=VALUE"]),
        ("=3", ["--set KEY=VALUE"]),
        ("seeds=[1", ["--set seeds", "is not YAML"]),
        ("arms[3].name=x", ["--set arms[3].name: arms", "lists 1 here"]),
        ("sessions.more=1", ["--set sessions.more: sessions", "single value"]),
        ("models.default=", ["--set models.default", "text", "nothing"]),
    ],
)
def test_a_wrong_set_is_named_as_such(tmp_path: Path, change: str, words: list[str]) -> None:
    refused(muspsy("run", recipe(tmp_path), "--set", change), *words)


def test_concurrency_and_limit_are_checked(tmp_path: Path) -> None:
    refused(muspsy("run", recipe(tmp_path), "--concurrency", "0"), "--concurrency", "1")
    refused(muspsy("run", recipe(tmp_path), "--limit", "0"), "--limit", "1")
    refused(muspsy("run", recipe(tmp_path), "--limt", "1"), "--limt", "did you mean --limit?")
    refused(muspsy("run"), "missing argument", "muspsy run --help")
    refused(muspsy("rum"), "'rum'", "'run'")


def test_a_full_disk_stops_the_run_and_keeps_what_is_whole(tmp_path: Path) -> None:
    file = recipe(tmp_path, SMALL.replace("sessions: 1", "sessions: 6"))
    # 16 blocks of 1 kB: room for run.yaml and the beginning of a journal.
    answer = muspsy("run", file, "-q", before="ulimit -f 16")
    refused(answer, "small", "large", ";")
    journal = tmp_path / "small" / "journal" / "en-gordon-pell--full--s0.jsonl"
    assert journal.stat().st_size <= 16 * 1024
    assert journal.read_bytes().endswith(b"\n")
    again = muspsy("run", file, "-q")
    assert again.code == 0, again
    assert muspsy("replay", tmp_path / "small").code == 0


def test_a_full_device_behind_stdout_is_told(tmp_path: Path) -> None:
    answer = muspsy("graphs", "list", before="exec >/dev/full")
    refused(answer, "the disk is full")


def test_results_cannot_lie_in_a_device_or_a_file(tmp_path: Path) -> None:
    refused(muspsy("run", recipe(tmp_path), "--out", "/dev/full"), "/dev/full", "choose another")
    refused(muspsy("run", recipe(tmp_path), "--out", tmp_path / "small.yaml"), "small.yaml")


def test_a_folder_that_nobody_may_write_to_is_told(tmp_path: Path) -> None:
    # Whoever runs the tests, the kernel's own files are not to be added to.
    answer = muspsy("run", recipe(tmp_path), "--out", "/sys/muspsy")
    refused(answer, "/sys/muspsy: cannot write", "choose a folder that")


def test_results_of_another_recipe_are_kept_apart(tmp_path: Path) -> None:
    file = recipe(tmp_path)
    assert muspsy("run", file, "-q").code == 0
    answer = muspsy("run", file, "--set", "exchanges=4")
    refused(answer, "another recipe", "recipe differs in arm 'full'", "--restart")
    assert muspsy("run", file, "-q", "--set", "exchanges=4", "--restart").code == 0


def test_altered_content_is_named_before_anything_is_mixed(content: Path, tmp_path: Path) -> None:
    file = recipe(tmp_path)
    assert muspsy("run", file, "-q", env=env(content)).code == 0
    replaced(content / "agents" / "client" / "speak.md.j2", "=== now", "=== now\n")
    for command in ("run", "replay"):
        words = (file, "-q") if command == "run" else (tmp_path / "small",)
        answer = muspsy(command, *words, env=env(content))
        refused(answer, "client.speak", "full")


def test_a_torn_line_is_owed_again_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    file = recipe(tmp_path)
    assert muspsy("run", file, "-q").code == 0
    name = "en-gordon-pell--full--s0"
    episode = tmp_path / "small" / "episodes" / f"{name}.json"
    journal = tmp_path / "small" / "journal" / f"{name}.jsonl"
    whole, lines = episode.read_bytes(), journal.read_bytes()

    episode.unlink()
    journal.write_bytes(lines[:-20])
    assert muspsy("run", file, "-q").code == 0
    assert episode.read_bytes() == whole

    episode.unlink()
    third = lines.split(b"\n")[2]
    journal.write_bytes(lines.replace(third, third.replace(b'"ok"', b'"OK"'), 1))
    refused(muspsy("run", file), f"{journal}:3", "damaged", "delete it")


@pytest.mark.parametrize("command", ["status", "show", "replay", "fork"])
def test_an_unknown_run_is_named(tmp_path: Path, command: str) -> None:
    more = {"show": ["x"], "fork": ["x", "--session", "1", "--turn", "2"]}.get(command, [])
    answer = muspsy(command, "nowhere", *more, cwd=tmp_path)
    refused(answer, "nowhere: there is no run here", "run.yaml is missing")


def test_an_unknown_graph_or_persona_names_the_nearest() -> None:
    refused(muspsy("graphs", "show", "fulll"), "'fulll'", "did you mean 'full'?")
    refused(muspsy("personas", "show", "en-gordon"), "'en-gordon'", "did you mean 'en-gordon-pell'")


def test_content_that_is_not_there_is_named(tmp_path: Path) -> None:
    answer = muspsy("graphs", "list", env={"MUSPSY_CONTENT": str(tmp_path / "none")})
    refused(answer, "none", "muspsy init")


def test_a_spoiled_arm_does_not_hide_the_others(content: Path) -> None:
    replaced(content / "graphs" / "bare.yaml", "extends: full", "extends: ful")
    answer = muspsy("graphs", "list", env=env(content))
    refused(answer, "bare.yaml: extends", "'ful'")
    assert "neither" in answer.out


def test_a_spoiled_run_file_is_named(tmp_path: Path) -> None:
    file = recipe(tmp_path)
    assert muspsy("run", file, "-q").code == 0
    described = tmp_path / "small" / "run.yaml"
    text = described.read_text()
    described.write_text(text.replace("sessions: 1", "sessions: -1"))
    refused(muspsy("replay", tmp_path / "small"), "run.yaml", "sessions")
    described.write_text("just text")
    for command in (("status", tmp_path / "small"), ("run", file)):
        refused(muspsy(*command), "run.yaml", "does not describe a run")
    described.write_bytes(b"\xff\xfe\x00")
    refused(muspsy("status", tmp_path / "small"), "run.yaml", "cannot be read")
