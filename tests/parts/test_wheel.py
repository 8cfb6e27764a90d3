"""The wheel holds what the repository tracks, and puts one name on the import path."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from muspsy_sim import __version__
from muspsy_sim.records.content import CONTENT_FOLDERS, CONTENT_SUFFIXES


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PIP_NO_INDEX": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def tracked(repository: Path) -> list[PurePosixPath]:
    """Every tracked file that is still there."""
    names = run("git", "ls-files", "-z", cwd=repository).split("\0")
    return [PurePosixPath(name) for name in names if name and (repository / name).is_file()]


@pytest.fixture(scope="session")
def built(
    repository: Path, tracked: list[PurePosixPath], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with the source archive, and the wheel that was made from it."""
    # A copy of what is tracked: nothing that merely lies about may help the build.
    source = tmp_path_factory.mktemp("source")
    for name in tracked:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((repository / name).read_bytes())
    # Results of a run beside its recipe, which must stay out.
    (source / "runs" / "demo" / "tables").mkdir(parents=True)
    (source / "runs" / "demo" / "run.yaml").write_text("a: 1\n")
    (source / "runs" / "demo" / "tables" / "turns.md").write_text("a\n")
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, source, cwd=source)
    return out


@pytest.fixture(scope="session")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def held(wheel: Path) -> set[PurePosixPath]:
    """Every file in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {PurePosixPath(name) for name in archive.namelist() if not name.endswith("/")}


def test_the_wheel_holds_the_tracked_content_and_no_more(
    tracked: list[PurePosixPath], held: set[PurePosixPath]
) -> None:
    content = PurePosixPath("muspsy_sim/_content")
    expected = {content / name for name in tracked if name.parts[0] in CONTENT_FOLDERS}
    assert {name for name in held if name.is_relative_to(content)} == expected
    assert {name.parts[2] for name in expected} == set(CONTENT_FOLDERS)


def test_the_wheel_holds_the_tracked_package_and_no_more(
    tracked: list[PurePosixPath], held: set[PurePosixPath]
) -> None:
    content = PurePosixPath("muspsy_sim/_content")
    package = {name for name in held if name.parts[0] == "muspsy_sim"}
    assert {name for name in package if not name.is_relative_to(content)} == {
        name for name in tracked if name.parts[0] == "muspsy_sim"
    }


def test_nothing_but_the_package_is_importable(wheel: Path, held: set[PurePosixPath]) -> None:
    info = f"muspsy_sim-{__version__}.dist-info"
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read(f"{info}/top_level.txt").split() == [b"muspsy_sim"]
    assert {name.parts[0] for name in held} == {"muspsy_sim", info}
    assert PurePosixPath(info, "licenses", "LICENSE") in held


def test_the_content_folders_hold_only_content(tracked: list[PurePosixPath]) -> None:
    others = [
        str(name)
        for name in tracked
        if name.parts[0] in CONTENT_FOLDERS and name.suffix not in CONTENT_SUFFIXES
    ]
    assert others == []


def test_an_installed_wheel_reads_its_own_content(
    wheel: Path, tracked: list[PurePosixPath], tmp_path: Path
) -> None:
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    run(
        *(sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet"),
        *("--target", site, wheel),
        cwd=elsewhere,
    )
    # -I and -S keep the editable install out; its libraries are named by hand, after the wheel.
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    program = f"""
import sys
sys.path[:0] = {[str(site), *libraries]!r}
import muspsy_sim
from pathlib import Path
from muspsy_sim.records.content import CONTENT_FOLDERS, content_root, list_content
from muspsy_sim.records.yaml_tree import read_tree
assert Path(muspsy_sim.__file__).is_relative_to({str(site)!r}), muspsy_sim.__file__
assert content_root() == Path({str(site)!r}, "muspsy_sim", "_content"), content_root()
for folder in CONTENT_FOLDERS:
    for path in list_content(folder, "**/*"):
        if path.suffix == ".yaml":
            read_tree(path)
        print(path.relative_to(content_root()).as_posix())
"""
    read = run(sys.executable, "-I", "-S", "-c", program, cwd=elsewhere).split()
    assert sorted(read) == sorted(str(name) for name in tracked if name.parts[0] in CONTENT_FOLDERS)
