"""Exports read back by Hugging Face's `datasets`, offline, from the folder alone.

Every config of every format must load, with every split, with the columns that its card states and
the rows that the export wrote.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from muspsy_sim.datasets.exporting import FORMATS, Exported, Format, export_run
from muspsy_sim.datasets.shapes import Config
from muspsy_sim.datasets.trl import CONFIGS
from tests.unit.episodes import make_episode, write_run

LOAD = """
import sys, json, datasets
folder, *configs = sys.argv[1:]
print(json.dumps(sorted(datasets.get_dataset_config_names(folder))))
for config in configs:
    loaded = datasets.load_dataset(folder, config)
    for split, data in loaded.items():
        print(json.dumps([config, split, len(data), list(data.features), data[0], data[-1]],
                         default=str))
default = datasets.load_dataset(folder)
print(json.dumps([list(default), list(default["train"].features)]))
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three clients; only one arm of one of them plans and remembers."""
    episodes = [
        make_episode(language, arm, case=f"case-{language}-{at}", persona=f"{language}-{at}")
        for language, at in (("en", 0), ("zh", 1), ("en", 2))
        for arm in ("full", "no-memory", "bare")
    ]
    return write_run(tmp_path_factory.mktemp("run"), episodes)


def loaded(done: Exported, cache: Path) -> list[Any]:
    """What `datasets` reads, in a process that is told to stay offline and has an empty cache."""
    script = [sys.executable, "-c", LOAD, str(done.folder), *done.tally.files]
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(cache)}
    ended = subprocess.run(
        script, env={**os.environ, **offline}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return [orjson.loads(line) for line in ended.stdout.splitlines()]


@pytest.mark.parametrize("to", FORMATS)
def test_datasets_loads_every_config_with_every_split(
    run: Path, tmp_path: Path, to: Format
) -> None:
    done = export_run(run, to)
    names, *tables, default = loaded(done, tmp_path)
    assert names == sorted(done.tally.files)
    counted = {(config, split): rows for config, split, rows, *_ in tables}
    assert counted == {
        (config, split): rows
        for config, by_split in done.tally.rows.items()
        for split, rows in by_split.items()
    }
    assert {split for _, split in counted} == {"train", "validation", "test"}
    assert default[0] == ["train", "validation", "test"]


def test_rows_come_back_as_they_were_written(run: Path, tmp_path: Path) -> None:
    done = export_run(run, "trl")
    _, *tables, _ = loaded(done, tmp_path)
    shapes: dict[str, Config] = {config.name: config for config in CONFIGS}
    for config, split, _, columns, first, last in tables:
        assert columns == [feature["name"] for feature in shapes[config].shape.features]
        written = (done.folder / done.tally.files[config][split]).read_bytes().splitlines()
        assert first == orjson.loads(written[0])
        assert last == orjson.loads(written[-1])


def test_a_config_whose_first_rows_have_no_history_still_loads_it(
    run: Path, tmp_path: Path
) -> None:
    done = export_run(run, "alpaca")
    _, *tables, _ = loaded(done, tmp_path)
    rows = {(config, split): last for config, split, _, _, _, last in tables}
    assert rows["task1", "train"]["history"] == []
    history = rows["task3", "train"]["history"]
    assert history
    assert all(len(pair) == 2 for pair in history)


@pytest.mark.parametrize("to", FORMATS)
def test_the_card_is_one_that_the_hub_reads(run: Path, to: Format) -> None:
    from huggingface_hub import DatasetCard

    done = export_run(run, to)
    read = DatasetCard.load(done.folder / "README.md").data.to_dict()
    assert read["license"] == "mit"
    assert read["language"] == ["en", "zh"]
    assert [config["config_name"] for config in read["configs"]] == list(done.tally.files)
