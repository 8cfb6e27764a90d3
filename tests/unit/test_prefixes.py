"""What a prefix cache can keep: counted against the last prompt of the same name, kept exactly."""

from __future__ import annotations

from itertools import takewhile
from random import Random

import pytest

from muspsy_sim.cli.summary import sent_before
from muspsy_sim.llm.counting import Counted, UsageCount
from muspsy_sim.llm.kept_text import KeptText, fence
from muspsy_sim.llm.prefixes import Prefixes, Sent, common_beginning
from muspsy_sim.llm.retrying import Retrying, RetryPolicy
from muspsy_sim.llm.seam import CallKey, Message, ModelFailure, Reply, Request, Sampling
from muspsy_sim.records.base import Record
from muspsy_sim.records.episode import Usage
from muspsy_sim.records.views import Line
from tests.unit.llm_fakes import Scripted, paid, used


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
    assert not sent.by_tokens


def test_prompts_are_weighed_by_their_tokens_where_all_were_counted() -> None:
    sent = Sent()
    sent.add(100, 0, 300)
    sent.add(100, 90, 100)
    assert sent.by_tokens
    assert sent.share == pytest.approx(90 / 400)
    twice = Sent()
    twice.add_all(sent)
    twice.add_all(sent)
    assert (twice.share, twice.by_tokens, twice.tokens) == (sent.share, True, 800)
    # Of this one nobody knows how much it weighs beside the others.
    twice.add(200, 200)
    assert not twice.by_tokens
    assert twice.share == pytest.approx(380 / 600)


async def test_each_prompt_counts_once_with_the_tokens_of_the_attempt_that_was_taken_in() -> None:
    count, again = UsageCount(), UsageCount()
    script: list[Reply | ModelFailure] = [
        Reply("ok", usage=used(100, 5)),
        ModelFailure("rate_limit", "busy"),
        ModelFailure("cut_off", "the connection broke"),
        Reply("ok", usage=used(50, 5)),
        paid(ModelFailure("malformed", "empty"), prompt=200),
        Reply("ok", usage=used(900, 5)),
        ModelFailure("bad_request", "refused"),
    ]
    model = Retrying(
        Counted(Scripted(script), count, again, prefixes=Prefixes()),
        RetryPolicy(first_wait_s=0.0),
    )
    for end in ("aaaa", "bbbb", "cccc"):
        await model.reply(asked("speak", ("user", f"123456{end}")))
    with pytest.raises(ModelFailure):
        await model.reply(asked("speak", ("user", "never taken in")))
    sent = count.sent["client"]
    assert (sent.characters, sent.again, sent.counted, sent.tokens) == (30, 12, 30, 350)
    assert sent.tokens_again == pytest.approx(0.6 * 50 + 0.6 * 200)
    assert again.sent == count.sent


@pytest.mark.parametrize(
    ("usage", "told"),
    [
        (used(70, 5), "prompt tokens the same episode had sent before (cacheable; within a prompt"),
        (Usage(), "prompt text the same episode had sent before (cacheable; by characters): "),
        (
            Usage(calls=1, prompt_tokens=70, completion_tokens=5, estimated=1),
            "prompt text the same episode had sent before (cacheable; by characters): ",
        ),
    ],
    ids=["counted", "none", "estimated"],
)
async def test_what_a_share_is_of_is_told(usage: Usage, told: str) -> None:
    count = UsageCount()
    model = Counted(Scripted([Reply("ok", usage=usage)] * 2), count, prefixes=Prefixes())
    for _ in range(2):
        await model.reply(asked("speak", ("user", "Hello")))
    line = sent_before(count.sent)
    assert line.startswith(told)
    assert line.endswith(": client 50%")
    both = sent_before({"counselor": Sent(100, 60), **count.sent})
    assert "counselor 60%" in both
    assert both.count("\n") == ("tokens" in told)


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
