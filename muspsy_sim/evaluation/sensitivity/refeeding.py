"""A recorded course lived again by other dynamics, from what the appraiser coded: open loop.

What was said, which sessions were held and what was told stay as recorded; trust, symptoms and
reports follow the new parameters. Nobody answers to the changed client, so this says how the
dynamics read what happened, not what would have happened. With the dynamics of the record it gives
the record back.
"""

from __future__ import annotations

from muspsy_sim.agents.client.dynamics import (
    CounselorTurn,
    Dynamics,
    Progress,
    arc_session,
    feel,
    initial_state,
    live_week,
    observe,
    open_session,
)
from muspsy_sim.agents.client.remembered import unfounded
from muspsy_sim.evaluation.comparing.endpoints import Raw
from muspsy_sim.records.appraisal import Appraisal
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.profile import Profile
from muspsy_sim.records.state import ClientState, Disclosed


def refed(raw: Raw, dynamics: Dynamics) -> Raw:
    """The episode with baseline, weeks and follow-up as `dynamics` have them."""
    profile = Profile.model_validate(raw["profile"])
    chance = Chance(profile.source_case, raw["seed"])
    progress: Progress = raw["progress"]
    state = initial_state(profile, dynamics, chance)
    baseline = observe(state, profile, dynamics, chance, 0)
    held = {session["week"]: session for session in raw["sessions"] if session["turns"]}
    said = [turn["text"] for turn in (raw["intake"] or {"turns": []})["turns"]]
    weeks = []
    for recorded in raw["weeks"]:
        number = recorded["number"]
        session = held.get(number)
        if session is not None:
            state = _live_session(session, state, profile, dynamics, chance, progress, said)
        lived = live_week(
            state,
            profile,
            dynamics,
            chance,
            number,
            session is not None,
            progress,
            arc_session(profile, number + 1),
        )
        state = lived.state
        report = observe(state, profile, dynamics, chance, number)
        weeks.append(
            {
                **recorded,
                "homework": lived.homework,
                "values": state.values.model_dump(mode="json"),
                "report": report.model_dump(mode="json"),
            }
        )
    follow_up = [weeks[-1]["report"]] if raw["follow_up"] else []
    return {
        **raw,
        "baseline": baseline.model_dump(mode="json"),
        "weeks": weeks,
        "follow_up": follow_up,
    }


def _live_session(
    session: Raw,
    state: ClientState,
    profile: Profile,
    dynamics: Dynamics,
    chance: Chance,
    progress: Progress,
    said: list[str],
) -> ClientState:
    """The state after a session. `said` holds all turns before it, and then this one's too."""
    state, _ = open_session(state, profile, dynamics, chance, session["week"])
    own: list[str] = []
    for number, turn in enumerate(session["turns"], start=1):
        if turn["speaker"] == "client":
            own.append(turn["text"])
            said.append(turn["text"])
            told = [Disclosed.model_validate(one) for one in turn["disclosed"]]
            state = state.model_copy(update={"disclosed": [*state.disclosed, *told]})
            continue
        coded = Appraisal.model_validate(turn["appraisal"]) if turn["appraisal"] else Appraisal()
        past = said if session["number"] > 1 else []
        state = feel(
            state,
            coded,
            CounselorTurn(
                session=session["number"],
                turn=number,
                exchange=(number + 1) // 2,
                turn_id=turn["id"],
                text=turn["text"],
                own_words="\n".join(own),
                unfounded=unfounded(coded, turn["text"], past, profile.language),
            ),
            profile,
            dynamics,
            chance,
            progress,
        ).state
        said.append(turn["text"])
    return state
