"""What only Chinese has: forms of address, dialects, openers, sentences that lean on each other."""

from __future__ import annotations

from random import Random

import pytest
from counselor_sessions import counselor_turns, hold, note_of, recall
from offline_client_people import COUNSELOR_ZH, gao, lin, said_in_session, stance

from muspsy_sim.llm.offline.clauses import reflectable, split_clauses
from muspsy_sim.llm.offline.client import speak
from muspsy_sim.llm.offline.client.heard import hear
from muspsy_sim.llm.offline.client.material import client_material
from muspsy_sim.llm.offline.client.tongue import keys, order, tongue_of
from muspsy_sim.llm.offline.client.wording import bare, sentences
from muspsy_sim.llm.offline.counselor_address import addressed_formally, familiar, formal
from muspsy_sim.llm.offline.counselor_material import material
from muspsy_sim.llm.offline.counselor_scene import says_something, set_homework
from muspsy_sim.records.views import Line, SpeakView

INTAKE = "称呼：佟某；年龄：{age}；性别：女；职业：退休工人"


def intake(age: int) -> list[Line]:
    return [Line(id="s0t1", speaker="client", text=INTAKE.format(age=age))]


def outside_quotes(text: str) -> str:
    return "".join(part for n, part in enumerate(text.replace("”", "“").split("“")) if n % 2 == 0)


@pytest.mark.parametrize("manner", ["attuned", "neutral", "nodding", "advice-only"])
def test_a_client_of_sixty_or_more_is_never_called_ni(manner: str) -> None:
    for seed in range(3):
        old = counselor_turns(hold("zh", 12, manner=manner, intake=intake(75), seed=seed))
        young = counselor_turns(hold("zh", 12, manner=manner, intake=intake(35), seed=seed))
        assert [t for t in old if "你" in outside_quotes(t).replace("你们", "")] == []
        assert any("您" in t for t in old)
        assert not any("您" in outside_quotes(t) for t in young)


def test_the_dismissive_one_does_not_trouble_and_english_has_no_such_form() -> None:
    assert not addressed_formally(intake(75), "zh", "dismissive")
    assert not addressed_formally(intake(75), "en", "attuned")
    assert addressed_formally(intake(60), "zh", "attuned")
    assert not addressed_formally(intake(59), "zh", "attuned")


def test_what_is_quoted_keeps_its_form_and_its_place() -> None:
    said = "你说“你懂什么”，你们都知道，你呢？"
    assert formal(said) == "您说“你懂什么”，你们都知道，您呢？"
    assert familiar(formal(said)) == said
    assert len(formal(said)) == len(said)


def test_an_elder_is_understood_as_anybody_and_its_homework_is_noted() -> None:
    for seed in range(4):
        dialogue = hold("zh", 10, intake=intake(75), seed=seed)
        agreed = set_homework(material("zh"), counselor_turns(dialogue))
        kept = note_of("zh", dialogue).assignments
        assert agreed
        assert kept
        text = {line.id: line.text for line in dialogue}
        assert kept[0].quote in text[kept[0].turns[0]]
        again = hold(
            "zh", 4, intake=intake(75), session=2, recalled=[recall(note_of("zh", dialogue))]
        )
        assert agreed.name in counselor_turns(again)[0]
    assert hear("您最近睡得怎么样？", "zh").kind == hear("你最近睡得怎么样？", "zh").kind


def of_chongqing() -> SpeakView:
    view = gao()
    return view.model_copy(
        update={
            "lines": {
                **view.lines,
                "guarded": ["莫问这个，我不晓得。", "啥子都没得。", "你莫劝我噻。"],
                "doubt": ["你晓得啥子嘛。", "莫拿这个哄我。"],
            }
        }
    )


def test_whose_own_lines_show_a_dialect_says_nobodys_lines_in_it() -> None:
    plain, spoken = tongue_of(gao()), tongue_of(of_chongqing())
    assert plain.dialect is None
    assert spoken.dialect == 0
    lines = " ".join(x for part in order("zh", "more", spoken) for x in part)
    assert "晓得" in lines
    assert "知道" not in lines.replace("晓得", "")
    common = " ".join(x for part in order("zh", "more", plain) for x in part)
    assert "知道" in common
    assert "晓得" not in common
    # How bad it is, is said so that anybody hears it.
    assert keys("zh", "burden_heavy", 0) == keys("zh", "burden_heavy", None)
    said = [s.text for _, s in said_in_session(of_chongqing(), COUNSELOR_ZH, 1, 20)[1]]
    assert not any("知道" in t for t in said)


@pytest.mark.parametrize(
    ("said", "back"),
    [
        (
            "是啊，咋说呢，有回我在碗底下压了二百块钱，他又给推出来了。",
            "有回你在碗底下压了二百块钱，他又给推出来了",
        ),
        ("您听着啊，我就起来擦玻璃。", "你就起来擦玻璃"),
        ("比方说，下了班我走到他屋门口。", "下了班你走到他屋门口"),
        ("她给我腌一坛咸菜，我半个月吃完。", "她给你腌一坛咸菜，你半个月吃完"),
        ("他给我剥虾，剥了四年，其实我不爱吃虾。", "他给你剥虾，剥了四年，其实你不爱吃虾"),
        (
            "我妈去年春天开了一回刀，她说别的都不求，就想看我穿一次婚纱。",
            "她说别的都不求，就想看你穿一次婚纱",
        ),
    ],
)
def test_a_sentence_is_given_back_whole_and_without_what_only_opens_it(
    said: str, back: str
) -> None:
    found = [turned for c in split_clauses(said, "zh") if (turned := reflectable(c, "zh"))]
    assert back in found


@pytest.mark.parametrize(
    "said", ["我找不着头在哪儿。", "对别人我哪会这么骂。", "说到儿子，我也说说。"]
)
def test_an_empty_answer_is_not_given_back(said: str) -> None:
    assert [c for c in split_clauses(said, "zh") if reflectable(c, "zh")] == []


def test_only_words_that_say_something_are_kept_for_another_hour() -> None:
    assert says_something("我跟我媳妇分屋睡，三个月了", "zh")
    for scrap in ("是松了口气", "又丢人又生气", "我不敢正眼看，先说别的", "我现在顾不上那些"):
        assert not says_something(scrap, "zh"), scrap


def test_a_habitual_word_stands_only_before_what_it_fits() -> None:
    view = gao().model_copy(update={"fillers": ["搞半天"]})
    fit = client_material("zh").fillers_where["搞半天"]
    glued = 0
    for seed in range(12):
        for _, speech in said_in_session(view, COUNSELOR_ZH, seed, 20)[1]:
            for sentence in sentences(speech.text):
                if sentence.startswith("搞半天，"):
                    glued += 1
                    assert any(w in sentence for w in fit.split("|")), sentence
    assert glued


def test_danger_that_was_told_is_not_denied_when_it_is_asked_of_again() -> None:
    words = "有时候想着，不醒过来也行。"
    view = lin().model_copy(
        update={
            "risk_words": words,
            "stance": stance("answer"),
            "dialogue": [
                Line(id="s2t1", speaker="counselor", text="有没有过不想活的念头？"),
                Line(id="s2t2", speaker="client", text=words),
                Line(id="s2t3", speaker="counselor", text="自杀的念头离你有多近，想过怎么做吗？"),
            ],
        }
    )
    told = {bare(x) for x in client_material("zh").after_risk}
    said = [speak(view, Random(seed)).text for seed in range(8)]
    assert all(any(x in bare(t) for x in told) for t in said), said
    before = view.model_copy(update={"dialogue": view.dialogue[:1]})
    assert not any(
        bare(s) in told for seed in range(8) for s in sentences(speak(before, Random(seed)).text)
    )
