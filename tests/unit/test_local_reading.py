"""Which prompts a local model reads together, and what two prompts have in common."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muspsy_sim.llm.local.calls import Call, Row
from muspsy_sim.llm.local.prefixes import Kept, Prefixes
from muspsy_sim.llm.local.reading import ON_A_PROCESSOR, Costs, Prompt, together


def prompt(fresh: int, kept: int = 0) -> Prompt:
    ids = list(range(kept + fresh))
    call = Call(ids, 10, 1.0, 1.0, 0, "e", None, lambda outcome: None)
    return Prompt(Row(call, None), Kept(ids[:kept], []) if kept else None)


def fresh(groups: list[list[Prompt]]) -> list[list[int]]:
    return [[each.fresh for each in group] for group in groups]


def test_prompts_are_read_together_by_what_is_fresh_in_them() -> None:
    prompts = [prompt(300), prompt(20, kept=900), prompt(24), prompt(310)]
    assert fresh(together(prompts, ON_A_PROCESSOR)) == [[20, 24], [300, 310]]


def test_one_that_is_too_large_is_read_alone() -> None:
    costs = Costs(a_pass=1000, tokens=100, pairs=10_000)
    assert fresh(together([prompt(90), prompt(95), prompt(500)], costs)) == [[90], [95], [500]]
    pairs = Costs(a_pass=1000, tokens=1000, pairs=1000)
    assert fresh(together([prompt(5, kept=200), prompt(5)], pairs)) == [[5], [5]]


@given(st.lists(st.integers(1, 400), max_size=40), st.integers(0, 300))
def test_no_prompt_is_lost_and_padding_is_worth_its_pass(lengths: list[int], a_pass: int) -> None:
    groups = together([prompt(n) for n in lengths], Costs(a_pass, tokens=4000, pairs=1 << 20))
    assert sorted(chain(*fresh(groups))) == sorted(lengths)
    for group in fresh(groups):
        assert sum(max(group) - each for each in group) <= a_pass
        assert len(group) * max(group) <= 4000


@pytest.mark.parametrize(
    ("before", "now", "common"),
    [
        (range(40), range(60), 40),
        (range(60), range(40), 39),  # one is always left to read
        (range(40), [*range(30), 99, *range(31, 60)], 30),
        (range(40), [*range(15), 99], 0),  # not worth it
        (range(40), [99, *range(40)], 0),
    ],
)
def test_what_is_kept_is_used_as_far_as_it_is_the_same(
    before: range, now: list[int], common: int
) -> None:
    prefixes = Prefixes(1000)
    prefixes.keep("e", Kept(list(before), []))
    found = prefixes.find("e", list(now))
    assert (found.tokens if found else []) == list(now)[:common]
    assert prefixes.find("other", list(now)) is None
