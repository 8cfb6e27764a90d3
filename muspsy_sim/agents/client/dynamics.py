"""The dynamics of the client: the one door to the functions that change its state.

All are pure given their keyed draws, and their numbers are in `agents/client/dynamics.yaml`. Values
of the state change nowhere else; symptoms change only in `live_week`.
"""

from __future__ import annotations

from muspsy_sim.agents.client.attendance import Attendance, attends
from muspsy_sim.agents.client.cues import touched, touched_anew, touches
from muspsy_sim.agents.client.disclosure import (
    RISK,
    Licensed,
    licensed,
    record_speech,
    risk_unlocked,
    unlocked_beliefs,
    unlocked_facts,
)
from muspsy_sim.agents.client.feeling import (
    CounselorTurn,
    Felt,
    Progress,
    feel,
    open_session,
    stage_now,
)
from muspsy_sim.agents.client.parameter import Parameter
from muspsy_sim.agents.client.parameters import Dynamics, load_dynamics
from muspsy_sim.agents.client.scripted import arc_session
from muspsy_sim.agents.client.symptoms import initial_state, observe
from muspsy_sim.agents.client.weeks import HomeworkOutcome, WeekLived, live_week

__all__ = [
    "RISK",
    "Attendance",
    "CounselorTurn",
    "Dynamics",
    "Felt",
    "HomeworkOutcome",
    "Licensed",
    "Parameter",
    "Progress",
    "WeekLived",
    "arc_session",
    "attends",
    "feel",
    "initial_state",
    "licensed",
    "live_week",
    "load_dynamics",
    "observe",
    "open_session",
    "record_speech",
    "risk_unlocked",
    "stage_now",
    "touched",
    "touched_anew",
    "touches",
    "unlocked_beliefs",
    "unlocked_facts",
]
