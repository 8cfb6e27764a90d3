"""What `hf:` names, told apart without a look at any hub."""

from __future__ import annotations

from pathlib import Path

import pytest

from muspsy_sim.llm.local.naming import called, check_paths, split_name
from muspsy_sim.records.errors import ModelSetupError


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two bases, two adapters and a folder with neither, in the working directory."""
    monkeypatch.chdir(tmp_path)
    for folder, file in (
        ("tiny", "config.json"),
        ("c++/tiny", "config.json"),
        ("ad", "adapter_config.json"),
        ("ad+x", "adapter_config.json"),
        ("empty/of", "notes.txt"),
    ):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / file).touch()


@pytest.mark.parametrize(
    ("where", "base", "adapter"),
    [
        ("tiny", "tiny", None),
        ("c++/tiny", "c++/tiny", None),
        ("tiny+ad", "tiny", "ad"),
        ("c++/tiny+ad", "c++/tiny", "ad"),
        ("tiny + ad+x", "tiny", "ad+x"),
        ("c++/tiny+ad+x", "c++/tiny", "ad+x"),
        ("c++/tiny+org/adapter", "c++/tiny", "org/adapter"),
        ("org/base+ad+x", "org/base", "ad+x"),
        ("org/base+org/adapter", "org/base", "org/adapter"),
        ("c++/tiny+", "c++/tiny", ""),
    ],
)
def test_base_and_adapter_are_told_apart_by_what_is_there(
    where: str, base: str, adapter: str | None
) -> None:
    assert split_name(where) == (base, adapter)


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("tinny", "there is no such folder here: tinny"),
        ("models/of/mine", "there is no such folder here: models/of/mine"),
        ("./tinny", "there is no such folder here"),
        ("..\\tinny", "there is no such folder here"),
        ("tiny+add", "there is no such folder here: add"),
        ("empty/of", r"it has no config\.json"),
        ("tiny+empty/of", r"it has no adapter_config\.json"),
        ("tiny+tiny", r"it has no adapter_config\.json"),
        ("ad", r"ad is an adapter without its base; name both: hf:BASE\+ad"),
        ("ad+ad", "ad is an adapter without its base"),
        ("tiny+", "names no adapter"),
        ("+ad", "names no base"),
    ],
)
def test_what_is_wrong_with_a_name_is_told_at_once(where: str, why: str) -> None:
    with pytest.raises(ModelSetupError, match=why):
        check_paths(f"hf:{where}", where)


@pytest.mark.parametrize("where", ["tiny", "c++/tiny+ad", "org/base", "org/base.v2-x+org/adapter"])
def test_folders_and_ids_are_names(where: str) -> None:
    check_paths(f"hf:{where}", where)


@pytest.mark.parametrize(
    "part",
    ["Qwen/Qwen3-8B", "/models/qwen3-8b/", "./qwen3-8b", "~/Qwen3-8B",
     "/cache/hub/models--Qwen--Qwen3-8B/snapshots/9c3f"],
)  # fmt: skip
def test_one_model_is_called_the_same_wherever_it_is(part: str) -> None:
    assert called(part) == "qwen3-8b"
