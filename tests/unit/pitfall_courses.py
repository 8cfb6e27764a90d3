"""Courses written by hand, each with one pitfall in it or none, for those who look for them."""

from __future__ import annotations

from typing import Literal

from muspsy_sim.personas.library import load_profile
from muspsy_sim.records.episode import Episode, Session, SessionEnd, Turn
from muspsy_sim.records.profile import Profile
from muspsy_sim.records.state import Disclosed
from tests.unit.episodes import make_episode

Line = tuple[Literal["client", "counselor"], str]
PERSONAS = {"en": "en-gordon-pell", "zh": "zh-lu-xiaowen"}


def talk(text: str) -> list[list[Line]]:
    """Sessions out of lines: `T:` the counselor says, `C:` the client; a line of `--` parts them."""
    sessions: list[list[Line]] = [[]]
    for line in filter(None, (each.strip() for each in text.splitlines())):
        if line == "--":
            sessions.append([])
        else:
            sessions[-1].append(("counselor" if line[0] == "T" else "client", line[2:].strip()))
    return sessions


def course(
    text: str,
    language: Literal["en", "zh"] = "en",
    *,
    profile: Profile | None = None,
    disclosed: dict[str, str] | None = None,
) -> Episode:
    """An episode of these sessions. `disclosed`: fact to the turn in which the record has it."""
    who = profile or load_profile(PERSONAS[language])
    claims = disclosed or {}
    sessions = [
        Session(
            number=number,
            week=number,
            end=SessionEnd.EXCHANGES_USED,
            turns=[
                Turn(
                    id=(name := f"s{number}t{at}"),
                    speaker=speaker,
                    text=words,
                    disclosed=[
                        Disclosed(fact=fact, turn=name, quote=words)
                        for fact, turn in claims.items()
                        if turn == name
                    ],
                )
                for at, (speaker, words) in enumerate(lines, start=1)
            ],
        )
        for number, lines in enumerate(talk(text), start=1)
    ]
    base = make_episode(language)
    return base.model_copy(
        update={"profile": who, "persona": who.id, "intake": None, "sessions": sessions}
    )


CLEAN = {
    "en": """
        T: Good morning. Where would you like to start?
        C: Morning. I'm not sure there's a lot to say, if I'm straight with you.
        T: Then we can go slowly. What has the week been like on the locks?
        C: Cold. Had a narrowboat stuck on the cill on Tuesday and it took me till dark.
        T: Till dark. And when you got in, what was the house like?
        C: Quiet. I put the wireless on and fed the dog.
        T: What goes through you when it's quiet like that?
        C: I don't know that anything does.
        T: Would it be all right to stay with that for a minute?
        C: I suppose I listen for the stairs. Daft, that.
        T: It doesn't sound daft to me. We have to stop for today.
        C: I'll see to the dog, then.
        --
        T: Good to see you again. How has the week been?
        C: Wet. Jill rang on the Sunday.
        T: How was it to talk to your daughter?
        C: She does the talking. Yes, it was all right.
        T: What didn't get said?
        C: I'd rather not get into that.
        T: That's fine. Is there anything from this week you want to look at?
        C: There was a lad at the lock with his grandfather. I watched them the whole way down.
        T: What did you see?
        C: Somebody being taught something.
        T: We'll leave it there. Goodbye, and look after yourself.
        C: Bye, then.
    """,
    "zh": """
        T: 你好，请坐。今天想从哪里开始？
        C: 老师好，我也不晓得从哪里讲起。
        T: 不着急，这一周过得怎么样？
        C: 馆里来了一批新书，都是潮的，我晾了三天。
        T: 晾书的时候，心里是什么样子？
        C: 蛮静的，手上有事情做就不会乱想。
        T: 不做事的时候呢？
        C: 会想婚礼的事情，人一下子就累了。
        T: 那个累，是从身体哪里开始的？
        C: 脖子后面，像有人拎着。
        T: 今天先到这里，我们下周见。
        C: 谢谢老师，我把门带上。
        --
        T: 又见面了，这周有什么想谈的？
        C: 他妈妈又打电话来问请柬。
        T: 接电话的时候，你说了什么？
        C: 我说快好了，其实一张也没有写。
        T: 没有写的时候，手在做什么？
        C: 在擦桌子，擦了两遍。
        T: 听起来，擦桌子比写字容易一些。
        C: 是的，桌子不会问我什么。
        T: 时间到了，路上小心。
        C: 好的，再见。
    """,
}
"""Two sessions each in which nothing goes wrong."""
