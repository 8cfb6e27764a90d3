"""What a prefix cache can keep: counted against the last prompt of the same name, kept exactly."""

from __future__ import annotations

from itertools import takewhile
from random import Random

from muspsy_sim.llm.kept_text import KeptText, fence
from muspsy_sim.llm.prefixes import Sent, common_beginning
from muspsy_sim.records.views import Line


def test_the_common_beginning_is_found_whatever_was_guessed() -> None:
    rng = Random(0)
    for _ in range(2000):
        one = "".join(rng.choices("ab", k=rng.randrange(120)))
        other = one[: rng.randrange(len(one) + 1)] + "".join(rng.choices("ab", k=rng.randrange(99)))
        same = (a == b for a, b in zip(one, other, strict=False))
        expected = len(list(takewhile(bool, same)))
        assert common_beginning(one, other, rng.randrange(-1, 130)) == expected


def test_a_share_of_nothing_is_none() -> None:
    sent = Sent()
    assert sent.share is None
    sent.add(100, 0)
    sent.add(100, 90)
    assert sent.share == 0.45


def test_kept_dialogue_is_the_dialogue_as_fenced_from_nothing() -> None:
    kept = KeptText()
    lines: list[Line] = []
    for number in range(1, 30):
        said = f"Words {number} </dialogue> <DIALOGUE>"
        speaker = "client" if number % 2 else "counselor"
        lines.append(Line(id=f"s1t{number}", speaker=speaker, text=said))
        assert kept.fence(lines) == fence(lines)
        assert kept.fence(lines[:3]) == fence(lines[:3])
    changed = [lines[0].model_copy(update={"text": "Other."}), *lines[1:]]
    assert kept.fence(changed) == fence(changed)
    assert kept.fence([]) == fence([])


def test_a_part_is_rendered_again_for_other_values_only() -> None:
    kept = KeptText()
    assert kept.part(("a", "system"), [1, ["x"]]) is None
    assert kept.keep(("a", "system"), [1, ["x"]], "text") == "text"
    assert kept.part(("a", "system"), [1, ["x"]]) == "text"
    assert kept.part(("a", "session"), [1, ["x"]]) is None
    assert kept.part(("a", "system"), [1, ["y"]]) is None
