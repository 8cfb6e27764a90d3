from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muspsy_sim.records import errors
from muspsy_sim.records.errors import ContentError, MuspsyError, Problem, RecipeError, one_line

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, MuspsyError) and kind is not ContentError
]


def test_a_problem_prints_place_field_message_and_what_to_do() -> None:
    error = ContentError(Path("runs/demo.yaml"), 7, "seeds[0]", "is negative", "use 0 or more")
    assert str(error) == "runs/demo.yaml:7: seeds[0]: is negative; use 0 or more"


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (Problem("is wrong"), "is wrong"),
        (Problem("is wrong", file="a.yaml"), "a.yaml: is wrong"),
        (Problem("is wrong", file="a.yaml", line=3), "a.yaml:3: is wrong"),
        (Problem("is wrong", field="b"), "b: is wrong"),
        (Problem("is wrong", line=3), "is wrong"),
        (Problem("is wrong", hint="mend it"), "is wrong; mend it"),
    ],
)
def test_what_is_unknown_is_left_out(problem: Problem, line: str) -> None:
    assert str(problem) == line


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_is_the_users_and_leaves_with_two(kind: type[MuspsyError]) -> None:
    error = kind("is wrong", file="a.yaml", line=3, field="b", hint="mend it")
    assert error.exit_code == 2
    assert (error.file, error.line, error.field) == ("a.yaml", 3, "b")
    assert (error.message, error.hint) == ("is wrong", "mend it")
    assert str(error) == "a.yaml:3: b: is wrong; mend it"


def test_further_problems_stand_on_lines_of_their_own_after_the_first() -> None:
    error = ContentError("a.yaml", 1, "b", "is wrong", others=[Problem("too", file="a.yaml")])
    assert str(error).splitlines() == ["a.yaml:1: b: is wrong", "a.yaml: too"]
    assert [problem.message for problem in error.problems] == ["is wrong", "too"]


@pytest.mark.parametrize(
    "error",
    [
        ContentError("a.yaml", 1, "b", "is wrong", "mend it", others=[Problem("too")]),
        RecipeError("is wrong", file="a.yaml", line=1),
    ],
)
def test_an_error_crosses_a_process_boundary_whole(error: MuspsyError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert again.problems == error.problems
    assert str(again) == str(error)


@given(st.text())
def test_whatever_is_named_the_line_is_one_and_harmless_to_a_terminal(text: str) -> None:
    shown = one_line(text)
    assert shown.splitlines() in ([], [shown])
    assert shown.isprintable()
