"""That `offline` spoke stays known through published formats, whole folders and single files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from muspsy_sim.datasets.audit.repairing import repair_rows
from muspsy_sim.datasets.corpora.converting import convert
from muspsy_sim.datasets.corpora.importing import import_corpus
from muspsy_sim.datasets.corpora.opening import open_corpus
from muspsy_sim.datasets.corpora.tables import read_tables
from muspsy_sim.datasets.privacy.writing import mask_corpus
from muspsy_sim.datasets.selecting import Wanted
from muspsy_sim.formats.corpora.catalogue import FORMATS
from muspsy_sim.records.corpus import Dialogue, offline_roles
from muspsy_sim.records.errors import ExportError
from tests.unit.episodes import make_episode, write_run

LOOK = Wanted(allow_offline=True)
CARRIERS = {"psydial", "simpsydial", "psydial-d101", "psy-insight", "psycheval"} | {
    *("cactus-eval", "cactus-session", "cactus-corpus"),
}
"""Formats whose entries are objects: the mark rides in each."""


@pytest.fixture
def run(tmp_path: Path) -> Path:
    episode = make_episode("en", "full", case="c-1", persona="p-1", offline=["client", "counselor"])
    return write_run(tmp_path / "run", [episode])


@pytest.mark.parametrize("to", [each.name for each in FORMATS if each.holds.dialogue])
def test_the_mark_comes_back_and_bars_the_way(run: Path, tmp_path: Path, to: str) -> None:
    out = tmp_path / "out"
    done = convert(run, to, out, LOOK)
    back = [found for found in open_corpus(out) if isinstance(found, Dialogue)]
    assert back
    assert all(offline_roles(each) == ["client", "counselor"] for each in back)
    with pytest.raises(ExportError, match="offline default spoke"):
        convert(out, "ldd", tmp_path / "again")
    lost = any("offline default" in what for what in done.written.lost)
    assert lost == (to not in CARRIERS)


@pytest.mark.parametrize("to", sorted(CARRIERS))
def test_where_it_rides_the_manifest_is_not_needed(run: Path, tmp_path: Path, to: str) -> None:
    out = tmp_path / "out"
    convert(run, to, out, LOOK)
    (out / "manifest.json").unlink()
    assert all(offline_roles(d) for d in open_corpus(out) if isinstance(d, Dialogue))


def test_a_single_file_and_a_folder_above_are_known_by_the_manifest(
    run: Path, tmp_path: Path
) -> None:
    out = tmp_path / "corpora" / "smile"
    convert(run, "smile", out, LOOK)
    (file,) = (path for path in out.glob("*.json") if path.name != "manifest.json")
    (alone,) = (d for d in open_corpus(file) if isinstance(d, Dialogue))
    (above,) = (d for d in open_corpus(tmp_path / "corpora") if isinstance(d, Dialogue))
    assert offline_roles(alone) == offline_roles(above) == ["client", "counselor"]
    import_corpus(file, tmp_path / "tables")
    (kept,) = read_tables(tmp_path / "tables")
    assert offline_roles(kept) == ["client", "counselor"]


def test_what_no_offline_touched_bears_no_mark(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [make_episode("en", "full", case="c-1", persona="p-1")])
    for to in ("psydial", "smile"):
        done = convert(run, to, tmp_path / to)
        assert not any("offline" in what for what in done.written.lost)
        found = [d for d in open_corpus(tmp_path / to) if isinstance(d, Dialogue)]
        assert all("offline" not in each.extra for each in found)
        assert json.loads((tmp_path / to / "manifest.json").read_bytes())["offline"] == []


def test_another_s_manifest_says_nothing(tmp_path: Path) -> None:
    turns = [{"role": "client", "content": "Hm."}, {"role": "counselor", "content": "Go on."}]
    (tmp_path / "1.json").write_text(json.dumps(turns))
    for said in ("[1]", "{", '{"kind": "theirs", "offline": ["client"]}'):
        (tmp_path / "manifest.json").write_text(said)
        (found,) = (d for d in open_corpus(tmp_path) if isinstance(d, Dialogue))
        assert offline_roles(found) == []


@pytest.mark.parametrize("to", ["smile", "psydial", "cpsycound", "tables"])
def test_masking_takes_no_mark_away(run: Path, tmp_path: Path, to: str) -> None:
    source = run
    if to != "tables":
        source = tmp_path / "published"
        convert(run, to, source, LOOK)
    masked = tmp_path / "masked"
    mask_corpus(source, masked)
    found = [d for d in open_corpus(masked) if isinstance(d, Dialogue)]
    assert found
    assert all(offline_roles(each) == ["client", "counselor"] for each in found)
    with pytest.raises(ExportError, match="offline default spoke"):
        convert(masked, "ldd", tmp_path / "again")


def test_repairing_takes_no_mark_away(tmp_path: Path) -> None:
    source = tmp_path / "rows"
    source.mkdir()
    said = [("Consultant", "How was it?"), ("User", "Long."), ("Consultant", "How long?")]
    talk = "\n".join(f"{who}: {text}" for who, text in said)
    (source / "task1.json").write_text(
        json.dumps([{"instruction": "", "input": talk, "output": ""}])
    )
    row = {"instruction": "", "input": "How was it?", "output": "How long?", "history": []}
    (source / "task3.json").write_text(json.dumps([row]))
    mark = {"kind": "published format", "format": "muspsy-train", "offline": ["counselor"]}
    (source / "manifest.json").write_text(json.dumps(mark))
    assert repair_rows(source, tmp_path / "out").repaired == 1
    found = [d for d in open_corpus(tmp_path / "out") if isinstance(d, Dialogue)]
    assert [offline_roles(each) for each in found] == [["counselor"]]
