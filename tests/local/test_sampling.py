"""Draws: the nucleus's distribution, each row by its own stream, and rows that are no numbers."""

from __future__ import annotations

import random
from collections import Counter

import pytest
import torch

from muspsy_sim.llm.local.grammar import forbid
from muspsy_sim.llm.local.sampling import NO_TOKEN, choose

LOGITS = torch.tensor([2.0, 1.0, 0.0, 1.5, -1.0])
DRAWS = 6000


def nucleus(top_p: float, temperature: float) -> list[float]:
    """The distribution, by its definition: the smallest set of likeliest that reaches `top_p`."""
    masses = torch.softmax(LOGITS.double() / temperature, dim=-1).tolist()
    kept, total = [0.0] * len(masses), 0.0
    for token in sorted(range(len(masses)), key=lambda n: -masses[n]):
        if total >= top_p:
            break
        kept[token] = masses[token]
        total += masses[token]
    return [mass / total for mass in kept]


@pytest.mark.parametrize("temperature", [1.0, 0.6])
@pytest.mark.parametrize("top_p", [1.0, 0.9, 0.5, 0.05])
def test_draws_have_the_distribution_of_the_nucleus(top_p: float, temperature: float) -> None:
    chances = [random.Random(n) for n in range(DRAWS)]
    rows = LOGITS.repeat(DRAWS, 1)
    drawn = Counter(choose(rows, [temperature] * DRAWS, [top_p] * DRAWS, chances))
    for token, expected in enumerate(nucleus(top_p, temperature)):
        if expected == 0:
            assert drawn[token] == 0, "outside of the nucleus"
        else:
            # Four standard errors: one test in thousands would be wrong by chance.
            error = 4 * (expected * (1 - expected) / DRAWS) ** 0.5
            assert drawn[token] / DRAWS == pytest.approx(expected, abs=error + 1e-9)


def test_a_nucleus_that_draws_hardly_ever_hit_is_sorted_for() -> None:
    # A flat vocabulary, of which one in a hundred is let in.
    rows = torch.linspace(0.0, 1e-3, 1000).repeat(40, 1)
    drawn = choose(rows, [1.0] * 40, [0.01] * 40, [random.Random(n) for n in range(40)])
    assert min(drawn) >= 989
    assert len(set(drawn)) > 3


def test_a_row_draws_the_same_in_any_company() -> None:
    torch.manual_seed(0)
    rows = torch.randn(30, 500) * 2
    together = choose(rows, [0.8] * 30, [0.9] * 30, [random.Random(n) for n in range(30)])
    alone = [choose(rows[n : n + 1], [0.8], [0.9], [random.Random(n)])[0] for n in range(30)]
    assert together == alone


def test_a_large_vocabulary_draws_the_same_where_its_logits_are_rounded_otherwise() -> None:
    # As a batch of another size rounds them. By a running sum eight rows or so would differ.
    torch.manual_seed(3)
    ranks = -1.1 * torch.log(torch.arange(1, 50_001).float())
    differing = 0
    for part in range(8):
        rows = torch.stack([ranks[torch.randperm(50_000)] for _ in range(50)])
        rounded = rows + 2e-6 * torch.randn_like(rows)
        streams = [[random.Random(f"{part}/{n}") for n in range(50)] for _ in range(2)]
        for top_p in (1.0, 0.95):
            one, other = (
                choose(logits, [1.0] * 50, [top_p] * 50, chances)
                for logits, chances in zip((rows, rounded), streams, strict=True)
            )
            differing += sum(a != b for a, b in zip(one, other, strict=True))
    assert differing <= 1


def test_one_stream_draws_every_token_of_a_flat_vocabulary_alike() -> None:
    tokens, draws = 500, 25_000
    chance = random.Random(11)
    rows = torch.zeros(250, tokens)
    counts = Counter(
        token
        for _ in range(draws // 250)
        for token in choose(rows, [1.0] * 250, [1.0] * 250, [chance] * 250)
    )
    expected = draws / tokens
    chi_square = sum((counts[token] - expected) ** 2 / expected for token in range(tokens))
    # 499 degrees of freedom: its mean, and four standard deviations of it, sqrt(2 x 499).
    assert abs(chi_square - 499) < 4 * (2 * 499) ** 0.5


def test_rows_of_all_kinds_at_once() -> None:
    rows = torch.stack([LOGITS, LOGITS, LOGITS.clone().fill_(float("nan")), LOGITS])
    rows[3, 1:] = float("-inf")
    chances = [random.Random(n) for n in range(4)]
    drawn = choose(rows, [0.0, 1.0, 1.0, 5.0], [0.9, 0.0, 0.9, 0.9], chances)
    assert drawn == [0, 0, NO_TOKEN, 0]
    assert choose(rows[2:3], [0.0], [1.0], chances) == [NO_TOKEN]


def test_what_is_forbidden_is_what_xgrammars_kernel_forbids() -> None:
    import xgrammar

    torch.manual_seed(1)
    bits = torch.randint(-(1 << 31), (1 << 31) - 1, (3, 4), dtype=torch.int32)
    ours, theirs = torch.zeros(3, 100), torch.zeros(3, 100)
    forbid(ours, bits)
    xgrammar.apply_token_bitmask_inplace(theirs, bits)
    assert torch.equal(ours, theirs)
    assert torch.isinf(ours).any()
