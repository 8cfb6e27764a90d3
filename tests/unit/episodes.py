"""Recorded episodes to test on, without running anything: two sessions in either language.

`make_episode` gives a whole, valid episode of an arm; `write_run` puts episodes into a folder as a
run would, with `run.yaml` and journals. What the client hides is in `NEVER_TOLD` and must reach no
prompt; `TOLD_LATE` is said in session 2 and must not reach anything of session 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from muspsy_sim.llm.journal_text import Entry, Header, encode_line
from muspsy_sim.records.appraisal import Appraisal, Coded
from muspsy_sim.records.base import Language
from muspsy_sim.records.episode import (
    CourseEnd,
    Episode,
    ForkedFrom,
    Label,
    Provenance,
    Session,
    SessionEnd,
    Turn,
    Usage,
    Week,
)
from muspsy_sim.records.files import canonical_json
from muspsy_sim.records.memory import (
    SessionNote,
    SessionPlan,
    Statement,
    TreatmentGoal,
    TreatmentPlan,
    TurnPlan,
)
from muspsy_sim.records.profile import (
    CoreBelief,
    Demographics,
    Fact,
    Formulation,
    LifeEvent,
    Profile,
    Risk,
    Situation,
    Symptoms,
    Temperament,
    Voice,
)
from muspsy_sim.records.state import (
    Alliance,
    ClientMemory,
    ClientState,
    Disclosed,
    StateChange,
    StateValues,
    SymptomReport,
)

NEVER_TOLD = {
    "en": "I keep my late brother's keys in the glovebox and I talk to them at red lights. KEYCANARY7F",
    "zh": "我把弟弟留下的那串钥匙一直放在车里，等红灯的时候会跟它说话。KEYCANARY7F",
}
TOLD_LATE = {
    "en": "In March I drove to the bridge and sat there until it got light, and then I drove home.",
    "zh": "三月的时候我开车去了那座桥边，一直坐到天亮才慢慢开回家。",
}
TOLD_EARLY = {
    "en": "I have not slept more than four hours a night since the shop closed down.",
    "zh": "自从铺子关门以后，我每天晚上睡不到四个小时。",
}
HINT = {
    "en": "goes quiet and changes the subject whenever the talk comes near the family car",
    "zh": "一说到家里那辆车就安静下来，马上把话题转到别处去",
}
BELIEF = {"en": "If I stop, everything falls apart", "zh": "我一停下来一切都会垮掉"}
REASONING = {
    "en": (
        "He is circling the empty shop again, and I believe the anger at his landlord covers "
        "something older that he is not going to name for me today, so I will wait."
    ),
    "zh": "他又绕回到那间空铺子上了，我觉得他对房东的怒气底下还压着一件更早的事，今天他不会说出来，我先等着吧。",
}

_SAID: dict[Language, list[list[str]]] = {
    "en": [
        [
            "Good to meet you, Anselm. Where would you like to begin today?",
            "My wife made the appointment. The shop is gone and I am told I am not myself.",
            "It sounds as if you were sent here, and the shop is what weighs on you.",
            TOLD_EARLY["en"],
            "Four hours is very little. What goes through your mind when you lie awake?",
            "Sums, mostly. What I owe, and to whom.",
            "Would you write those sums down before bed this week, and bring me the paper?",
            "I can try that. Goodbye then.",
        ],
        [
            "Welcome back, Anselm. Last time you were going to write down the sums. How was it?",
            "I did it three times. The paper was shorter than I had thought.",
            "You did it three times, and it surprised you. What do you make of that?",
            TOLD_LATE["en"],
            "Thank you for telling me that. Are you safe now, this week?",
            "Yes. I have not been back there since.",
        ],
    ],
    "zh": [
        [
            "你好，今天想从哪里说起？",
            "是我爱人让我来的。铺子没了，她说我变了一个人。",
            "听起来你是被劝来的，而铺子的事压在你心上。",
            TOLD_EARLY["zh"],
            "四个小时太少了。睡不着的时候你都在想什么？",
            "多半是算账，欠了谁，欠了多少。",
            "这周睡前把那些账写下来，下次带给我看看，好吗？",
            "我试试吧，再见。",
        ],
        [
            "欢迎回来。上次说好把账写下来，做得怎么样？",
            "写了三次，比我想的要短一些。",
            "你写了三次，而且有点意外。你怎么看？",
            TOLD_LATE["zh"],
            "谢谢你告诉我。这一周你安全吗？",
            "安全，后来我再也没去过。",
        ],
    ],
}
_WORDS: dict[Language, dict[str, Any]] = {
    "en": {
        "name": "Anselm Rook",
        "job": "locksmith",
        "problem": "Since I had to close my shop I cannot rest and my wife says I have changed.",
        "asked": "What brings you here, in your own words?",
        "thought": "They all knew before I did that it was finished.",
        "event": "The landlord changed the locks on the old shop.",
        "voice": "Short dry sentences, and a joke whenever it gets close.",
        "goal": "I want to sleep through one night.",
        "quote": "What I owe, and to whom.",
        "emotion": "Worn out, and ashamed of the debts.",
        "observation": "He lies awake over sums.",
        "homework": "Write the sums down before bed and bring the paper.",
        "note_goal": "Understand what keeps him awake.",
        "summary": "He was sent by his wife and speaks of the closed shop.",
        "summary2": "He wrote the sums three times and told of a night in March.",
        "plan1": ("Get to know what brought him", "the closed shop"),
        "plan2": ("See how writing the sums went", "sleep and debts"),
        "techniques": ["reflective listening", "sleep diary"],
        "treatment": "Sleep more than six hours a night",
        "approach": "Slowly, with his own figures.",
        "memory": "She asked what I think about at night and did not laugh.",
        "turn_aim": "Open the hour without pressing him",
        "turn_reason": "He was sent and will shut the door if I push on the first question.",
        "fact_topics": ("sleep", "a night", "keys"),
    },
    "zh": {
        "name": "阮安生",
        "job": "锁匠",
        "problem": "铺子关门以后我一直静不下来，爱人说我变了。",
        "asked": "请用自己的话写下来访的原因。",
        "thought": "他们早就知道铺子完了，只有我不知道。",
        "event": "房东把旧铺子的锁换掉了。",
        "voice": "话短，干巴巴的，一靠近心事就开玩笑。",
        "goal": "我想睡一个整觉。",
        "quote": "欠了谁，欠了多少。",
        "emotion": "疲惫，为欠债感到羞愧。",
        "observation": "夜里睡不着，一直在算账。",
        "homework": "睡前把账写下来，下次带来。",
        "note_goal": "弄清楚他为什么睡不着。",
        "summary": "他是被爱人劝来的，谈到关掉的铺子。",
        "summary2": "他写了三次账，讲了三月里的一个晚上。",
        "plan1": ("了解他为什么来", "关掉的铺子"),
        "plan2": ("看看写账做得怎么样", "睡眠和欠债"),
        "techniques": ["倾听与反映", "睡眠日记"],
        "treatment": "每晚睡六个小时以上",
        "approach": "慢慢来，从他自己的数字开始。",
        "memory": "她问我夜里想什么，没有笑我。",
        "turn_aim": "不给压力地开场",
        "turn_reason": "他是被劝来的，第一句就追问的话他会把门关上，所以先让他自己选从哪里说起。",
        "fact_topics": ("睡眠", "那个晚上", "钥匙"),
    },
}
_FULL_NODES = [
    "appraise",
    "feel",
    "plan",
    "plan_first",
    "plan_next",
    "recall",
    "remember",
    "respond",
    "speak",
]
ARMS: dict[str, dict[str, Any]] = {
    "full": {"nodes": _FULL_NODES, "control": False, "levels": {"recall": "notes"}},
    "last-note": {"nodes": _FULL_NODES, "control": False, "levels": {"recall": "last"}},
    "no-memory": {
        "nodes": [n for n in _FULL_NODES if n not in ("recall", "remember")],
        "control": False,
        "levels": {"recall": "none"},
    },
    "whole-transcript": {
        "nodes": _FULL_NODES,
        "control": False,
        "levels": {"recall": "transcript"},
    },
    "dismissive": {"nodes": _FULL_NODES, "control": True, "levels": {"recall": "notes"}},
    "bare": {
        "nodes": ["appraise", "feel", "respond_bare", "speak"],
        "control": False,
        "levels": {"recall": "none", "history": "course", "opens": "client"},
    },
    "waitlist": {"nodes": ["between", "open"], "control": True, "levels": {"recall": "none"}},
}


def make_profile(language: Language = "en", case: str = "", persona: str = "") -> Profile:
    """A client with three facts: told in session 1, told in session 2, and never told."""
    words = _WORDS[language]
    topics = words["fact_topics"]
    return Profile(
        id=persona or f"{language}-rook",
        source_case=case or f"case-{language}-rook",
        language=language,
        title=words["job"],
        topic="job_crisis",
        demographics=Demographics(name=words["name"], age=51, occupation=words["job"]),
        presenting_problem=words["problem"],
        formulation=Formulation(
            core_beliefs=[CoreBelief(id="b-stop", belief=BELIEF[language], strength=0.8)],
            situations=[
                Situation(
                    id="s-shop",
                    situation=words["event"],
                    automatic_thought=words["thought"],
                    emotion="shame",
                    behaviour=HINT[language],
                )
            ],
        ),
        facts=[
            Fact(id="f-sleep", topic=topics[0], text=TOLD_EARLY[language], sensitivity=1),
            Fact(id="f-bridge", topic=topics[1], text=TOLD_LATE[language], sensitivity=3),
            Fact(
                id="f-keys",
                topic=topics[2],
                text=NEVER_TOLD[language],
                sensitivity=3,
                hint=HINT[language],
            ),
        ],
        temperament=Temperament(
            starting_trust=0.3,
            reactivity=0.5,
            resistance_style="minimising",
            stage_of_change="contemplation",
            talkativeness=0.3,
            homework_propensity=0.7,
            voice=Voice(style=words["voice"]),
        ),
        symptoms=Symptoms(phq9=[1, 1, 3, 2, 1, 1, 1, 0, 0], gad7=[2, 2, 2, 1, 1, 1, 1]),
        risk=Risk(),
        goals=[words["goal"]],
        life_events=[LifeEvent(text=words["event"], weight=0.4)],
    )


def make_episode(
    language: Language = "en",
    arm: str = "full",
    *,
    seed: int = 0,
    case: str = "",
    persona: str = "",
    end: CourseEnd = CourseEnd.SESSIONS_USED,
    offline: Iterable[str] = (),
    monitoring: str = "none",
    forked_from: ForkedFrom | None = None,
) -> Episode:
    """A whole episode of one of `ARMS`. What the arm lacks (notes, plans, sessions) is not there."""
    profile = make_profile(language, case, persona)
    about = ARMS[arm]
    sessions = [] if arm == "waitlist" else [_session(profile, arm, n) for n in (1, 2)]
    if not end.complete and sessions:
        _cut_off(sessions[-1])
    name = f"{profile.id}--{arm}--s{seed}" + ("-fork" if forked_from else "")
    return Episode(
        id=name,
        persona=profile.id,
        source_case=profile.source_case,
        arm=arm,
        factors={"intake": "brief", "monitoring": monitoring, **about["levels"]},
        control=about["control"],
        seed=seed,
        language=language,
        profile=profile,
        provenance=Provenance(
            recipe="0" * 32,
            content="1" * 32,
            prompts="2" * 32,
            schemas="3" * 32,
            code_version="0.0.test",
            models={"client": "http://gpu:8000/v1#client", "counselor": "openai:counselor"},
            offline=list(offline),
            settings={"sessions": 2, "exchanges": 4, "system": None},
        ),
        intake=_intake(profile),
        baseline=_report(0),
        sessions=sessions,
        weeks=[_week(n, profile) for n in (1, 2)],
        end=end,
        end_week=2,
        usage={"counselor": Usage(calls=9, prompt_tokens=900, completion_tokens=90)},
        forked_from=forked_from,
    )


def write_run(folder: Path, episodes: Iterable[Episode], *, journals: bool = True) -> Path:
    """Put episodes into a folder as a run would leave them."""
    made = list(episodes)
    (folder / "episodes").mkdir(parents=True, exist_ok=True)
    (folder / "journal").mkdir(exist_ok=True)
    described = {
        "run_version": 1,
        "recipe": {"personas": sorted({e.persona for e in made})},
        "arms": {arm: {"graph": arm, **about} for arm, about in ARMS.items()},
        "episodes": [e.id for e in made],
    }
    (folder / "run.yaml").write_text(yaml.safe_dump(described), encoding="utf-8")
    for episode in made:
        save_episode(folder, episode)
        if journals:
            (folder / "journal" / f"{episode.id}.jsonl").write_bytes(_journal(episode))
    return folder


def save_episode(folder: Path, episode: Episode) -> Path:
    """Write one episode into a run's folder, over the one that is there."""
    path = folder / "episodes" / f"{episode.id}.json"
    path.write_bytes(canonical_json(episode.model_dump(mode="json")))
    return path


def _intake(profile: Profile) -> Session:
    words = _WORDS[profile.language]
    turns = [
        Turn(id="s0t1", speaker="counselor", text=words["asked"]),
        Turn(id="s0t2", speaker="client", text=profile.presenting_problem),
    ]
    return Session(number=0, week=0, turns=turns, end=SessionEnd.COUNSELOR_CLOSED)


def _session(profile: Profile, arm: str, number: int) -> Session:
    language = profile.language
    words = _WORDS[language]
    nodes = ARMS[arm]["nodes"]
    said = _SAID[language][number - 1]
    opens = "client" if arm == "bare" else "counselor"
    if opens == "client":
        said = said[1:]
    refs = _refs(arm, number)
    turns: list[Turn] = []
    for at, text in enumerate(said):
        counselor = (at % 2 == 0) == (opens == "counselor")
        turn_id = f"s{number}t{at + 1}"
        turns.append(
            _counselor_turn(turn_id, text, language, refs, planned="plan" in nodes)
            if counselor
            else _client_turn(turn_id, text, language, number)
        )
    goal, focus = words[f"plan{number}"]
    return Session(
        number=number,
        week=number,
        turns=turns,
        end=SessionEnd.CLIENT_CLOSED if number == 1 else SessionEnd.EXCHANGES_USED,
        arm=arm,
        plan=SessionPlan(goal=goal, focus=focus, techniques=words["techniques"])
        if "plan_next" in nodes
        else None,
        note=_note(number, turns, words) if "remember" in nodes else None,
        treatment_plan=_treatment(words) if "plan_next" in nodes else None,
        client_memory=ClientMemory(session=number, text=words["memory"]),
        state_before=_state(number),
        state_after=_state(number + 1),
    )


def _refs(arm: str, number: int) -> list[str]:
    level = ARMS[arm]["levels"]["recall"]
    if number == 1 or level == "none":
        return []
    return ["session:1"] if level == "transcript" else ["note:1"]


def _counselor_turn(
    turn_id: str, text: str, language: Language, refs: list[str], *, planned: bool
) -> Turn:
    words = _WORDS[language]
    plan = TurnPlan(strategy="question", aim=words["turn_aim"], reason=words["turn_reason"])
    return Turn(
        id=turn_id,
        speaker="counselor",
        text=text,
        labels=[Label(kind="strategy", value="question", origin="planned")] if planned else [],
        reasoning=REASONING[language],
        plan=plan if planned else None,
        recalled=refs,
        appraisal=Appraisal(
            behaviours=[Coded(behaviour="open_question", quote=text[:8])], quality=1
        ),
        changes=[StateChange(value="trust", by=0.0125, rule="open_question")],
        usage=Usage(calls=1, prompt_tokens=100, completion_tokens=10),
    )


def _client_turn(turn_id: str, text: str, language: Language, number: int) -> Turn:
    told = {TOLD_EARLY[language]: "f-sleep", TOLD_LATE[language]: "f-bridge"}.get(text)
    return Turn(
        id=turn_id,
        speaker="client",
        text=text,
        state=_state(number).values,
        move="disclose" if told else "answer",
        disclosed=[Disclosed(fact=told, turn=turn_id, quote=text)] if told else [],
        usage=Usage(calls=1, prompt_tokens=80, completion_tokens=12),
    )


def _note(number: int, turns: list[Turn], words: dict[str, Any]) -> SessionNote:
    spoken = next((t for t in turns if words["quote"] in t.text), None)
    observed = (
        Statement(text=words["observation"], basis="quote", turns=[spoken.id], quote=words["quote"])
        if spoken
        else Statement(text=words["observation"], turns=[turns[1].id])
    )
    return SessionNote(
        session=number,
        emotion_and_cognition=[Statement(text=words["emotion"], turns=[turns[1].id])],
        observations=[observed],
        assignments=[Statement(text=words["homework"], basis="plan", turns=[turns[-2].id])],
        session_goal=words["note_goal"],
        summary=[Statement(text=words["summary" if number == 1 else "summary2"])],
    )


def _treatment(words: dict[str, Any]) -> TreatmentPlan:
    return TreatmentPlan(
        goals=[
            TreatmentGoal(id="g1", text=words["plan2"][0], status="active"),
            TreatmentGoal(id="g2", text=words["treatment"], requires=["g1"]),
        ],
        approach=words["approach"],
    )


def _values(step: int) -> StateValues:
    return StateValues(
        trust=0.3 + 0.0731 * step,
        alliance=Alliance(goal=0.41237, task=0.38911, bond=0.35573),
        strain=0.0,
        distress=0.61803,
        readiness=0.4,
        self_efficacy=0.27183,
        beliefs={"b-stop": 0.8},
    )


def _state(step: int) -> ClientState:
    return ClientState(values=_values(step), phq9=[0.4] * 9, gad7=[0.5] * 7)


def _report(week: int) -> SymptomReport:
    return SymptomReport(week=week, phq9=[2, 1, 3, 2, 1, 1, 1, 0, 0], gad7=[2, 2, 1, 1, 1, 1, 1])


def _week(number: int, profile: Profile) -> Week:
    words = _WORDS[profile.language]
    return Week(
        number=number,
        session=number,
        events=[words["event"]],
        homework="done",
        values=_values(number),
        phq9_latent=[0.4] * 9,
        gad7_latent=[0.5] * 7,
        report=_report(number),
    )


def _cut_off(session: Session) -> None:
    """Leave a session as a failing provider leaves it: no note, no plan, a turn short."""
    session.turns = session.turns[:-1]
    session.end, session.note = SessionEnd.MODEL_ERROR, None
    session.treatment_plan, session.client_memory, session.state_after = None, None, None


def _journal(episode: Episode) -> bytes:
    header = Header(episode.id, "0" * 32, {}, {}, {}, "0.0.test")
    lines = [encode_line(header.as_line(), 1)]
    for session in episode.sessions:
        for number, turn in enumerate(session.turns, start=1):
            role = turn.speaker
            prompt = "counselor.respond" if role == "counselor" else "client.speak"
            key = f"s{session.number}t{number}/{prompt}"
            model = episode.provenance.models[role]
            if number == 1:
                failed = Entry(key, 1, role, model, "f" * 32, "error", kind="timeout", message="-")
                lines.append(encode_line(failed.as_line(), len(lines) + 1))
            attempt = 2 if number == 1 else 1
            entry = Entry(
                key,
                attempt,
                role,
                model,
                "f" * 32,
                "ok",
                text=turn.text,
                reasoning=turn.reasoning,
                usage=turn.usage or Usage(),
                at=1.5,
                ms=20.0,
            )
            lines.append(encode_line(entry.as_line(), len(lines) + 1))
    return b"".join(lines)
