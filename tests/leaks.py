"""Canaries: marked words in everything hidden, and the rule of who may have seen which.

A spy stands between the course and the model. It marks what the parties say, plan, note and think,
and keeps every request. `leaks` then holds each prompt against DESIGN's table "who sees what",
from the episode's own record and not from the code that built the views.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import orjson

from muspsy_sim.agents.client.dynamics import load_dynamics
from muspsy_sim.llm.seam import Model, Reply, Request
from muspsy_sim.records.episode import Episode
from muspsy_sim.records.profile import Profile

CANARY = re.compile(r"zqx[a-z]+\d*[a-z]*\d*")
_COUNSELOR_PRIVATE = {
    "counselor.plan_turn": "zqxturnplan",
    "counselor.plan_next": "zqxplan",
    "counselor.remember": "zqxnote",
}


def marked(profile: Profile) -> Profile:
    """The profile with a canary in everything that somebody may not see."""
    raw: dict[str, Any] = profile.model_dump()
    for n, fact in enumerate(raw["facts"]):
        fact["text"] += f" zqxfact{n}"
        fact["details"] = [f"{d} zqxfact{n}" for d in fact["details"]]
    for n, belief in enumerate(raw["formulation"]["core_beliefs"]):
        belief["belief"] += f" zqxbelief{n}"
    for n, situation in enumerate(raw["formulation"]["situations"]):
        situation["automatic_thought"] += f" zqxthought{n}"
    for n, event in enumerate(raw["life_events"]):
        event["text"] += f" zqxevent{n}"
    for entry in raw["arc"]:
        entry["emotional_state"] += f" zqxarc{entry['session']}"
    raw["temperament"]["voice"]["style"] += " zqxstyle"
    raw["history"] += " zqxhistory"
    if raw["risk"]["words"]:
        raw["risk"]["words"] += " zqxrisk"
    return Profile.model_validate(raw)


@dataclass
class Spy:
    """Passes requests on, keeps them, and marks the answers."""

    inner: Model
    requests: list[Request] = field(default_factory=list)
    name: str = "spy"

    async def reply(self, request: Request) -> Reply:
        """The inner model's answer with this session's mark in it, and a marked thought."""
        self.requests.append(request)
        reply = await self.inner.reply(request)
        thought = f"zqxthink{request.role}{request.key.session}"
        prompt, session = request.key.prompt, request.key.session
        if prompt == "counselor.bare":
            return Reply(f"{reply.text} zqxsaid{session}", thought, reply.usage)
        answer = orjson.loads(reply.text)
        if prompt in ("client.speak", "counselor.respond"):
            answer["text"] += f" zqxsaid{session}"
        elif prompt == "client.reflect":
            answer["text"] += f" zqxmemory{session}"
        elif prompt == "counselor.plan_turn":
            answer["aim"] += f" zqxturnplan{session}"
        elif prompt == "counselor.plan_next":
            answer["session"]["focus"] += f" zqxplan{session}"
            answer["treatment"]["approach"] += f" zqxplan{session}"
        elif prompt == "counselor.remember":
            answer["observations"].append(
                {"text": f"zqxnote{session}", "basis": "inference", "turns": [], "quote": ""}
            )
        return Reply(orjson.dumps(answer).decode(), thought, reply.usage)


@dataclass(frozen=True)
class Leak:
    """A canary where it may not be."""

    key: str
    prompt: str
    canary: str
    why: str


def leaks(episode: Episode, requests: list[Request]) -> list[Leak]:
    """Every canary in these requests that its party may not have seen by then."""
    found: list[Leak] = []
    said = _said(episode)
    remembers = "zqxremembers" if _remembers(episode) else ""
    for request in requests:
        if request.key.episode != episode.id:
            continue
        shown = orjson.dumps(request.view.model_dump(mode="json")).decode()
        shown += "".join(m.content for m in request.messages)
        heard = _heard(said, request, bool(remembers))
        for canary in sorted(set(CANARY.findall(shown))):
            why = _forbidden(canary, request, episode, heard, bool(remembers))
            if why:
                found.append(Leak(str(request.key), request.key.prompt, canary, why))
    return found


def _said(episode: Episode) -> list[tuple[int, int, str]]:
    sessions = ([episode.intake] if episode.intake else []) + episode.sessions
    return [(s.number, n, t.text) for s in sessions for n, t in enumerate(s.turns, start=1)]


def _remembers(episode: Episode) -> bool:
    factors = episode.factors
    return factors["recall"] not in ("none", "sham", "scrambled") or (
        episode.arm == "bare" and factors["history"] == "course"
    )


def _heard(said: list[tuple[int, int, str]], request: Request, remembers: bool) -> set[str]:
    """The canaries that this request's party heard spoken by then."""
    now, turn = request.key.session, request.key.turn
    after = request.key.prompt in ("counselor.remember", "counselor.plan_next", "client.reflect")
    texts: list[str] = []
    for session, number, text in said:
        current = session == now and (after or number < turn or request.role == "appraiser")
        earlier = 0 < session < now
        if request.role == "appraiser":
            ok = session == now and number <= turn
        elif request.role == "counselor":
            ok = session == 0 or current or (earlier and remembers)
            if request.key.prompt == "counselor.plan_next" and not remembers:
                ok = session == 0
        else:
            ok = current
        if ok:
            texts.append(text)
    # What the client remembers of earlier sessions it wrote down itself, from what it had heard.
    remembered = CANARY.findall(" ".join(getattr(request.view, "memories", [])))
    return {
        *CANARY.findall(" ".join(texts)),
        *(canary for canary in remembered if canary.startswith("zqxsaid")),
    }


def _forbidden(
    canary: str, request: Request, episode: Episode, heard: set[str], remembers: bool
) -> str:
    kind = re.sub(r"\d.*", "", canary.removeprefix("zqx"))
    role, now = request.role, request.key.session
    digits = re.sub(r"\D", "", canary)
    if kind.startswith("think"):
        return "what a model thinks aloud crosses to nobody"
    if canary in heard:
        return ""
    if kind == "said":
        return "words of a session that this party did not hear"
    if role == "appraiser":
        return "the appraiser sees fenced dialogue and nothing else"
    if role == "counselor":
        if kind in ("turnplan", "plan", "note"):
            own = (
                int(digits) < now
                or (kind == "turnplan" and int(digits) == now)
                or (kind in ("plan", "note") and int(digits) == now)
            )
            # Without memory a plan may come from intake alone, and a note may not be there at all.
            return "" if own and (remembers or kind in ("turnplan", "plan")) else "not its own yet"
        return "the counselor was never told this"
    if kind in ("turnplan", "plan", "note"):
        return "the counselor's own is not the client's"
    if kind == "fact":
        return _locked(episode, request, episode.profile.facts[int(digits)])
    if kind == "belief":
        rules = load_dynamics().disclosing
        return "" if _openness(episode, request) >= rules.belief_trust.value else "belief is locked"
    if kind == "memory":
        return "" if int(digits) < now else "a memory of a session still to come"
    if kind == "arc":
        return "" if episode.progress == "scripted" else "the arc is no part of this client"
    if kind == "risk":
        return _risk_locked(episode, request)
    if kind == "history":
        return "history is for the formulation, not for the voice"
    return "" if kind in ("thought", "event", "style") else f"unknown canary {canary}"


def _state(episode: Episode, request: Request) -> Any:
    """The state that this client turn was spoken from (or, thinking back, the session's last)."""
    session = next(s for s in episode.sessions if s.number == request.key.session)
    if request.key.turn and request.key.turn <= len(session.turns):
        return session.turns[request.key.turn - 1].state
    return session.state_after.values if session.state_after else None


def _openness(episode: Episode, request: Request) -> float:
    state = _state(episode, request)
    return float(state.trust - load_dynamics().disclosing.strain.value * state.strain)


def _locked(episode: Episode, request: Request, fact: Any) -> str:
    told = {
        d.fact
        for s in episode.sessions
        for n, t in enumerate(s.turns, start=1)
        for d in t.disclosed
        if (s.number, n) < (request.key.session, request.key.turn or 10_000)
    }
    threshold = load_dynamics().disclosing.thresholds[fact.sensitivity].value
    if fact.id in told or _openness(episode, request) >= threshold:
        return ""
    return f"fact {fact.id} of sensitivity {fact.sensitivity} is locked"


def _risk_locked(episode: Episode, request: Request) -> str:
    rules = load_dynamics().disclosing
    least = min(rules.risk_asked.value, rules.risk_unasked.value)
    told = any(d.fact == "risk" for s in episode.sessions for t in s.turns for d in t.disclosed)
    state = _state(episode, request)
    open_enough = state.trust - rules.risk_strain.value * state.strain >= least
    return "" if told or open_enough else "thoughts of self-harm are locked"
