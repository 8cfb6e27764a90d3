"""What the offline client hears, and that its answer fits what it was asked."""

from __future__ import annotations

from random import Random

import pytest
from offline_client_people import gao, lin, nora, stance

from muspsy_sim.llm.offline.client import speak
from muspsy_sim.llm.offline.client.heard import hear
from muspsy_sim.records.base import Language
from muspsy_sim.records.views import Line, SpeakView

ENGLISH = {
    "How has your week been?": "week",
    "What brings you here today?": "first",
    "What went through your mind when she said that?": "thought",
    "How did that feel?": "feeling",
    "Do you ever feel angry about it?": "yesno",
    "Where do you notice it in your body?": "body",
    "What did you do after that?": "behaviour",
    "When did it start?": "since",
    "How long has it been like this?": "since",
    "Who else knows about this?": "who",
    "What tells you that it is your fault?": "evidence",
    "What would you say to a friend in your place?": "other_view",
    "Was there a day lately when it was less heavy?": "exception",
    "How did you manage to get through it?": "strength",
    "What might a small first step look like?": "next",
    "On a scale from 0 to 10, how strong is it?": "scaling",
    "How confident are you, from 0 to 10, that you can do it?": "confidence",
    "What do you hope for?": "hope",
    "What would it say about you if it were true?": "meaning",
    "What was it like at home when you were growing up?": "past",
    "How did the homework go?": "homework",
    "Would you be willing to write down one thought a day?": "task",
    "May I ask about your father?": "permission",
    "Did I get that right?": "check",
    "Is it worse at night?": "yesno",
    "What will you take with you from today?": "takeaway",
    "Have you thought of hurting yourself?": "risk",
    "Can you give me a recent example?": "example",
    "Tell me more about that.": "more",
    "It sounds like you are carrying all of it alone.": "reflection",
    "That must have been so hard.": "empathy",
    "That took courage.": "affirm",
    "You should go to bed earlier.": "advice",
    "Don't worry, it will work out.": "reassure",
    "You're overthinking it, everyone gets tired.": "dismiss",
    "I'm sorry, I moved too fast just now.": "repair",
    "Take your time.": "silence",
    "Our time is nearly up, see you next week.": "closing",
    "": "silence",
    "What's it like to live with that?": "living",
    "How did it come to be like that?": "origin",
    "What made you think of it just now?": "reminded",
    "If I'd been there the last time, what would I have seen?": "seen",
    "What does it want from you, that thought?": "wants",
    "What did you take it to mean?": "taken",
    "Whose voice is it that says so?": "whose",
    "With whom is it lighter?": "company",
    "Is that a good thing in your life, or a heavy one, or both?": "either",
    "Was it the wrong task, the wrong size, or the wrong week?": "wrong",
    "How are you leaving, compared with how you came?": "compared",
    "How often has it gone the way that the fear said?": "came_true",
    "Are there moments when you don't want to live anymore?": "risk",
    "Would you write for ten minutes and stop when the time is up?": "task",
    "So why don't you just stop?": "jab",
    "Would you say often, sometimes or rarely?": "degree",
}
CHINESE = {
    "这一周过得怎么样？": "week",
    "是什么让你决定来这里的？": "first",
    "她那样说的时候，你脑子里闪过什么念头？": "thought",
    "那是一种什么感觉？": "feeling",
    "身体上哪里有反应？": "body",
    "后来你是怎么做的？": "behaviour",
    "这种情况多久了？": "since",
    "这件事还有谁知道？": "who",
    "有什么证据说明是你的错？": "evidence",
    "如果是好朋友遇到这件事，你会对她说什么？": "other_view",
    "有没有哪天轻松一点？": "exception",
    "你是怎么撑过来的？": "strength",
    "第一步可以是什么？": "next",
    "0到10打分，有多强烈？": "scaling",
    "你有多大的把握能做到？": "confidence",
    "你希望有什么变化？": "hope",
    "如果是真的，对你意味着什么？": "meaning",
    "小时候家里是什么样的？": "past",
    "上次说好的练习，做得怎么样？": "homework",
    "你愿不愿意每天写下一个念头？": "task",
    "我这样理解对吗？": "check",
    "是不是晚上更厉害？": "yesno",
    "今天谈的，你会带走什么？": "takeaway",
    "你有没有想过自杀？": "risk",
    "能举个最近的例子吗？": "example",
    "最近的一个具体时刻是怎样的，能带我看看吗？": "example",
    "能多说一些吗？": "more",
    "听起来你夹在中间。": "reflection",
    "真的很不容易。": "empathy",
    "你愿意说出来，很有勇气。": "affirm",
    "你应该早点睡。": "advice",
    "别担心，会好的。": "reassure",
    "你就是想太多了。": "dismiss",
    "对不起，我刚才太急了。": "repair",
    "不着急，慢慢来。": "silence",
    "今天时间差不多了，我们下周见。": "closing",
    "带着这个过日子，是一种什么感受？": "living",
    "这是怎么来的？": "origin",
    "刚才是什么让你想到它的？": "reminded",
    "上一回要是我也在场，会看到什么？": "seen",
    "这个念头，想让你做什么？": "wants",
    "是谁教你这样看的？": "whose",
    "跟谁在一起，会松一些？": "company",
    "对你来说，它让人松快些，还是吃力些，还是都有？": "either",
    "是事情不合适、太大了，还是这周不巧？": "wrong",
    "跟来的时候比，现在有什么不一样？": "compared",
    "以前怕的那些，有多少成了真？": "came_true",
    "咱们试过的那些，哪一样你想留着？": "keep",
    "什么时候它最重？": "hardest",
    "它一般是怎么开始的？": "before",
    "你怎么老往自己身上揽？": "jab",
}


@pytest.mark.parametrize(("line", "kind"), ENGLISH.items())
def test_what_an_english_line_asks_for(line: str, kind: str) -> None:
    assert hear(line, "en").kind == kind


@pytest.mark.parametrize(("line", "kind"), CHINESE.items())
def test_what_a_chinese_line_asks_for(line: str, kind: str) -> None:
    assert hear(line, "zh").kind == kind


@pytest.mark.parametrize(
    ("line", "language"),
    [("You said “I feel nothing”. When was that?", "en"), ("你说“我感觉很累”，是什么时候？", "zh")],
)
def test_words_that_the_counselor_quotes_ask_for_nothing(line: str, language: Language) -> None:
    assert hear(line, language).kind == "when"


def answer(view: SpeakView, line: str, seed: int = 0) -> str:
    heard = [*view.dialogue, Line(id="s2t9", speaker="counselor", text=line)]
    now = view.model_copy(update={"dialogue": heard, "stance": stance("answer")})
    return speak(now, Random(seed)).text


def after(view: SpeakView, *said: str) -> SpeakView:
    lines = [Line(id=f"s2t{n}", speaker="client", text=text) for n, text in enumerate(said)]
    return view.model_copy(update={"dialogue": lines})


def test_a_thought_is_answered_with_the_thought_of_what_was_just_told() -> None:
    view = after(nora(), nora().situations[0].situation)
    texts = [answer(view, "What went through your mind?", n) for n in range(10)]
    assert all("If I say no and something goes wrong, that's on me." in t for t in texts)
    zh = after(gao(), gao().situations[1].situation)
    texts = [answer(zh, "那一刻你脑子里闪过什么念头？", n) for n in range(10)]
    assert all("连孩子都供不起，还算什么爹" in t for t in texts)


def test_what_was_done_and_felt_is_answered_from_the_same_situation() -> None:
    view = after(lin(), lin().situations[0].situation)
    assert all("去厨房洗碗" in answer(view, "后来你是怎么做的？", n) for n in range(10))
    assert all("又气又羞" in answer(view, "当时是什么感受？", n) for n in range(10))


def test_a_counselor_who_names_a_told_matter_hears_more_of_it() -> None:
    texts = [answer(nora(), "Tell me more about Mrs Hale and that break.", n) for n in range(10)]
    details = nora().unlocked[0].details
    assert sum(any(d in t for d in details) for t in texts) >= 8


def test_support_and_goal_are_the_personas_own() -> None:
    assert "Jean" in answer(nora(), "Who could you lean on?")
    assert "sleep five hours" in answer(nora(), "What do you hope for?") or "say no" in answer(
        nora(), "What do you hope for?"
    )
    assert "我弟" in answer(gao(), "这段时间有谁支持你？")


def test_a_scaling_question_gets_a_number() -> None:
    numbers = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    for n in range(6):
        text = answer(nora(), "On a scale from 0 to 10, how bad is it?", n).lower()
        assert any(number in text for number in numbers), text


@pytest.mark.parametrize("outcome", ["done", "partly", "not_done"])
def test_homework_is_reported_by_its_outcome_and_by_the_name_it_was_given(outcome: str) -> None:
    view = nora()
    assert view.homework is not None
    work = view.homework.model_copy(
        update={
            "outcome": outcome,
            "text": "I'd like to suggest an experiment, the worry window: write for ten minutes.",
        }
    )
    view = view.model_copy(update={"homework": work, "lines": {}})
    line = "We agreed on the worry window; how did that go?"
    texts = []
    for n in range(6):
        heard = [Line(id="s2t1", speaker="counselor", text=line)]
        now = view.model_copy(update={"dialogue": heard, "stance": stance("report_homework")})
        texts.append(speak(now, Random(n)).text)
    assert all("worry window" in text for text in texts)
    not_done = ("didn't get", "didn't happen", "no news", "never got", "left it")
    for text in texts:
        assert any(word in text.lower() for word in not_done) == (outcome == "not_done"), text


def test_what_the_counselor_said_last_time_is_recalled_from_the_clients_own_memory() -> None:
    memory = 'I told them about Mrs Hale. They said, "You have been carrying it alone." It stayed.'
    view = nora().model_copy(update={"memories": [memory]})
    assert "carrying it alone" in answer(view, "What stayed with you from last time?")
