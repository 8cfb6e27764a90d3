"""What kind of thing was told, and the words and the question that meet that kind.

A job, a night, a slight, a habit, a body that tells: each is met in the counselor's own words,
without a quotation, and asked about in a way that fits it. So is a brief answer to a question that
the counselor just asked.
"""

from __future__ import annotations

from muspsy_sim.llm.offline.counselor_scene import Scene
from muspsy_sim.llm.offline.listening import Heard, hear
from muspsy_sim.records.base import Language

_BRIEF: dict[Language, int] = {"en": 7, "zh": 12}
"""Words (characters) up to which a line is a short answer."""
_ANSWER: dict[Language, int] = {"en": 13, "zh": 13}
"""Words (characters) up to which a line may be an answer and nothing else."""
_CUES = (
    ("irony", "irony"),
    ("doubt", "doubt"),
    ("treated", "treated"),
    ("habit", "habit"),
    ("night", "night"),
    ("body", "bodied"),
    ("wavers", "wavers"),
    ("work_told", "work_told"),
    ("mood", "mood"),
)
"""Cues and the kinds that they tell of; where several are heard, the first is answered."""
_NOT_AN_ANSWER = ("deflect", "resist", "aside", "dont_know", "telling", "secret", "slight", "loss")
_ANSWERS = (
    ("ask_obstacle", "after_obstacle", ("agenda_open",)),
    ("ask_learned", "after_learned", ("next_learned", "agenda_open")),
    ("ask_exception", "after_exception", ("next_exception",)),
    ("next_exception", "", ("next_learned",)),
    ("ask_lookback", "after_lookback", ("ask_ahead", "ask_lookback")),
)
"""Questions, what a brief answer to each is met with, and what is asked then."""


def kinds(scene: Scene, heard: Heard) -> tuple[str, ...]:
    """The kinds of thing that a line tells of, the one to be answered first at the head."""
    brief = heard.length <= _BRIEF[scene.view.language]
    bad = bool(heard.feelings) and not heard.feelings[-1].good
    found: list[str] = []
    if brief and heard.shows("blow"):
        found.append("blow")
    elif brief and bad:
        found.append("feeling")
    elif brief and heard.shows("eased"):
        found.append("eased")
    lost = jobless(scene)
    if heard.shows("jobless") or (lost and heard.shows("work_told")):
        found.append("lost_work")
    found += [
        kind
        for cue, kind in _CUES
        if heard.shows(cue) and not (kind == "work_told" and (lost or heard.shows("ended")))
    ]
    if (
        heard.topics
        and _living(scene)
        and hear(heard.topics[0], scene.view.language).shows("person")
    ):
        found.append("kin")
    return tuple(found)


def jobless(scene: Scene) -> bool:
    """Whether the client has said, here or at intake, that it has no work."""
    intake = (
        hear(line.text, scene.view.language)
        for line in scene.view.intake
        if line.speaker == "client"
    )
    return any(line.shows("jobless") for line in (*scene.everything(), *intake))


def _living(scene: Scene) -> bool:
    """Whether those who are talked about may be asked about as living: nobody has died."""
    intake = (
        hear(line.text, scene.view.language)
        for line in scene.view.intake
        if line.speaker == "client"
    )
    return scene.theme != "grief" and not any(
        line.shows("loss") for line in (*scene.everything(), *intake)
    )


def meet(scene: Scene, heard: Heard) -> bool:
    """Meet what was told as what it is; whether there was something to say."""
    if heard.shows("treated") and (doer := _first_person(scene, heard)):
        return scene.voice.say("meet_treated_by", "meet_treated", topic=doer)
    return scene.voice.say(*(f"meet_{kind}" for kind in kinds(scene, heard)), **scene.slots())


def _first_person(scene: Scene, heard: Heard) -> str:
    """Whom a line begins with, as it is said to the client, or an empty string."""
    text, language = heard.text, scene.view.language
    first = text[:4] if language == "zh" else " ".join(text.split()[:3])
    topics = hear(first, language).topics
    return topics[0] if topics and hear(topics[0], language).shows("person") else ""


def met(scene: Scene, heard: Heard) -> tuple[str, ...]:
    """The kinds that this very turn has met already."""
    voice = scene.voice
    return tuple(k for k in kinds(scene, heard) if voice.was(f"meet_{k}", voice.text))


def ask_of(scene: Scene, heard: Heard) -> bool:
    """Ask about what was told as what it is; whether there was a question."""
    found = [f"ask_of_{kind}" for kind in (*met(scene, heard), *kinds(scene, heard))]
    if heard.feelings and not heard.feelings[-1].good and "ask_of_feeling" not in found:
        found.append("ask_of_feeling")
    return scene.voice.say(*found, **scene.slots())


def answered(scene: Scene, heard: Heard) -> bool:
    """Take a brief answer to one's own question as the answer, and go on from it."""
    if heard.length > _ANSWER[scene.view.language] or heard.shows(*_NOT_AN_ANSWER):
        return False
    if heard.minimal or heard.thought or heard.question or heard.sore:
        return False
    for asked, taken, then in _ANSWERS:
        if taken and taken not in scene.voice.frames:
            continue
        if scene.voice.was(asked, scene.last_said):
            said = bool(taken) and scene.voice.say(taken, **scene.slots())
            return scene.voice.say(*then, **scene.slots()) or said
    return False
