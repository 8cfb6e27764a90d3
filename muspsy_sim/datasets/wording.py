"""The fixed words of training prompts, in both languages.

They say what the counselor's task is and name the parts of what it sees. The heads inside notes
and plans are MusPsy's and English in both languages, as in its published cards and memories.
"""

from __future__ import annotations

from dataclasses import dataclass

from muspsy_sim.records.base import Language


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language."""

    counseling: str
    memory: str
    planning: str
    session: str
    """With `{number}`."""
    intake: str
    recalled: str
    recalled_session: str
    """With `{number}`."""
    reports: str
    report: str
    """With `{week}`, `{phq9}` and `{gad7}`."""
    session_plan: str
    treatment_plan: str
    opened: str
    dialogue: str
    dialogue_before: str
    nothing_yet: str
    client: str
    counselor: str
    colon: str
    """Between who said it and what was said."""
    gap: str
    """Between two sentences."""
    nothing: str
    yes: str
    no: str
    after: str
    """With `{goals}`: the goals that come before one."""
    synthetic_opener: str
    """What stands for a client's first words under `--opening synthetic_user`."""


ENGLISH = Wording(
    counseling=(
        "You are a counselor in session with a client. Reply with your next turn only, in English."
    ),
    memory=(
        "You are a counselor. A session has just ended. Write your note of it for later sessions, "
        "from what was said and nothing else."
    ),
    planning=(
        "You are a counselor. Plan the session to come from what you know of this client so far."
    ),
    session="This is session {number}.",
    intake="The client's intake form",
    recalled="What you remember of earlier sessions",
    recalled_session="Session {number}",
    reports="What the client reported",
    report="Week {week}: PHQ-9 {phq9}, GAD-7 {gad7}",
    session_plan="Your plan for this session",
    treatment_plan="Your treatment plan so far",
    opened="You opened this session with these words",
    dialogue="The session",
    dialogue_before="The session just held",
    nothing_yet="You have not met this client yet.",
    client="Client",
    counselor="Counselor",
    colon=": ",
    gap=" ",
    nothing="none",
    yes="yes",
    no="no",
    after="after {goals}",
    synthetic_opener="(The client has come in and waits for you to begin.)",
)

CHINESE = Wording(
    counseling="你是一名心理咨询师，正在与来访者进行咨询。请只用中文说出你的下一句回应。",
    memory="你是一名心理咨询师。一次咨询刚刚结束。请只根据咨询中说过的话，为以后的咨询写下记录。",
    planning="你是一名心理咨询师。请根据你目前对这位来访者的了解，为下一次咨询制定计划。",
    session="这是第{number}次咨询。",
    intake="来访者的登记表",
    recalled="你记得的以往咨询",
    recalled_session="第{number}次咨询",
    reports="来访者的自评",
    report="第{week}周：PHQ-9 {phq9}，GAD-7 {gad7}",
    session_plan="你对本次咨询的计划",
    treatment_plan="你目前的总体咨询计划",
    opened="本次咨询你是这样开场的",
    dialogue="本次咨询",
    dialogue_before="刚结束的咨询",
    nothing_yet="你还没有见过这位来访者。",
    client="来访者",
    counselor="咨询师",
    colon="：",
    gap="",
    nothing="无",
    yes="是",
    no="否",
    after="在{goals}之后",
    synthetic_opener="（来访者已经进来，等你开口。）",
)


def wording(language: Language) -> Wording:
    """The words for a language."""
    return CHINESE if language == "zh" else ENGLISH
