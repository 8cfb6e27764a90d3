"""What the offline counselor says over a session: never twice the same, and in answer."""

from __future__ import annotations

import re
from itertools import pairwise
from random import Random

import pytest
from counted_steps import steps

from muspsy_sim.llm.offline.counselor import bare, respond
from muspsy_sim.llm.offline.counselor_material import material
from muspsy_sim.llm.offline.counselor_scene import known_homework, set_homework
from muspsy_sim.llm.offline.counselor_voice import sentences
from muspsy_sim.records.base import Language
from muspsy_sim.records.memory import SessionPlan, Statement, Strategy, TurnPlan
from muspsy_sim.records.views import BareView, Line, Recalled, RespondView
from tests.unit.counselor_sessions import CLIENT, counselor_turns, hold, note_of, recall

LANGUAGES: tuple[Language, ...] = ("en", "zh")
MANNERS = ("attuned", "neutral", "dismissive")

EARLIER = {
    "en": re.compile(
        r"last (?:time|session|week)|previous|earlier session|sessions ago|when we last met|since we met"
        r"|we (?:agreed|talked|spoke|settled)|welcome back|see you (?:here )?again|hello again"
        r"|came back|you took .* home|according to the record|record also|last appointment",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        "上次|上周|上回|上一次|前几次|之前有一次|前些日子|又见面|又见到|又来了|说好的|约好|约定的|记录上|有一回"
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("seed", range(6))
def test_no_sentence_comes_back_within_a_session(
    language: Language, manner: str, seed: int
) -> None:
    turns = counselor_turns(hold(language, 25, manner=manner, seed=seed, plans_turns=seed % 2 == 1))
    said = [sentence for turn in turns for sentence in sentences(turn)]
    assert len(turns) == 25
    assert len(said) == len(set(said)), sorted({s for s in said if said.count(s) > 1})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("manner", MANNERS)
def test_a_monosyllabic_client_does_not_run_the_counselor_dry(
    language: Language, manner: str
) -> None:
    minimal = ["Yeah.", "No.", "Maybe."] if language == "en" else ["嗯。", "没有。", "可能吧。"]
    turns = counselor_turns(hold(language, 25, manner=manner, lines=minimal))
    said = [sentence for turn in turns for sentence in sentences(turn)]
    assert all(len(turn) > 1 for turn in turns)
    assert len(said) == len(set(said))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("session", [1, 4, None])
@pytest.mark.parametrize("manner", MANNERS)
def test_without_memory_nothing_points_to_an_earlier_session(
    language: Language, session: int | None, manner: str
) -> None:
    for seed in range(8):
        for turn in counselor_turns(
            hold(
                language, 14, session=session, manner=manner, seed=seed, plans_turns=bool(seed % 2)
            )
        ):
            assert not EARLIER[language].search(turn), turn


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cues_of_an_earlier_session_do_find_one(language: Language) -> None:
    # So that the test above can fail: with memory the same cues are found in the first turn.
    note = note_of(language, hold(language, 14))
    opening = counselor_turns(hold(language, 14, session=2, recalled=[recall(note)]))[0]
    assert EARLIER[language].search(opening)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("seed", range(6))
def test_homework_set_in_one_session_is_asked_about_by_name_in_the_next(
    language: Language, seed: int
) -> None:
    first = hold(language, 12, seed=seed)
    homework = set_homework(material(language), counselor_turns(first))
    assert homework is not None
    remembered = [recall(note_of(language, first))]
    second = counselor_turns(hold(language, 12, session=2, recalled=remembered, seed=seed))
    assert homework.name in second[0]
    forgotten = counselor_turns(hold(language, 12, session=None, seed=seed))
    assert homework.name not in forgotten[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_remembered_homework_is_not_set_again(language: Language) -> None:
    remembered: list[Recalled] = []
    names = []
    for session in range(1, 4):
        dialogue = hold(language, 12, session=session, recalled=remembered, seed=session)
        homework = set_homework(material(language), counselor_turns(dialogue))
        assert homework is not None
        names.append(homework.name)
        remembered = [*remembered, recall(note_of(language, dialogue, session), session)]
    assert len(set(names)) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_homework_that_someone_else_worded_is_asked_about_in_those_words(
    language: Language,
) -> None:
    text = "Call the dentist on Friday" if language == "en" else "周五给牙医打电话"
    kept = Recalled(
        session=1,
        ref="note:1",
        statements=[Statement(text=text, basis="plan", turns=["s1t9"], quote=text)],
    )
    assert text in counselor_turns(hold(language, 8, session=2, recalled=[kept]))[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("exchanges", [1, 2, 3, 6, 14])
def test_the_session_is_closed_in_its_last_turn_and_not_before(
    language: Language, manner: str, exchanges: int
) -> None:
    assert len(counselor_turns(hold(language, exchanges, manner=manner))) == exchanges


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("manner", MANNERS)
def test_a_goodbye_is_answered_with_one_goodbye(language: Language, manner: str) -> None:
    bye = "Thanks, see you next week." if language == "en" else "谢谢，那我先走了，再见。"
    lines = [*CLIENT[language][1:4], bye]
    assert len(counselor_turns(hold(language, 14, manner=manner, lines=lines))) == 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_homework_is_set_once_in_one_sentence_near_the_end(language: Language) -> None:
    words = material(language)
    for seed in range(6):
        turns = counselor_turns(hold(language, 12, seed=seed))
        setting = [n for n, turn in enumerate(turns) if set_homework(words, [turn])]
        assert len(setting) == 1
        assert len(turns) - setting[0] in (2, 3)
        homework = set_homework(words, turns)
        assert homework is not None
        (whole,) = [s for s in sentences(turns[setting[0]]) if homework.task.lower() in s]
        assert homework.name.lower() in whole


EMPATHY = {
    "en": re.compile(
        r"sounds (?:like|as)|makes sense|must have been|no wonder|i hear that|sorry that|courage"
        r"|up to you|feel\b[^.]*\?|what was that like|understandable|thank you for (?:trusting|telling)"
        r"|i can see why|hurry past|heavy thing|takes it out of|been carrying|so you're \w+\.",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        "听起来|不容易|难怪|可以理解|心疼|抱歉|对不起|勇气|由你|什么感觉|什么滋味|谢谢你信得过"
        "|换了?谁都|我信你说的|这不是小事|替你难受"
        "|不再是了|不用你一个人守着|不止一点点|煎熬|不好受|耗人的|辛苦|很孤单的|落在谁身上|是熬人的|够沉重的|这个愿望|我听到的是"
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_dismissive_counselor_shows_no_empathy_and_the_attuned_one_does(
    language: Language,
) -> None:
    shown = 0
    for seed in range(8):
        poor = counselor_turns(hold(language, 20, manner="dismissive", seed=seed))
        assert not [t for t in poor if EMPATHY[language].search(t)]
        good = counselor_turns(hold(language, 20, seed=seed, session=1 + seed % 3))
        shown += len([t for t in good if EMPATHY[language].search(t)])
    assert shown >= 8 * 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_neutral_counselor_neither_reflects_nor_makes_smaller(language: Language) -> None:
    for seed in range(4):
        for turn in counselor_turns(hold(language, 20, manner="neutral", seed=seed)):
            assert not EMPATHY[language].search(turn), turn


def _ask(language: Language, lines: list[tuple[str, str]], left: int = 8, **more: object) -> str:
    dialogue = [
        Line.model_validate({"id": f"s1t{n}", "speaker": speaker, "text": text})
        for n, (speaker, text) in enumerate(lines, 1)
    ]
    view = RespondView.model_validate(
        {
            "language": language,
            "session": 1,
            "manner": "attuned",
            "manner_text": "m",
            "exchange": len(lines) // 2 + 1,
            "exchanges_left": left,
            "dialogue": dialogue,
            **more,
        }
    )
    return respond(view, Random(3)).text


@pytest.mark.parametrize(
    ("language", "said", "asked"),
    [
        ("en", "Some nights I hope I don't wake up.", "ending your life|killing yourself|suicide"),
        ("en", "I've been thinking about how to kill myself.", "ending your life|killing|suicide"),
        ("zh", "有时候我就想消失算了。", "结束自己的生命|自杀|不想活"),
        ("zh", "我想过从楼上跳下去，自杀算了。", "结束自己的生命|自杀|不想活"),
    ],
)
def test_words_of_danger_are_asked_about_at_once_and_plainly(
    language: Language, said: str, asked: str
) -> None:
    hello = ("counselor", "Hello." if language == "en" else "你好。")
    for left in (8, 2, 1):
        assert re.search(asked, _ask(language, [hello, ("client", said)], left))


@pytest.mark.parametrize("language", LANGUAGES)
def test_danger_brings_in_people_and_active_danger_a_referral(language: Language) -> None:
    risk = {
        "en": ("I want to kill myself.", "Yes. I have the tablets counted.", "crisis line", "who"),
        "zh": ("我想自杀。", "是的，药都数好了。", "12356", "谁"),
    }[language]
    hello = "Hello." if language == "en" else "你好。"
    lines = [("counselor", hello), ("client", risk[0])]
    lines += [("counselor", _ask(language, lines)), ("client", risk[1])]
    third = _ask(language, lines)
    assert risk[2] in third
    assert risk[3] in third.lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_session_with_danger_is_not_closed_without_a_place_to_turn_to(
    language: Language,
) -> None:
    passive = "I wish I could disappear." if language == "en" else "我想消失。"
    turns = " ".join(counselor_turns(hold(language, 4, lines=[passive, "Hm.", "Hm.", "Hm."])))
    assert ("crisis line" if language == "en" else "12356") in turns


ABOUT_LIVING = {
    "en": re.compile("want to live|ending your life|suicide|killing yourself", re.IGNORECASE),
    "zh": re.compile("不想活|结束自己的生命|轻生|自杀"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hopeless_client_is_asked_about_thoughts_of_not_living_unprompted(
    language: Language,
) -> None:
    lines = {
        "en": ["It's all pointless, I feel numb.", "I cry in the mornings.", "No, not like that."],
        "zh": ["什么都没意思，整个人麻木了。", "我早上起来就哭。", "没有，没到那一步。"],
    }[language]
    asked = ABOUT_LIVING[language]
    turns = counselor_turns(hold(language, 12, lines=lines))
    assert [bool(asked.search(turn)) for turn in turns].count(True) == 1
    light = ["My sister sold the piano."] if language == "en" else ["我妹把钢琴卖了。"]
    assert not any(asked.search(t) for t in counselor_turns(hold(language, 12, lines=light)))


@pytest.mark.parametrize(
    ("language", "said", "owned"),
    [
        (
            "en",
            "You don't get it. You're not listening.",
            "sorry|wrong|missed|badly|regret|stop me",
        ),
        ("zh", "你根本没听我说，说得轻松。", "对不起|抱歉|不对|说得不好|拦得对"),
    ],
)
def test_a_strain_is_owned_and_asked_about(language: Language, said: str, owned: str) -> None:
    reply = _ask(language, [("counselor", "…"), ("client", said)])
    assert re.search(owned, reply)
    assert reply.rstrip("”").endswith(("?", "？")) or len(sentences(reply)) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_just_said_is_in_the_answer(language: Language) -> None:
    said = {
        "en": ("My sister sold our piano without asking me.", ("sister", "piano")),
        "zh": ("我妹没问我就把钢琴卖了。", ("妹妹", "钢琴")),
    }[language]
    hello = "Hello." if language == "en" else "你好。"
    before = ("client", CLIENT[language][1])
    for left in (9, 6, 4):
        lines = [("counselor", hello), before, ("counselor", hello + "?"), ("client", said[0])]
        reply = _ask(language, lines, left)
        assert any(word in reply for word in said[1]), reply


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_focus_that_speaks_of_the_client_is_never_read_aloud(language: Language) -> None:
    focus = "the client's avoidance" if language == "en" else "来访者的回避"
    plan = SessionPlan(goal="g", focus=focus)
    for seed in range(10):
        turns = counselor_turns(hold(language, 8, plan=plan, seed=seed))
        assert focus not in " ".join(turns)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_focus_that_can_be_said_is_offered_in_the_second_turn(language: Language) -> None:
    focus = material(language).themes["work"].focus[0]
    turns = counselor_turns(hold(language, 8, plan=SessionPlan(goal="g", focus=focus)))
    assert focus in turns[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_last_session_looks_back_sets_no_homework_and_says_goodbye_for_good(
    language: Language,
) -> None:
    words = material(language)
    note = recall(note_of(language, hold(language, 12)))
    plan = SessionPlan(goal="g", finish=True)
    turns = counselor_turns(hold(language, 12, session=2, recalled=[note], plan=plan))
    assert set_homework(words, turns) is None
    parting = [f.filled({}) for f in words.manners["attuned"]["farewell_course"]]
    assert any(sentence in turns[-1] for sentence in parting)
    alone = counselor_turns(hold(language, 12, session=None, plan=plan))
    assert not any(sentence in alone[-1] for sentence in parting)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_strategy_of_a_turn_plan_can_be_followed(language: Language) -> None:
    hello = "Hello." if language == "en" else "你好。"
    lines = [("counselor", hello), ("client", CLIENT[language][10]), ("counselor", hello + " ")]
    lines.append(("client", CLIENT[language][22]))
    replies = set()
    for strategy in Strategy.__args__:  # type: ignore[attr-defined]
        replies.add(_ask(language, lines, turn_plan=TurnPlan(strategy=strategy)))
    assert len(replies) >= 5


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("manner", MANNERS)
def test_the_language_is_pure_and_no_slot_or_mark_is_left(language: Language, manner: str) -> None:
    wrong = re.compile("[\u3400-\u9fff。，？！]" if language == "en" else "[A-Za-z]|[,;?!](?!\\d)")
    for seed in range(6):
        for turn in counselor_turns(hold(language, 20, manner=manner, seed=seed)):
            assert not re.search(r"[{}\[\]<>_*#]|  |“”|，，|。。|，。|None", turn), turn
            assert not wrong.search(turn), turn


@pytest.mark.parametrize("language", LANGUAGES)
def test_distinct_2_of_the_first_500_tokens_is_above_one_half(language: Language) -> None:
    # Tokens: words in English, characters in Chinese (the stricter of the usual ways).
    pattern = r"[a-z']+" if language == "en" else "[\u4e00-\u9fff]"
    for seed in range(4):
        text = " ".join(counselor_turns(hold(language, 25, seed=seed))).lower()
        tokens = re.findall(pattern, text)[:500]
        pairs = list(pairwise(tokens))
        assert len(set(pairs)) / len(pairs) >= 0.5


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_view_and_seed_give_the_same_words(language: Language) -> None:
    assert hold(language, 12, seed=4) == hold(language, 12, seed=4)
    assert hold(language, 12, seed=4) != hold(language, 12, seed=5)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_manner_without_material_speaks_as_the_attuned_one(language: Language) -> None:
    assert hold(language, 6, manner="of-my-own") == hold(language, 6)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_chatbot_greets_answers_and_greets_again_in_the_next_session(
    language: Language,
) -> None:
    dialogue: list[Line] = []
    for session in (1, 2):
        for turn, words in enumerate(CLIENT[language][1:9]):
            reply = bare(
                BareView(language=language, system="s", dialogue=dialogue), Random(turn)
            ).text
            if turn == 0:
                greeting = "Hello|Hi" if language == "en" else "你好"
                assert re.match(greeting, reply)
            dialogue.append(Line(id=f"s{session}t{2 * turn + 1}", speaker="counselor", text=reply))
            dialogue.append(Line(id=f"s{session}t{2 * turn + 2}", speaker="client", text=words))
        goodbye = "Take care, bye." if language == "en" else "谢谢，再见。"
        dialogue.append(Line(id=f"s{session}t99", speaker="counselor", text=goodbye))
    for session in (1, 2):
        mine = [
            x
            for line in dialogue
            if line.speaker == "counselor" and line.id.startswith(f"s{session}t")
            for x in sentences(line.text)
        ]
        assert len(mine) == len(set(mine))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_chatbot_points_to_help_when_there_is_danger(language: Language) -> None:
    said = "I don't want to live anymore." if language == "en" else "我不想活了。"
    dialogue = [
        Line(id="s1t1", speaker="counselor", text="…"),
        Line(id="s1t2", speaker="client", text=said),
    ]
    reply = bare(BareView(language=language, system="s", dialogue=dialogue), Random(0)).text
    assert ("crisis line" if language == "en" else "12356") in reply


def test_homework_names_are_unique_and_recognised() -> None:
    for language in LANGUAGES:
        words = material(language)
        every = [h for theme in words.themes.values() for h in theme.homework]
        assert len({h.name for h in every}) == len(every)
        assert len({h.task for h in every}) == len(every)
        for homework in every:
            assert known_homework(words, f"… {homework.name} …") == homework


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_hundreds_of_sentences_and_none_stands_twice_in_a_manner(
    language: Language,
) -> None:
    words = material(language)
    attuned = [f for frames in words.manners["attuned"].values() for f in frames]
    assert len(attuned) >= 300
    for manner, functions in words.manners.items():
        said = [f.parts for frames in functions.values() for f in frames]
        doubled = [p for p in said if said.count(p) > 1]
        assert not doubled, (manner, doubled)


def test_a_reply_takes_work_that_grows_with_the_session_and_no_faster() -> None:
    dialogue = hold("en", 25)

    def replying(lines: int) -> None:
        view = RespondView(
            language="en",
            session=1,
            manner="attuned",
            manner_text="m",
            exchange=lines // 2,
            exchanges_left=5,
            dialogue=dialogue[:lines],
        )
        for seed in range(20):
            respond(view, Random(seed))

    replying(40)
    assert steps(lambda: replying(40)) < 2.5 * steps(lambda: replying(20))


@pytest.mark.parametrize(
    ("said", "closes"),
    [("我走了。", True), ("我跟妈妈说过一次不想结，她说，那你等我走了再讲。", False)],
)
def test_a_goodbye_that_is_told_of_is_not_one(said: str, closes: bool) -> None:
    dialogue = [
        Line(id="s1t1", speaker="counselor", text="你好，今天想从哪里说起？"),
        Line(id="s1t2", speaker="client", text=said),
    ]
    view = RespondView(
        language="zh",
        session=1,
        manner="attuned",
        manner_text="",
        exchange=2,
        exchanges_left=6,
        dialogue=dialogue,
    )
    assert respond(view, Random(1)).close is closes
