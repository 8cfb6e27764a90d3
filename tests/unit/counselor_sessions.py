"""Canned clients for the offline counselor's tests, and a session held with one."""

from __future__ import annotations

from random import Random

from muspsy_sim.llm.offline.counselor import plan_turn, remember, respond
from muspsy_sim.records.answers import NoteAnswer
from muspsy_sim.records.base import Language
from muspsy_sim.records.memory import SessionPlan, TurnPlan
from muspsy_sim.records.views import Line, PlanTurnView, Recalled, RememberView, RespondView

CLIENT: dict[Language, list[str]] = {
    "en": [
        "Hi. I'm not sure why I came, to be honest.",
        "My boss keeps piling things on me and I can't say no.",
        "I lie awake at three in the morning and go over everything I got wrong.",
        "I don't know.",
        "My mother always said I was too sensitive.",
        "I feel useless, as if the others cope and I don't.",
        "Yeah.",
        "I cried in the car on Tuesday and then drove on.",
        "What if they find out that I'm a fraud?",
        "I should be grateful, I have a job.",
        "My husband says I'm never really there.",
        "I've never told anyone this, but I hid the letters from the bank.",
        "I'd rather not go into that.",
        "It's just heavy. My chest gets tight in the evenings.",
        "I could try to tell my sister, maybe.",
        "I went for a walk yesterday and felt a bit better.",
        "Is that normal?",
        "What should I do?",
        "I'm fine, really, I get on with it.",
        'I open the fridge and I think, "What is the point of you."',
        "Nobody at work knows about any of it.",
        "I want to stop being afraid of the phone.",
        "I was so tired that I forgot to pick up my daughter.",
        "Okay, I'll try that.",
        "He said I was cold.",
    ],
    "zh": [
        "你好，我也不知道该不该来。",
        "领导老是给我加活，我又不会拒绝。",
        "我每天凌晨三点就醒，躺着想自己哪里又做错了。",
        "不知道。",
        "我妈从小就说我太敏感了。",
        "我觉得自己很没用，别人都能应付，就我不行。",
        "嗯。",
        "周二我在车里哭了，然后接着开。",
        "万一他们发现我其实什么都不会怎么办？",
        "我应该知足的，毕竟还有工作。",
        "我老公说我人在心不在。",
        "这事我没跟人说过，我把银行的信都藏起来了。",
        "这个我不太想说。",
        "就是很沉，一到晚上胸口发紧。",
        "也许可以先跟我姐说说。",
        "昨天我出去走了走，好像好一点了。",
        "我这样正常吗？",
        "我该怎么办呢？",
        "我没事的，习惯了。",
        "打开冰箱，心里就冒出来：“要你有什么用。”",
        "单位里没有一个人知道。",
        "我想别再怕电话响了。",
        "我累到忘了去接女儿。",
        "好的，我试试。",
        "他说我冷冰冰的。",
    ],
}


def hold(
    language: Language,
    exchanges: int,
    *,
    manner: str = "attuned",
    session: int | None = 1,
    recalled: list[Recalled] | None = None,
    plan: SessionPlan | None = None,
    intake: list[Line] | None = None,
    lines: list[str] | None = None,
    plans_turns: bool = False,
    seed: int = 0,
) -> list[Line]:
    """A session with a canned client, up to the turn in which the counselor closes."""
    said = lines or CLIENT[language]
    dialogue: list[Line] = []
    number = session or 1
    for exchange in range(1, exchanges + 1):
        seen = {
            "language": language,
            "session": session,
            "manner": manner,
            "manner_text": "as the manner says",
            "recalled": recalled or [],
            "session_plan": plan,
            "intake": intake or [],
            "exchange": exchange,
            "exchanges_left": exchanges - exchange,
            "dialogue": list(dialogue),
        }
        turn_plan = None
        if plans_turns:
            answer = plan_turn(PlanTurnView(**seen), Random(f"plan {seed} {exchange}"))
            turn_plan = TurnPlan(**answer.model_dump())
        reply = respond(RespondView(**seen, turn_plan=turn_plan), Random(f"{seed} {exchange}"))
        turn = len(dialogue) + 1
        dialogue.append(Line(id=f"s{number}t{turn}", speaker="counselor", text=reply.text))
        if reply.close:
            break
        words = said[(exchange - 1) % len(said)]
        dialogue.append(Line(id=f"s{number}t{turn + 1}", speaker="client", text=words))
    return dialogue


def counselor_turns(dialogue: list[Line]) -> list[str]:
    """What the counselor said."""
    return [line.text for line in dialogue if line.speaker == "counselor"]


def note_of(language: Language, dialogue: list[Line], session: int = 1) -> NoteAnswer:
    """The offline note of a session."""
    return remember(RememberView(language=language, session=session, dialogue=dialogue), Random(7))


def recall(note: NoteAnswer, session: int = 1) -> Recalled:
    """A note as it is recalled."""
    statements = [*note.emotion_and_cognition, *note.observations, *note.assignments, *note.summary]
    return Recalled(
        session=session,
        ref=f"note:{session}",
        statements=statements,
        session_goal=note.session_goal,
    )
