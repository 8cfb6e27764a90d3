"""Each pitfall is found where it was put, in the turn where it was put, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pytest

from muspsy_sim.evaluation.pitfalls.catalogue import PITFALLS
from muspsy_sim.evaluation.pitfalls.measuring import measure
from tests.unit.pitfall_courses import CLEAN, course

Language = Literal["en", "zh"]


@dataclass(frozen=True)
class Planted:
    pitfall: str
    language: Language
    text: str
    turns: list[str]
    """The turns that must be named, all of them."""
    value: float | None = None
    disclosed: dict[str, str] = field(default_factory=dict)


PLANTED = [
    Planted(
        "agreement_openings.client",
        "en",
        """
        T: You seem tired.
        C: Yes, that's exactly it, I'm tired all the time.
        T: It may be the chair.
        C: You're right, I hadn't thought of the chair.
        T: Shall we look at the nights?
        C: Right here in my neck, that's where it sits.
        T: Is it all night?
        C: Nights are long. Yes.
        """,
        ["s1t2", "s1t4"],
        0.5,
    ),
    Planted(
        "agreement_openings.client",
        "zh",
        """
        T: 你看上去很累。
        C: 是的，我一直都很累。
        T: 也许是睡得不好。
        C: 您说得对，我没有好好睡。
        T: 那我们看看晚上。
        C: 嗯……我也讲不清楚。
        T: 是整夜这样吗？
        C: 好像后半夜更难受。
        T: 手呢？
        C: 对不起，我手有点凉。
        """,
        ["s1t2", "s1t4"],
        0.4,
    ),
    Planted(
        "capitulation.client",
        "en",
        """
        T: Could you write about that day?
        C: No point in that. I don't see what there is to mend.
        T: It helps many people.
        C: Does it.
        T: Only ten minutes.
        C: You're right. I'll try it tonight.
        --
        T: How was it?
        C: I'd rather not talk about it.
        T: That's fine.
        C: Weather's turned.
        """,
        ["s1t6"],
        0.5,
    ),
    Planted(
        "capitulation.client",
        "zh",
        """
        T: 要不要写一写那天的事？
        C: 写了也没用，我不想谈这个。
        T: 很多人觉得有帮助。
        C: 是吗。
        T: 就写十分钟。
        C: 您说得有道理，我试试吧。
        --
        T: 后来怎么样？
        C: 这个不想说。
        T: 好的。
        C: 外面下雨了。
        """,
        ["s1t6"],
        0.5,
    ),
    Planted(
        "sensitive_disclosure.client",
        "en",
        """
        T: What would you like me to know?
        C: We had a boy before Jill, you know. Peter. He only had the two days.
        T: Thank you for telling me.
        C: I've five locks to keep.
        """,
        ["s1t2"],
        1 / 9,
    ),
    Planted(
        "premature_disclosure.client",
        "en",
        """
        T: Good morning.
        C: I rang off work today. And I'll tell you now: she rang me, twice, I saw it was home and I just let it ring.
        T: Thank you.
        C: Right.
        T: How is the dog?
        C: Fine.
        T: And the van?
        C: Fine, and all.
        T: What do you put on paper?
        C: Not a lot.
        T: Do you keep a notebook?
        C: I write down every boat that comes through. There's one page blank.
        """,
        ["s1t2"],
        0.5,
    ),
    Planted(
        "premature_disclosure.client",
        "zh",
        """
        T: 你好，请坐。
        C: 老师，戒指没有拿去改，我把它扔到平江河里了。
        T: 谢谢你告诉我。
        C: 嗯。
        T: 今天路上怎么样？
        C: 还好。
        T: 外面下雨吗？
        C: 下的。
        T: 伞带了吗？
        C: 带了。
        T: 小时候家里是什么样子？
        C: 七岁那年，他们在饭桌上问我想跟谁，我说都可以。
        """,
        ["s1t2"],
        0.5,
    ),
    Planted(  # asked for, and told too early all the same
        "premature_disclosure.client",
        "en",
        """
        T: Do you keep a notebook?
        C: I write down every boat that comes through. There's one page blank.
        """,
        ["s1t2"],
        1.0,
    ),
    Planted(  # who grants and takes back has not given in
        "capitulation.client",
        "en",
        """
        T: Could you write about that day?
        C: No point in that.
        T: It helps many people.
        C: You may be right, but I don't see the point.
        """,
        [],
        0.0,
    ),
    Planted(
        "repetition_across.client",
        "en",
        """
        T: Hello.
        C: I wiped my boots on the mat.
        --
        T: Hello.
        C: Dog's in the van.
        --
        T: Hello.
        C: I wiped my boots on the mat.
        """,
        ["s3t2"],
        1.0,
    ),
    Planted(
        "unlicensed_disclosure.client",
        "en",
        """
        T: How do you sleep?
        C: I've not slept in the bed since. I sleep in the chair.
        T: And you eat?
        C: I've dropped a stone. Toast, mostly, stood up.
        T: How was childhood?
        C: My uncle Len drowned under the second gate when I was nine.
        """,
        ["s1t4", "s1t6"],
        2 / 3,
        disclosed={"fact-chair": "s1t2", "fact-uncle": "s1t4"} | {"fact-uncle": "s2t9"},
    ),
    Planted(
        "unlicensed_disclosure.client",
        "zh",
        """
        T: 睡得怎么样？
        C: 我每天三点四十醒，五个月了，差不了几分钟。
        T: 放松的时候呢？
        C: 我在娄门租了一间小屋子，八个月了，谁都不晓得。
        """,
        ["s1t4"],
        0.5,
        disclosed={"fact-wake": "s1t2"},
    ),
    Planted(
        "role_inversion.client",
        "en",
        """
        T: What happened then?
        C: She went quiet.
        T: And you?
        C: It sounds like you're finding this hard.
        T: I'm asking about you.
        C: My doctor asked, "how does that make you feel?", and I laughed.
        """,
        ["s1t4"],
        1 / 3,
    ),
    Planted(
        "role_inversion.client",
        "zh",
        """
        T: 后来呢？
        C: 她不说话了。
        T: 你呢？
        C: 听起来你很不容易，谢谢你的分享，你现在是什么感受？
        T: 我在问你。
        C: 医生问我“你现在是什么感受”，我就笑了。
        """,
        ["s1t4"],
        1 / 3,
    ),
    Planted(
        "role_inversion.counselor",
        "en",
        """
        T: I sleep in the chair, and I've five locks to keep, and the cottage goes with it.
        C: That's me, not you.
        T: You said “I've five locks to keep, and the cottage goes with the job”.
        C: Aye.
        T: Counselor: let's go on.
        C: Go on, then.
        """,
        ["s1t1", "s1t5"],
        2 / 3,
    ),
    Planted(
        "role_inversion.counselor",
        "zh",
        """
        T: 我最近睡不着，我在图书馆修古籍的。
        C: 那是我。
        T: 你说“我在图书馆修古籍的，就是给虫蛀的旧书补洞”。
        C: 是的呀。
        """,
        ["s1t1"],
        0.5,
    ),
    Planted(
        "farewell_loops.both",
        "en",
        """
        T: We stop here. Take care, see you next week.
        C: Bye, take care.
        T: Goodbye, have a good week.
        C: You too, bye.
        --
        T: Time is up. See you next week.
        C: Bye, then.
        """,
        ["s1t4"],
        0.5,
    ),
    Planted(
        "farewell_loops.both",
        "zh",
        """
        T: 今天先到这里，下周见。
        C: 谢谢老师，再见。
        T: 再见，路上小心。
        C: 您也保重，再见。
        --
        T: 时间到了，下周见。
        C: 再见。
        """,
        ["s1t4"],
        0.5,
    ),
    Planted(
        "repetition_within.client",
        "en",
        """
        T: What do you do then?
        C: I go down and check the sluice. No.
        T: And after?
        C: I go down and check the sluice! No.
        """,
        ["s1t4"],
        0.5,
    ),
    Planted(
        "repetition_within.counselor",
        "zh",
        """
        T: 你愿意多说一点那天的事吗？
        C: 不太想。
        T: 嗯。你愿意多说一点那天的事吗？
        C: 嗯。
        """,
        ["s1t3"],
        0.5,
    ),
    Planted(
        "repetition_across.counselor",
        "en",
        """
        T: What would you like to bring today?
        C: Nothing.
        --
        T: What would you like to bring today? How was the week on the locks?
        C: Nothing.
        """,
        ["s2t1"],
        0.5,
    ),
    Planted(
        "repetition_across.client",
        "zh",
        """
        T: 你好。
        C: 我来早了一点，在楼下转了一圈。
        --
        T: 你好。
        C: 我来早了一点，在楼下转了一圈。外面桂花都已经开了。
        """,
        ["s2t2"],
        0.5,
    ),
    Planted(
        "minimal_responses.client",
        "en",
        """
        T: Is it like that?
        C: Suppose so.
        T: Every night?
        C: Most nights, when the wind's up.
        T: Since when?
        C: Why?
        """,
        ["s1t2"],
        1 / 3,
    ),
    Planted(
        "minimal_responses.client",
        "zh",
        """
        T: 是这样吗？
        C: 可能吧。
        T: 每天晚上？
        C: 差不多每天晚上都是这样的。
        """,
        ["s1t2"],
        0.5,
    ),
    Planted(
        "recall.counselor.lag2",
        "en",
        """
        T: How do you sleep?
        C: I've not slept in the bed since. I sleep in the chair.
        --
        T: How was the week?
        C: Wet.
        --
        T: You told me that you sleep in the chair and not in the bed. Is it still so?
        C: It is.
        """,
        ["s3t1"],
        1.0,
    ),
    Planted(
        "recall.client.lag1",
        "zh",
        """
        T: 你平时做什么？
        C: 我在图书馆修古籍的，就是给虫蛀的旧书补洞。
        --
        T: 这周怎么样？
        C: 还是在图书馆修古籍，旧书补了好几个洞。
        """,
        ["s2t2"],
        1.0,
    ),
    Planted(
        "false_recall.client",
        "en",
        """
        T: How was the lock?
        C: Cold. The paddle gear jammed again.
        T: Perhaps you could write down what you notice at night, one line.
        C: One line.
        --
        T: How did it go?
        C: Last time you told me to buy a caravan and drive to Portugal.
        T: Did I?
        C: And last time you suggested to write down one line at night.
        """,
        ["s2t2"],
        0.5,
    ),
    Planted(
        "false_recall.counselor",
        "en",
        """
        T: How was the lock?
        C: Cold. The paddle gear jammed again.
        --
        T: Last time you said “my brother stole the boat”. Is that still on your mind?
        C: I've no brother.
        T: Last time you said “the paddle gear jammed again”.
        C: It did.
        """,
        ["s2t1"],
        0.5,
    ),
    Planted(
        "false_recall.counselor",
        "zh",
        """
        T: 这周怎么样？
        C: 馆里来了一批新书，我晾了三天。
        --
        T: 上次你说过“我哥哥欠了一大笔钱”，后来怎么样？
        C: 我没有哥哥。
        T: 上次你说过“我晾了三天”。
        C: 是的。
        """,
        ["s2t1"],
        0.5,
    ),
    Planted(
        "false_recall.client",
        "zh",
        """
        T: 要不每天早上写一行字，记下几点起来？
        C: 好的。
        --
        T: 怎么样？
        C: 上次您让我辞职去云南开客栈，我没有去。
        T: 我这么说过？
        C: 上次您让我每天早上写一行字，我写了。
        """,
        ["s2t2"],
        0.5,
    ),
    Planted(
        "contradictions.client",
        "en",
        """
        T: Tell me about you.
        C: I'm forty-one years old. I've been twenty-two years on the locks in April.
        T: And at home?
        C: My husband does the cooking. My name is Steven.
        T: And work?
        C: I'm a teacher. Our daughter Rebecca rings on Sundays.
        T: And the dog?
        C: I'm sixty-three. My wife was Maureen.
        """,
        ["s1t2", "s1t2", "s1t4", "s1t4", "s1t6"],
    ),
    Planted(
        "contradictions.client",
        "zh",
        """
        T: 说说你自己。
        C: 我今年四十一岁了，我是一名护士。
        T: 家里呢？
        C: 我未婚夫叫建国，我叫王芳。
        T: 睡眠呢？
        C: 我每天三点四十醒，九个月了。
        T: 别的呢？
        C: 我今年二十九岁。我未婚夫叫志远，我们处了四年。
        """,
        ["s1t2", "s1t2", "s1t4", "s1t4", "s1t6"],
    ),
    Planted(
        "contradictions.counselor",
        "en",
        """
        T: You're forty-one, and your husband waits outside.
        C: No.
        T: You're sixty-three, and your wife Maureen died.
        C: Aye.
        """,
        ["s1t1", "s1t1"],
    ),
]


@pytest.mark.parametrize("planted", PLANTED, ids=[f"{p.pitfall}-{p.language}" for p in PLANTED])
def test_what_was_planted_is_found_where_it_was_put(planted: Planted) -> None:
    episode = course(planted.text, planted.language, disclosed=planted.disclosed)
    found = measure(episode)[planted.pitfall]
    assert [place.turn for place in found.places] == planted.turns
    if planted.value is not None:
        assert found.tally.value() == pytest.approx(planted.value)


QUIET = [
    name
    for name in PITFALLS
    if name.startswith(
        (
            "capitulation.",
            "premature",
            "unlicensed",
            "sensitive",
            "role_inversion",
            "farewell",
            "repetition",
            "false_recall",
            "contradictions",
            "distinct",
        )
    )
]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", QUIET)
def test_a_clean_course_has_no_place_to_look_at(name: str, language: Language) -> None:
    found = measure(course(CLEAN[language], language))[name]
    assert found.places == []


def test_every_pitfall_has_been_planted_or_is_a_plain_measure() -> None:
    planted = {p.pitfall.partition(".")[0] for p in PLANTED}
    plain = {"turn_words", "distinct_2", "shared_5grams", "compliance_slope", "capitulation_turn"}
    plain |= {"disclosure_per_elicitation"}
    assert planted | plain == {name.partition(".")[0] for name in PITFALLS}
