"""From "I" to "you": each case is what a counselor would say of what a client said."""

from __future__ import annotations

import pytest

from muspsy_sim.llm.offline.clauses import quotable, reflectable, split_clauses
from muspsy_sim.llm.offline.listening import hear
from muspsy_sim.llm.offline.person_shift import shift

ENGLISH = [
    ("I can't sleep", "you can't sleep"),
    ("I am tired", "you are tired"),
    ("I'm tired of it", "you're tired of it"),
    ("I was late again", "you were late again"),
    ("I wasn't there", "you weren't there"),
    ("I just really was angry", "you just really were angry"),
    ("I've never been good at it", "you've never been good at it"),
    ("I'd rather leave", "you'd rather leave"),
    ("I'll never finish", "you'll never finish"),
    ("my mother called me", "your mother called you"),
    ("My boss hates me", "Your boss hates you"),
    ("the fault is mine", "the fault is yours"),
    ("I blame myself", "you blame yourself"),
    ("he was angry with me", "he was angry with you"),
    ("it was raining and I was alone", "it was raining and you were alone"),
    ("I went home and was sick", "you went home and were sick"),
    ("I was cold, and he was cold too", "you were cold, and he was cold too"),
    ("I thought she was asleep", "you thought she was asleep"),
    ("I said my head was empty", "you said your head was empty"),
    ("they laughed at my work", "they laughed at your work"),
    ("nobody asked me", "nobody asked you"),
    ("there's something wrong with me", "there's something wrong with you"),
    ("I think I am losing my mind", "you think you are losing your mind"),
    ("I wish I was braver", "you wish you were braver"),
    ("I don't know what I'm doing", "you don't know what you're doing"),
    ("my wife and I were happy", "your wife and you were happy"),
    ("between him and me", "between him and you"),
    ("we argue every night", "you argue every night"),
    ("we're meant to be buying a house", "you're meant to be buying a house"),
    ("our daughter was small", "your daughter was small"),
    ("he left us", "he left you"),
    ("I hurt myself on purpose", "you hurt yourself on purpose"),
    ('he said "I don\'t love you"', 'he said "I don\'t love you"'),
    ("I told her “I am done” and left my key", "you told her “I am done” and left your key"),
    ("I\u2019m not my father", "you're not your father"),
    ("Monday was awful", "Monday was awful"),
    ("it's me that was wrong", "it's you that was wrong"),
    ("I still am afraid of it", "you still are afraid of it"),
    ("I only wanted to be left in peace", "you only wanted to be left in peace"),
    ("she says I'm never there", "she says you're never there"),
    ("I would be lost without my sister", "you would be lost without your sister"),
    ("I had it in my hands and dropped it", "you had it in your hands and dropped it"),
]

CHINESE = [
    ("我睡不着", "你睡不着"),
    ("我妈总说我不懂事", "你妈妈总说你不懂事"),
    ("我妈妈病了", "你妈妈病了"),
    ("我爸从来不问我", "你爸爸从来不问你"),
    ("我爸爸走了", "你爸爸走了"),
    ("我爸妈离婚了", "你父母离婚了"),
    ("我老公说我人在心不在", "你先生说你人在心不在"),
    ("我老婆不理我", "你爱人不理你"),
    ("我媳妇跟我分屋睡", "你爱人跟你分屋睡"),
    ("我姐不知道", "你姐姐不知道"),
    ("我弟弟考上了", "你弟弟考上了"),
    ("我弟考上了", "你弟弟考上了"),
    ("我哥们都结婚了", "你哥们都结婚了"),
    ("我哥帮过我", "你哥哥帮过你"),
    ("我妹也这样", "你妹妹也这样"),
    ("我们天天吵", "你们天天吵"),
    ("咱们家就这样", "你们家就这样"),
    ("我家住六楼", "你家住六楼"),
    ("我觉得自己很没用", "你觉得自己很没用"),
    ("我自己也不明白", "你自己也不明白"),
    ("他说我没出息", "他说你没出息"),
    ("领导让我加班", "领导让你加班"),
    ("对我来说太难了", "对你来说太难了"),
    ("没有人问过我", "没有人问过你"),
    ("我怕我会失控", "你怕你会失控"),
    ("我把信藏起来了", "你把信藏起来了"),
    ("被我弄丢了", "被你弄丢了"),
    ("我一向我行我素", "你一向我行我素"),
    ("我老是自我怀疑", "你老是自我怀疑"),
    ("他说“我不爱你了”", "他说“我不爱你了”"),
    ("我跟她说“我累了”，她没理我", "你跟她说“我累了”，她没理你"),
    ("我心里跟自己说「我不行」", "你心里跟自己说「我不行」"),
    ("都是我的错", "都是你的错"),
    ("我的手在抖", "你的手在抖"),
    ("俺爹不让", "你爹不让"),
    ("你们都不懂我", "我们都不懂你"),
    ("你说的那个办法我试了", "我说的那个办法你试了"),
    ("工作把我掏空了", "工作把你掏空了"),
    ("孩子跟我不亲", "孩子跟你不亲"),
    ("我也想好好睡一觉", "你也想好好睡一觉"),
    ("我国的规定", "我国的规定"),
    ("我们单位裁员，我在名单上", "你们单位裁员，你在名单上"),
]


@pytest.mark.parametrize(("said", "told"), ENGLISH)
def test_english_clauses_turn_to_you(said: str, told: str) -> None:
    assert shift(said, "en").text == told


@pytest.mark.parametrize(("said", "told"), CHINESE)
def test_chinese_clauses_turn_to_you(said: str, told: str) -> None:
    assert shift(said, "zh").text == told


@pytest.mark.parametrize(
    "said",
    [
        "you never listen to me",
        "I should leave him",
        "I have to be strong",
        "tell me what to do",
        "am I going mad",
        "you can't say no in that place",
        "we talked about it here",
    ],
)
def test_english_clauses_that_would_turn_round_are_not_safe(said: str) -> None:
    assert not shift(said, "en").safe
    assert reflectable(said, "en") == ""


@pytest.mark.parametrize(
    "said", ["你根本不懂我", "我应该知足的", "请告诉我怎么做", "您说我该不该走"]
)
def test_chinese_clauses_that_would_turn_round_are_not_safe(said: str) -> None:
    assert not shift(said, "zh").safe
    assert reflectable(said, "zh") == ""


@pytest.mark.parametrize(
    ("line", "clause"),
    [
        ("Well, my boss keeps piling things on me and I can't say no.", "your boss keeps piling"),
        ("I mean, I cried in the car. Nobody saw.", "you cried in the car"),
        ("When my dad died we found his letters in the trunk.", "when your dad died you found"),
        ("Yeah. I feel useless, like everyone copes but me.", "you feel useless"),
    ],
)
def test_the_heart_of_an_english_line_is_given_back(line: str, clause: str) -> None:
    assert hear(line, "en").clause.startswith(clause)


@pytest.mark.parametrize(
    ("line", "clause"),
    [
        ("嗯，其实我每天凌晨三点就醒，躺着想自己哪里又做错了。", "你每天凌晨三点就醒"),
        ("就是说，我老公说我人在心不在。", "你先生说你人在心不在"),
        ("也许可以先跟我姐说说。", "可以先跟你姐姐说说"),
        ("对我来说，这份工作就是全部。", "对你来说"),
    ],
)
def test_the_heart_of_a_chinese_line_is_given_back(line: str, clause: str) -> None:
    assert hear(line, "zh").clause.startswith(clause)


def test_a_side_remark_is_not_given_back_for_the_heart_of_a_line() -> None:
    heard = hear("I should be grateful, I have a job.", "en")
    assert heard.clause == ""
    assert heard.phrase == "I should be grateful"


def test_greetings_lead_ins_and_questions_are_never_given_back() -> None:
    for text in ("Hello.", "There's something I haven't said.", "What should I do?", "Fine."):
        assert hear(text, "en").clause == "", text
    for text in ("老师好，我没迟到吧。", "不知道该不该说。", "我该怎么办呢？", "我想想。"):
        assert hear(text, "zh").clause == "", text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_quoted_stands_in_the_line_letter_by_letter(language: str) -> None:
    lines = {
        "en": [
            "Honestly, I don’t sleep. It's the bills, and… I can't open them anymore, you know.",
            'So I thought, "There\'s no way out." And then I made tea.',
        ],
        "zh": [
            "嗯……其实我不敢开那些信，一开就心慌——真的，说不上来。",
            "心里马上冒出来：“全完了。”然后我就去做饭了呗。",
        ],
    }[language]
    for line in lines:
        heard = hear(line, language)  # type: ignore[arg-type]
        for part in (heard.phrase, heard.telling, heard.felt, heard.thought):
            assert part in line
        for clause in split_clauses(line, language):  # type: ignore[arg-type]
            assert clause in line
            assert quotable(clause, language) in line  # type: ignore[arg-type]


def test_feelings_are_not_heard_where_they_are_denied_or_mere_courtesy() -> None:
    assert [f.feel for f in hear("I'm not lonely, only busy.", "en").feelings] == []
    assert [f.feel for f in hear("I'm lonely.", "en").feelings] == ["lonely"]
    assert hear("恐怕是这样，我怕耽误您时间。", "zh").feelings == ()
    assert [f.feel for f in hear("我怕黑。", "zh").feelings] == ["害怕"]
