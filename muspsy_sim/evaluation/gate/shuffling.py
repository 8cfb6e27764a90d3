"""Appraisals shuffled between arms: each client is fed what other counselors were seen to do.

At each position (session and turn) of one client and seed the arms' recorded appraisals are dealt
out anew, by a Latin square that is drawn for every few turns: over as many counselor turns as there
are arms, each arm is dealt one appraisal of each. The words that are said stay each arm's own; if
the arms still differ, something other than the appraisal moves the clients.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from random import Random

from muspsy_sim.llm.seam import ModelFailure, Reply, Request
from muspsy_sim.records.answers import AppraisalAnswer, CodedAnswer
from muspsy_sim.records.appraisal import Appraisal
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.episode import Episode
from muspsy_sim.records.views import AppraiseView

NAME = "callable:shuffled-appraisals"
"""How the run's records name it: an object in Python, no model that a recipe could ask for."""

Position = tuple[int, int]
"""Session and number of the turn in it."""


class ShuffledAppraiser:
    """Answers the appraiser's prompt with what was recorded for another arm at this position."""

    name = NAME

    def __init__(self, episodes: Iterable[Episode], arms: Sequence[str]) -> None:
        self._arms = tuple(arms)
        self._recorded: dict[str, dict[Position, Appraisal]] = {}
        self._at: dict[str, tuple[str, str, Chance]] = {}
        """Episode id -> its persona and seed as one key, its arm, and its chance."""
        for episode in episodes:
            if episode.arm in self._arms:
                self._recorded[episode.id] = _appraisals(episode)
                key = f"{episode.persona}--s{episode.seed}"
                chance = Chance(episode.source_case, episode.seed)
                self._at[episode.id] = (key, episode.arm, chance)
        self._ids = {(key, arm): name for name, (key, arm, _) in self._at.items()}

    async def reply(self, request: Request) -> Reply:
        """Another arm's appraisal, with the words of this turn in the place of its quotes."""
        view = request.view
        at = self._at.get(request.key.episode)
        if at is None or not isinstance(view, AppraiseView):
            raise ModelFailure("not_recorded", f"no appraisals are recorded for {request.key}")
        key, arm, chance = at
        position = (request.key.session, request.key.turn)
        dealt = dealt_at(self._arms, chance, position)
        appraisal = self._of(self._ids[key, dealt[arm]], position, chance)
        said = view.dialogue[-1].text
        answer = AppraisalAnswer(
            behaviours=[
                CodedAnswer(behaviour=c.behaviour, quote=said) for c in appraisal.behaviours
            ],
            quality=appraisal.quality,
        )
        return Reply(answer.model_dump_json())

    def _of(self, episode: str, position: Position, chance: Chance) -> Appraisal:
        """What was recorded there; where that course had ended, another of its turns, drawn."""
        recorded = self._recorded[episode]
        if position in recorded:
            return recorded[position]
        if not recorded:
            return Appraisal()
        drawn = Random(chance.integer(*position, f"shuffle/{episode}"))
        return recorded[drawn.choice(sorted(recorded))]


def dealt_at(arms: Sequence[str], chance: Chance, position: Position) -> Mapping[str, str]:
    """Which arm's appraisal each arm gets here: one column of a Latin square.

    Dealing each position by itself would leave it to luck how many harsh appraisals an arm gets.
    """
    session, turn = position
    block, column = divmod((turn - 1) // 2, len(arms))
    rows, columns, symbols = (list(range(len(arms))) for _ in range(3))
    rng = chance.rng(session, block, "shuffle/arms")
    for order in (rows, columns, symbols):
        rng.shuffle(order)
    return {
        arm: arms[symbols[(row + columns[column]) % len(arms)]]
        for arm, row in zip(arms, rows, strict=True)
    }


def _appraisals(episode: Episode) -> dict[Position, Appraisal]:
    return {
        (held.number, number): turn.appraisal
        for held in episode.sessions
        for number, turn in enumerate(held.turns, start=1)
        if turn.appraisal is not None
    }
