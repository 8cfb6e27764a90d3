"""`--set`: read as YAML, put onto the file's tree, and checked as strictly as the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muspsy_sim.records.errors import MuspsyError
from muspsy_sim.runs.loading import Change, find_recipe, load_recipe, parse_change
from muspsy_sim.runs.recipe import ArmUse, Recipe

RECIPE = """\
personas: [en-gordon-pell]
arms: [full, {graph: bare, name: product}]
seeds: [0]
prices:
  gpt-4.1: {prompt: 2, completion: 8}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(RECIPE)
    return path


def loaded(file: Path, *changes: str) -> Recipe:
    return load_recipe(file, [parse_change(text) for text in changes])


@pytest.mark.parametrize(
    ("text", "loc", "value"),
    [
        ("sessions=3", ("sessions",), 3),
        ("models.counselor=http://h:1/v1#m", ("models", "counselor"), "http://h:1/v1#m"),
        ("seeds=[0, 1]", ("seeds",), [0, 1]),
        ("arms[1].levels.recall=last", ("arms", 1, "levels", "recall"), "last"),
        ('prices."gpt-4.1".prompt=1.5', ("prices", "gpt-4.1", "prompt"), 1.5),
        ("prices.'a b'.prompt=1", ("prices", "a b", "prompt"), 1),
        ("budget.tokens=", ("budget", "tokens"), None),
        ("about=a=b", ("about",), "a=b"),
        ("models={default: offline}", ("models",), {"default": "offline"}),
        (" sessions = 3", ("sessions",), 3),
        ("allow_minors=true", ("allow_minors",), True),
        ("language=no", ("language",), "no"),
    ],
)
def test_keys_and_values(text: str, loc: tuple[str | int, ...], value: object) -> None:
    change = parse_change(text)
    assert (change.loc, change.value) == (loc, value)


@pytest.mark.parametrize(
    "text", ["", "=", "sessions", "[0]=1x[", ".a=1", "a..b=1", "a[x]=1", "a.=1"]
)
def test_what_sets_nothing_is_refused(text: str) -> None:
    with pytest.raises(MuspsyError, match="--set"):
        parse_change(text)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_clearly(text: str) -> None:
    told = ""
    try:
        assert parse_change(text).loc
    except MuspsyError as error:
        told = str(error)
    assert not told or "--set" in told


@given(
    st.text(max_size=30), st.sampled_from(["sessions", "arms", "arms[0]", "models.default", "x"])
)
def test_any_value_is_taken_or_refused_clearly(
    tmp_path_factory: pytest.TempPathFactory, value: str, key: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "changed.yaml"
    if not path.exists():
        path.write_text(RECIPE)
    told = ""
    try:
        loaded(path, f"{key}={value}")
    except MuspsyError as error:
        told = str(error)
    assert not told or f"--set {key}" in told or str(path) in told


def test_a_change_goes_before_the_file(file: Path) -> None:
    recipe = loaded(file, "sessions=2", "models.default=offline", "arms[1].levels.history=session")
    assert recipe.sessions == 2
    assert recipe.models == {"default": "offline"}
    assert recipe.uses()[1] == ArmUse(graph="bare", name="product", levels={"history": "session"})


def test_the_last_of_two_changes_holds(file: Path) -> None:
    assert loaded(file, "sessions=2", "sessions=3").sessions == 3


def test_a_key_with_a_dot_in_it(file: Path) -> None:
    assert loaded(file, 'prices."gpt-4.1".cached=0.5').prices["gpt-4.1"].cached == 0.5


def test_a_problem_in_the_file_keeps_its_line(file: Path) -> None:
    file.write_text(RECIPE.replace("seeds", "seedz"))
    with pytest.raises(MuspsyError) as caught:
        loaded(file, "sessions=2")
    told = str(caught.value)
    assert f"{file}:3: seedz: unknown key" in told
    assert "--set" not in told


def test_a_problem_of_a_change_says_so_and_keeps_secrets(file: Path) -> None:
    with pytest.raises(MuspsyError) as caught:
        loaded(file, "limits.attempts=0", "budget.tokens=hunter22")
    told = str(caught.value)
    assert "--set limits.attempts: limits.attempts" in told
    assert f"{file}" not in told


def test_a_persona_path_is_not_taken_for_the_key_of_a_change(file: Path) -> None:
    with pytest.raises(MuspsyError) as caught:
        load_recipe(file, [Change("--concurrency", ("concurrency",), 0)])
    assert str(caught.value).startswith("--concurrency: concurrency: ")


def test_recipes_are_found_by_name_and_by_path(
    file: Path, monkeypatch: pytest.MonkeyPatch, repository: Path
) -> None:
    assert find_recipe("demo") == repository / "runs" / "demo.yaml"
    assert find_recipe(str(file)) == file
    monkeypatch.chdir(file.parent)
    assert find_recipe("small.yaml") == Path("small.yaml")
    (file.parent / "small").mkdir()
    assert find_recipe(str(file.parent / "small")) == file
    (file.parent / "demo").mkdir()
    assert find_recipe("demo") == repository / "runs" / "demo.yaml"
    assert find_recipe(".") == Path()
    with pytest.raises(MuspsyError, match="did you mean 'demo'"):
        find_recipe("demoo")


def test_an_arm_by_its_name_is_spelt_out_for_a_change_inside_it(file: Path) -> None:
    changed = loaded(file, "arms[0].levels.recall=last").uses()[0]
    assert (changed.label, changed.levels) == ("full", {"recall": "last"})


def test_an_empty_list_is_told_plainly(file: Path) -> None:
    with pytest.raises(MuspsyError, match=r"seeds: should hold at least 1, not 0"):
        loaded(file, "seeds=[]")
