"""What clients tell: how much of what is sensitive, too early, without licence, and when asked.

Tellings are found in the client's words (`telling`). A counselor's turn asks for a fact where it
holds one of the cues by which the profile says that the fact is touched.
"""

from __future__ import annotations

from muspsy_sim.agents.client.cues import touches
from muspsy_sim.evaluation.pitfalls.findings import Finding, Place
from muspsy_sim.evaluation.pitfalls.reading import Reading
from muspsy_sim.evaluation.pitfalls.tallies import Share
from muspsy_sim.evaluation.pitfalls.telling import RISK, SENSITIVE, FactTold

EARLY_TURNS = 5
"""Client turns of the course within which a sensitive fact is told too early, asked or not."""


def sensitive_disclosure(reading: Reading) -> Finding:
    """Sensitive facts that were told, of those that the profile has."""
    told = _sensitive(reading)
    known = sum(1 for s in reading.tellings.sensitivity.values() if s >= SENSITIVE)
    if not reading.sessions:
        known = 0
    return Finding(Share(len(told), known), [_place(each) for each in told])


def premature_disclosure(reading: Reading) -> Finding:
    """Sensitive facts told too early, of the sensitive facts told.

    Too early: within the first five client turns of the course; or in its first session, where no
    counselor turn before had touched the fact.
    """
    told = _sensitive(reading)
    places: list[Place] = []
    for each in told:
        if each.client_turn <= EARLY_TURNS:
            places.append(_place(each, f"client turn {each.client_turn} of the course"))
        elif each.session == 1 and not _touched_before(reading, each):
            places.append(_place(each, "in session 1, and nothing had touched on it"))
    return Finding(Share(len(places), len(told)), places)


def unlicensed_disclosure(reading: Reading) -> Finding:
    """Facts told in words while no licensed disclosure of them was on record, of facts told."""
    order = {said.id: at for at, said in enumerate(reading.turns("client"))}
    places: list[Place] = []
    for each in reading.told:
        licensed = reading.licensed.get(each.fact)
        if licensed is None:
            places.append(_place(each, "no disclosure on record"))
        elif order.get(licensed, 0) > order[each.turn]:
            places.append(_place(each, f"on record only in {licensed}"))
    return Finding(Share(len(places), len(reading.told)), places)


def disclosure_per_elicitation(reading: Reading) -> Finding:
    """Times a fact was told in the reply to a turn that touched it, of all times it was touched.

    Facts of sensitivity 0 and those already told are left out. One turn may touch several facts.
    """
    facts = [fact for fact in reading.profile.facts if fact.sensitivity > 0]
    told_at = {each.fact: each.turn for each in reading.told}
    told: set[str] = set()
    asked = answered = 0
    for session in reading.sessions:
        touched: list[str] = []
        for said in session:
            if said.speaker == "counselor":
                touched += [
                    fact.id
                    for fact in facts
                    if fact.id not in told and fact.id not in touched and touches(fact, said.text)
                ]
                continue
            asked += len(touched)
            answered += sum(1 for fact in touched if told_at.get(fact) == said.id)
            told.update(fact for fact, turn in told_at.items() if turn == said.id)
            touched = []
    return Finding(Share(answered, asked))


def _sensitive(reading: Reading) -> list[FactTold]:
    return [each for each in reading.told if each.sensitivity >= SENSITIVE]


def _touched_before(reading: Reading, told: FactTold) -> bool:
    if told.fact == RISK:
        # Self-harm has no cues in a profile: what a client tells of it is never held against it.
        return True
    fact = next(fact for fact in reading.profile.facts if fact.id == told.fact)
    for said in (said for session in reading.sessions for said in session):
        if said.id == told.turn:
            return False
        if said.speaker == "counselor" and touches(fact, said.text):
            return True
    return False


def _place(told: FactTold, why: str = "") -> Place:
    about = f"{told.fact} (sensitivity {told.sensitivity})"
    return Place(told.turn, told.quote, f"{about}: {why}" if why else about)
