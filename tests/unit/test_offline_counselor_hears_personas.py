"""The offline counselor understands what the personas and the offline client really say."""

from __future__ import annotations

import re
from random import Random

import pytest

from muspsy_sim.llm.offline.client.material import client_material
from muspsy_sim.llm.offline.counselor import respond
from muspsy_sim.llm.offline.counselor_material import material
from muspsy_sim.llm.offline.listening import hear
from muspsy_sim.personas.library import load_profile
from muspsy_sim.personas.summaries import list_profiles
from muspsy_sim.records.base import Language
from muspsy_sim.records.profile import Moment
from muspsy_sim.records.views import Line, Recalled, RespondView

PERSONAS = [each.id for each in list_profiles()]
UNDERSTOOD: dict[Moment, tuple[str, ...]] = {
    "homework_done": ("done", "better"),
    "homework_not_done": ("not_done", "partly"),
}
_NO = re.compile(r"no\b|没(?!想到)", re.IGNORECASE)


@pytest.mark.parametrize("name", PERSONAS)
def test_what_a_persona_says_of_its_homework_is_understood(name: str) -> None:
    """What is not would be asked again in the next breath, as if nothing had been said."""
    profile = load_profile(name)
    for moment, cues in UNDERSTOOD.items():
        for said in profile.temperament.voice.lines.get(moment, []):
            heard = hear(said, profile.language)
            assert heard.shows(*cues) or (moment == "homework_not_done" and _NO.match(said)), said
            if moment == "homework_done":
                assert not heard.shows("not_done"), said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_wish_to_leave_a_subject_is_heard(language: Language) -> None:
    for said in client_material(language).pools["coda_guarded"].any:
        assert hear(said, language).shows("deflect"), said


def test_a_relative_clause_is_never_given_back() -> None:
    heard = hear("I've got a theory about it, which I realise isn't what you asked.", "en")
    assert heard.clause == "you've got a theory about it"
    assert not heard.phrase.startswith("which")
    heard = hear("Some boater tells me how sorry they are, put it that way.", "en")
    assert heard.clause == "some boater tells you how sorry they are"


@pytest.mark.parametrize(
    ("said", "language"), [("对，是我说的。", "zh"), ("Yeah, I did say that.", "en")]
)
def test_that_something_was_said_is_not_given_back_as_what_was_said(
    said: str, language: Language
) -> None:
    assert hear(said, language).clause == ""


@pytest.mark.parametrize("name", PERSONAS)
def test_what_a_client_made_small_at_intake_is_not_said_to_it(name: str) -> None:
    """An arm that reads the form anew each week would be coded as dismissive for it each week."""
    profile = load_profile(name)
    lines = [Line(id="s0t2", speaker="client", text=profile.presenting_problem)]
    view = RespondView(
        language=profile.language,
        session=None,
        manner="attuned",
        manner_text="",
        intake=lines,
        exchange=1,
        exchanges_left=9,
    )
    for seed in range(40):
        said = respond(view, Random(seed)).text
        assert not re.search(r"you're just|you just|你只是|你不过是", said), said


@pytest.mark.parametrize(
    ("said", "cue", "heard_as"),
    [
        (
            "在山上，雪厚的时候我躺进去过，想着不起来也行。如今下雪还想那个地方。",
            "risk_passive",
            True,
        ),
        ("你听我说，我现在不想碰那个感觉。", "deflect", True),
        ("担心着呢，先不说。", "deflect", True),
        ("心里有事，先搁着。", "deflect", True),
        ("周末我睡懒觉，不起来也行。", "risk_passive", False),
        ("他回来都不想碰我。", "deflect", False),
        ("先不说别的，光房贷就四千三。", "deflect", False),
        ("有这么简单我早做了。", "resist", True),
        ("比以前能应付了。", "better", True),
        ("偏方我试了有一打，酸枣仁、荞麦皮、热水泡脚，嘛都试过。", "resist", False),
        ("我手上起疹子，一碰浆糊就疼，以前从来没有过。", "absolute", False),
        ("我从来没有睡好。", "absolute", True),
        ("我得说声。他给我剥虾，剥了四年，其实我不爱吃虾。", "should", False),
        ("在塔上起了风，吊钩晃，我得等它自己停。", "should", False),
        ("我得撑住这个家。", "should", True),
        ("一睁眼就怕这一天。", "what_if", False),
        ("我就怕他哪天不回来。", "what_if", True),
    ],
)
def test_chinese_lines_are_heard_for_what_they_say(said: str, cue: str, heard_as: bool) -> None:
    """A refusal passed by, or a figure of speech taken for a rule, answers another line."""
    assert hear(said, "zh").shows(cue) is heard_as


@pytest.mark.parametrize(
    ("said", "feelings"),
    [
        ("臊得慌，脸上发烫。", ["羞愧"]),
        ("仨都搁床箱里呢，翻身硌得慌。", []),
        ("一到晚上我就发慌。", ["焦虑"]),
        ("没从前那么担心了。", []),
        ("我还是那么担心。", ["焦虑"]),
    ],
)
def test_a_degree_word_or_what_has_eased_is_not_a_feeling(said: str, feelings: list[str]) -> None:
    assert [f.feel for f in hear(said, "zh").feelings] == feelings


def test_a_place_in_a_story_is_not_its_topic() -> None:
    slept = hear("腊月里厂里老姐妹聚会，我打那天回来就睡不成了。", "zh")
    assert slept.topics == ("晚上睡觉这件事",)
    assert "身材和样子" not in hear("妈妈对着镜子，摸脖子上那道疤。", "zh").topics
    assert "appearance" in hear("我觉得下巴长得不对，口罩摘不下来。", "zh").themes
    assert hear("有那么一天半天。我也不知道。", "zh").clause != "你也不知道"


@pytest.mark.parametrize(
    ("said", "cue", "heard_as"),
    [
        ("I've done two elections, a royal funeral and nine hundred hockey games.", "loss", False),
        ("I didn't go to her funeral.", "loss", True),
        ("Genius runs in the blood.", "heavy", False),
        ("There was blood everywhere.", "heavy", True),
        ("I'm alone with a rank of flutes and they come into tune.", "heavy", False),
        ("I can't keep it in. It's all in a pot on the fridge.", "cannot", False),
        ("I can't get air in under my ribs.", "cannot", False),
        ("I can't go in there.", "cannot", True),
        ("I should say. I was given the formatting.", "should", False),
        ("I should be there for them.", "should", True),
        ("On a good day, no.", "better", False),
        ("I've looked better, I've felt better.", "better", False),
        ("I felt better on Sunday.", "better", True),
        ("They say nineteen months, it was in February.", "others_said", False),
        ("They say I'm difficult.", "others_said", True),
        ("What do you want me to say?", "resist", True),
        ("You tell me, you're the expert.", "resist", True),
        ("Bit tired.", "minimise", True),
        ("I can't do that today.", "deflect", True),
    ],
)
def test_english_lines_are_heard_for_what_they_say(said: str, cue: str, heard_as: bool) -> None:
    """Work with a funeral in it is no loss, and a lead-in is neither a rule nor an inability."""
    assert hear(said, "en").shows(cue) is heard_as


@pytest.mark.parametrize(
    ("said", "feelings"),
    [
        ("I'm alone with a rank of flutes and they come into tune.", []),
        ("I feel alone in that house.", ["lonely"]),
        ("I'm watching your face, I'm afraid.", []),
        ("I'm afraid of what happens if I don't.", ["afraid"]),
        ("I'm rather worn, but I cope.", ["worn out"]),
    ],
)
def test_courtesy_and_solitude_are_no_feelings(said: str, feelings: list[str]) -> None:
    assert [f.feel for f in hear(said, "en").feelings] == feelings


@pytest.mark.parametrize(
    "said", ["I should say.", "It isn't like me, or maybe it is.", "I can hear how it sounds."]
)
def test_a_remark_about_the_telling_is_not_given_back(said: str) -> None:
    heard = hear(said, "en")
    assert not heard.clause.startswith(("it isn't like you", "you can hear", "you should"))
    assert heard.phrase not in ("I should say", "It isn't like me", "I can hear how it sounds")


def _asked(said: str, *, last: bool, function: str) -> int:
    """How often, of 60 draws, the answer to a line holds a question of this kind."""
    frames = [frame.key for frame in material("en").manners["attuned"][function]]
    stayed = Line(id="s1t2", speaker="client", text="I stayed in.")
    recalled = [Recalled(session=1, ref="s1", lines=[stayed])]
    view = RespondView(
        language="en",
        session=2,
        manner="attuned",
        manner_text="",
        intake=[],
        dialogue=[
            Line(id="s2t1", speaker="counselor", text="Good morning."),
            Line(id="s2t2", speaker="client", text="Good morning."),
            Line(id="s2t3", speaker="counselor", text="Go on."),
            Line(id="s2t4", speaker="client", text=said),
        ],
        recalled=recalled if last else [],
        last=last,
        exchange=3,
        exchanges_left=6,
    )
    answers = [respond(view, Random(seed)).text.lower() for seed in range(60)]
    return sum(any(key in answer for key in frames) for answer in answers)


def test_what_hurts_in_the_last_hour_is_not_answered_by_looking_back() -> None:
    assert _asked("There's a naggin of vodka in the van.", last=True, function="ask_lookback") == 0
    assert _asked("I drive the library van now.", last=True, function="ask_lookback") > 0


def test_a_confession_is_not_asked_whether_it_cannot_be_done() -> None:
    told = "There's something I haven't said. I can't open it, I forged the date."
    assert _asked(told, last=False, function="ask_cannot") == 0
    assert _asked("I can't open the letter.", last=False, function="ask_cannot") > 0
