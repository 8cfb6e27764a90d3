"""That the offline client answers before it adds: no jump without a bridge, no bare non sequitur."""

from __future__ import annotations

from random import Random

import pytest
from offline_client_people import gao, lin, nora, stance

from muspsy_sim.llm.offline.client import speak
from muspsy_sim.llm.offline.client.material import client_material
from muspsy_sim.llm.offline.client.wording import bare
from muspsy_sim.records.base import Language
from muspsy_sim.records.views import LengthWord, Line, Move, SpeakView, UnlockedFact

SEEDS = range(24)
SECRET = {
    "en": "I crashed the car in May and said that a deer did it.",
    "zh": "五月里我把车撞了，回家说是躲一条狗。",
}
EITHER = {
    "en": "Is that a good thing in your life, or a heavy one, or both?",
    "zh": "对你来说，它让人松快些，还是吃力些，还是都有？",
}
ORIGIN = {"en": "How did it come to be like that?", "zh": "这是怎么来的？"}


def asked(view: SpeakView, line: str, move: Move = "answer", **more: str) -> list[str]:
    """What the client answers to a line, once for each seed."""
    said = [
        Line(id="s2t1", speaker="client", text="Well." if view.language == "en" else "是这样。"),
        Line(id="s2t2", speaker="counselor", text=line),
    ]
    length: LengthWord = "a sentence or two"
    now = view.model_copy(update={"dialogue": said, "stance": stance(move, length, **more)})
    return [speak(now, Random(n)).text for n in SEEDS]


def pool(language: Language, *names: str) -> set[str]:
    """The lines of some pools as they compare, with either form of address."""
    pools = [client_material(language).pools[name] for name in names]
    lines = [x for p in pools for x in (*p.any, *p.plain, *p.dry, *p.careful, *p.raw)]
    return {bare(x.replace("您", "你")) for x in lines}


def holds(text: str, lines: set[str]) -> bool:
    """Whether one of the lines stands in a text."""
    return any(line in bare(text.replace("您", "你")) for line in lines)


def telling(view: SpeakView, guarded: bool) -> SpeakView:
    """The view of a client who is about to tell a fact that nobody has asked about."""
    fact = UnlockedFact(
        id="fact-x", topic="x", text=SECRET[view.language], told=False, guarded=guarded
    )
    return view.model_copy(update={"unlocked": [fact], "tell": "fact-x"})


@pytest.mark.parametrize("view", [nora(), lin(), gao()])
def test_a_question_for_one_thing_is_answered_with_that_thing(view: SpeakView) -> None:
    """Neither a situation nor a thought says which of two it is, however near it lies."""
    for name, line in (("on_either", EITHER), ("on_origin", ORIGIN)):
        texts = asked(view, line[view.language])
        curt = [t for t in texts if not holds(t, pool(view.language, name))]
        assert len(curt) <= len(texts) // 4, curt


@pytest.mark.parametrize("view", [nora(), gao()])
@pytest.mark.parametrize("guarded", [False, True])
def test_a_fact_that_was_not_asked_for_is_led_in(view: SpeakView, guarded: bool) -> None:
    texts = asked(telling(view, guarded), ORIGIN[view.language], "disclose")
    led = pool(view.language, "bridge_ask", "bridge_said", "lead_aside", "lead_tell", "on_origin")
    assert all(bare(SECRET[view.language]) in bare(t) for t in texts)
    bare_ones = [t for t in texts if not holds(t, led)]
    assert len(bare_ones) <= len(texts) // 3, bare_ones
    answered = [t for t in texts if holds(t, pool(view.language, "on_origin"))]
    assert answered
    assert len(answered) < len(texts)


@pytest.mark.parametrize(
    ("view", "line"), [(nora(), "And what was that about a deer?"), (gao(), "五月里车怎么了？")]
)
def test_a_fact_that_was_asked_for_needs_no_bridge(view: SpeakView, line: str) -> None:
    bridges = pool(view.language, "bridge_ask", "bridge_said", "lead_aside")
    assert not any(holds(t, bridges) for t in asked(telling(view, False), line, "disclose"))


def test_a_situation_is_told_as_one_of_many() -> None:
    for text in asked(nora(), "What's the hardest part of it for you?"):
        for place in nora().situations:
            found = bare(text).find(bare(place.situation))
            assert found != 0, text


@pytest.mark.parametrize(
    ("view", "line"), [(nora(), "What stops you, in that moment?"), (gao(), "你觉得是什么拦住了？")]
)
def test_who_says_how_it_is_in_place_of_an_answer_passes_the_question_over(
    view: SpeakView, line: str
) -> None:
    texts = asked(view, line, "deflect", trust="closed", distress="heavy")
    burden = pool(view.language, "burden_kept_heavy")
    weary = [t for t in texts if holds(t, burden)]
    assert len(weary) > len(texts) // 4
    assert all(holds(t, pool(view.language, "evade")) for t in weary)
