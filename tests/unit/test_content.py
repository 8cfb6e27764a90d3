from __future__ import annotations

from pathlib import Path

import pytest

from muspsy_sim.records import content
from muspsy_sim.records.content import (
    CONTENT_FOLDERS,
    content_path,
    content_root,
    copy_content,
    list_content,
)
from muspsy_sim.records.errors import ContentError, StorageError


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small content folder that MUSPSY_CONTENT names."""
    root = tmp_path / "mine"
    for name in (
        "agents/client/dynamics.yaml",
        "agents/client/speak.md.j2",
        "graphs/full.yaml",
        "personas/mei.md",
        "personas/mei.yaml",
        "runs/demo.yaml",
        "runs/corpora/large.yaml",
        "runs/corpora/large/run.yaml",
        "runs/demo/run.yaml",
        "runs/demo/tables/turns.md",
        "runs/demo/episodes/a.json",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("a: 1\n")
    monkeypatch.setenv("MUSPSY_CONTENT", str(root))
    return root


def inside(paths: list[Path], root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in paths]


def test_an_editable_install_reads_the_repository(repository: Path) -> None:
    assert content_root() == repository
    assert content_path("agents", "client") == repository / "agents" / "client"


def test_a_copy_goes_before_the_repository(copy: Path) -> None:
    assert content_root() == copy
    assert content_path("graphs", "full.yaml").read_text() == "a: 1\n"


def test_a_wheel_reads_its_own_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "muspsy_sim"
    for folder in CONTENT_FOLDERS:
        (package / "_content" / folder).mkdir(parents=True)
    monkeypatch.setattr(content, "_PACKAGE", package)
    assert content_root() == package / "_content"


def test_a_half_installed_package_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "_PACKAGE", tmp_path / "muspsy_sim")
    with pytest.raises(ContentError, match="holds no folder 'agents'; install muspsy-sim again"):
        content_root()


def test_a_copy_that_is_not_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSPSY_CONTENT", str(tmp_path))
    with pytest.raises(ContentError, match="holds no folder 'agents'; make one with 'muspsy init"):
        content_root()


def test_results_beside_a_recipe_are_not_content(copy: Path) -> None:
    assert inside(list_content("runs", "**/*"), copy) == [
        "runs/corpora/large.yaml",
        "runs/demo.yaml",
    ]


def test_content_is_listed_in_order_and_by_pattern(copy: Path) -> None:
    assert inside(list_content("agents", "**/*"), copy) == [
        "agents/client/dynamics.yaml",
        "agents/client/speak.md.j2",
    ]
    assert inside(list_content("personas"), copy) == ["personas/mei.yaml"]


@pytest.mark.parametrize("parts", [("..", "muspsy_sim"), ("/etc/passwd",), ("a", "..", "..", "x")])
def test_a_path_never_leaves_its_folder(parts: tuple[str, ...]) -> None:
    with pytest.raises(ContentError, match=r"leads out of agents/"):
        content_path("agents", *parts)


def test_only_the_four_folders_hold_content() -> None:
    with pytest.raises(ContentError, match="use one of agents, graphs, personas, runs"):
        content_path("tests")


def test_content_is_copied_out_whole_and_never_over_another(copy: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    made = inside(copy_content(target), target)
    assert made == [
        "agents/client/dynamics.yaml",
        "agents/client/speak.md.j2",
        "graphs/full.yaml",
        "personas/mei.md",
        "personas/mei.yaml",
        "runs/corpora/large.yaml",
        "runs/demo.yaml",
    ]
    assert all((target / name).read_text() == "a: 1\n" for name in made)
    with pytest.raises(StorageError, match="is already there; choose an empty folder"):
        copy_content(target)
