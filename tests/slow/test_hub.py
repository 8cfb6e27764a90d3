"""A run published as a dataset: read back by `datasets` and by Croissant's own library, offline."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from muspsy_sim.datasets.hub.publishing import Published, publish_run
from muspsy_sim.datasets.hub.shards import PRIVATE
from tests.unit.episodes import make_episode, write_run

LOAD = """
import sys, json, datasets
folder, *configs = sys.argv[1:]
print(json.dumps(sorted(datasets.get_dataset_config_names(folder))))
for config in configs:
    for split, data in datasets.load_dataset(folder, config).items():
        print(json.dumps([config, split, len(data), list(data.features)]))
print(json.dumps(list(datasets.load_dataset(folder)["train"].features)))
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    episodes = [
        make_episode(language, arm, case=f"case-{language}-{at}", persona=f"{language}-{at}")
        for language, at in (("en", 0), ("zh", 1), ("en", 2), ("zh", 3))
        for arm in ("full", "no-memory")
    ]
    return write_run(tmp_path_factory.mktemp("run"), episodes)


@pytest.fixture(scope="module")
def published(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Published:
    out = tmp_path_factory.mktemp("hub") / "data set"
    # So small that every table with a few rows becomes several shards.
    return publish_run(
        run, "cc-by-4.0", out=out, shard_bytes=4_000, pitfalls={"full": {"minimal": "7.0%"}}
    )


def test_datasets_loads_every_config_with_every_row(published: Published, tmp_path: Path) -> None:
    configs = list(published.rows)
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", LOAD, str(published.folder), *configs],
        env={**os.environ, **offline}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    names, *tables, default = [json.loads(line) for line in ended.stdout.splitlines()]
    assert names == sorted(configs)
    counted: dict[str, int] = {}
    for config, _, rows, columns in tables:
        counted[config] = counted.get(config, 0) + rows
        assert not set(columns) & set(PRIVATE)
    assert counted == published.rows
    assert "messages" in default
    assert published.shards > 2 * len(configs), "several shards were read"


def test_croissant_validates_and_reads_every_record_set(published: Published) -> None:
    import mlcroissant

    found = mlcroissant.Dataset(jsonld=str(published.folder / "croissant.json"))
    assert not list(found.metadata.ctx.issues.errors)
    sets = [each.id for each in found.metadata.record_sets]
    assert sets == list(published.rows)
    for name in sets:
        rows = list(itertools.islice(found.records(record_set=name), 10_000))
        assert len(rows) == published.rows[name], name


def test_the_card_is_one_that_the_hub_reads(published: Published) -> None:
    from huggingface_hub import DatasetCard

    card = DatasetCard.load(published.folder / "README.md")
    told = card.data.to_dict()
    assert told["license"] == "cc-by-4.0"
    assert [c["config_name"] for c in told["configs"]] == list(published.rows)
    for words in ("simulated", "minimal", "Privacy", "Limits of use"):
        assert words in card.text


def test_the_same_run_gives_the_same_bytes(published: Published, run: Path, tmp_path: Path) -> None:
    again = publish_run(
        run, "cc-by-4.0", out=tmp_path / "again", shard_bytes=4_000,
        pitfalls={"full": {"minimal": "7.0%"}},
    )  # fmt: skip
    files = {p.relative_to(again.folder): p for p in again.folder.rglob("*") if p.is_file()}
    assert len(files) > 20
    for name, path in files.items():
        assert path.read_bytes() == (published.folder / name).read_bytes(), name


def test_a_changed_file_is_seen_by_its_hash(published: Published, tmp_path: Path) -> None:
    import hashlib

    folder = shutil.copytree(published.folder, tmp_path / "copy")
    told = json.loads((folder / "croissant.json").read_bytes())
    for each in told["distribution"]:
        if "sha256" in each:
            path = folder / each["contentUrl"]
            assert hashlib.sha256(path.read_bytes()).hexdigest() == each["sha256"]
