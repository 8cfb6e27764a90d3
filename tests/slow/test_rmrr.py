"""RMRR on invented dialogues with planted attributes: the three figures that it is held to."""

import pytest

from benchmarks.rmrr import reconstructed
from muspsy_sim.datasets.making.shared_spans import LONGEST


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [0, 3])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_attributes_give_way_and_nothing_planted_is_left(language, seed, tmp_path):
    result = await reconstructed(language, 40, seed, tmp_path)
    rates = result.privacy.rates["attributes extracted"]
    assert result.made == 40, result.failed
    assert rates["names redacted"].value > 0.5, "the baseline has to leave something to find"
    assert rates["reconstructed"].value <= rates["names redacted"].value / 2
    assert result.longest <= LONGEST[language]
    assert result.planted > 300
    assert result.left == 0, result.left_where
    kept = sum(n for name, n in result.turns.items() if "dropped" not in name)
    assert kept / sum(result.turns.values()) > 0.75, "what is thrown away gives nothing away"
    assert result.missed == []


async def test_the_benchmark_sees_what_is_left(tmp_path):
    from benchmarks.planted_dialogues import planted_dialogues
    from benchmarks.rmrr import Outcome, look_for
    from muspsy_sim.datasets.making.record import EntryFile

    source = planted_dialogues("en", 1)[0]
    copy = EntryFile(id="a", way="psydial", seed=0, dialogue=source.dialogue)
    result = Outcome("en")
    look_for(result, source, copy)
    assert result.left == result.planted > 8
    assert result.longest > LONGEST["en"]
    assert len(result.missed) >= 2
