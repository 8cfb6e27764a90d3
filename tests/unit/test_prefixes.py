"""What a prefix cache can keep: counted against the last prompt of the same name, kept exactly."""

from __future__ import annotations

from itertools import takewhile
from random import Random

from muspsy_sim.llm.kept_text import KeptText, fence
from muspsy_sim.llm.prefixes import Prefixes, Sent, common_beginning
from muspsy_sim.llm.seam import CallKey, Message, Request, Sampling
from muspsy_sim.records.base import Record
from muspsy_sim.records.views import Line


def test_the_common_beginning_is_found() -> None:
    rng = Random(0)
    for _ in range(2000):
        one = "".join(rng.choices("ab", k=rng.randrange(120)))
        other = one[: rng.randrange(len(one) + 1)] + "".join(rng.choices("ab", k=rng.randrange(99)))
        same = (a == b for a, b in zip(one, other, strict=False))
        expected = len(list(takewhile(bool, same)))
        assert common_beginning(one, other) == expected


def asked(prompt: str, *messages: tuple[str, str]) -> Request:
    return Request(
        key=CallKey("e", 1, 1, prompt),
        role="client",
        view=Record(),
        answer=Record,
        messages=tuple(Message(role, content) for role, content in messages),
        schema=None,
        sampling=Sampling(),
        seed=0,
        fingerprint="",
    )


def test_a_prompt_is_held_against_the_last_of_its_name_up_to_its_dialogue() -> None:
    """Counted anew from whole texts: what is kept of them is no more than their beginnings."""
    rng = Random(1)
    lines = [f"[s1t{n}] Words {rng.random()}" for n in range(40)]
    prefixes = Prefixes()
    last: dict[str, list[tuple[str, str]]] = {}
    for turn in range(1, 40):
        for name in ("speak", "plan", "plain", "other"):
            said = "\n".join(lines[: turn - (name == "plan")])
            if name == "other" and turn % 7 == 0:
                said = said.replace("Words", "Other", 1 + turn % 3)
            head = f"Session {turn // 15}.\n"
            text = f"{head}<dialogue>\n{said}\n</dialogue>\nNow {turn}, {name}."
            user = text if name != "plain" else f"{head}{said}"
            system = "Same." if turn % 11 else f"Another {turn}."
            messages = [("system", system), ("user", user)]
            expected = 0
            for old, new in zip(last.get(name, []), messages, strict=False):
                same = len(list(takewhile(bool, (a == b for a, b in zip(old[1], new[1])))))  # noqa: B905
                expected += same
                if same < len(new[1]):
                    break
            last[name] = messages
            total = sum(len(content) for _, content in messages)
            assert prefixes.of(asked(name, *messages)) == (total, expected), (turn, name)


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
