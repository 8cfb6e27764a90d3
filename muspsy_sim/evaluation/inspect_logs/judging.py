"""Instruments over one episode in Inspect's scorers, with a judge of ours or of Inspect's.

Nothing is journalled here: Inspect's log is the record, and its cache and retries apply.
Importing this needs Inspect AI.
"""

from __future__ import annotations

from collections.abc import Sequence

from inspect_ai.model import GenerateConfig, get_model

from muspsy_sim.evaluation.inspect_logs.model import INSPECT, InspectModel
from muspsy_sim.evaluation.instruments.spec import Instrument
from muspsy_sim.evaluation.judging.asked import JUDGE_TOKENS
from muspsy_sim.evaluation.judging.blinding import names_to_mask, transcript_of
from muspsy_sim.evaluation.judging.judging import judge_transcript
from muspsy_sim.evaluation.symptoms import symptom_scores
from muspsy_sim.llm.ask import Asker
from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.model_strings import parse_model
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.retrying import Retrying
from muspsy_sim.llm.seam import Model, Sampling
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.episode import Episode
from muspsy_sim.records.scores import Score

_CALLS_AT_ONCE = 16
_TIMEOUT_S = 120.0


def check_judge(judge: str) -> None:
    """Raises `ModelSetupError` for what is no model string."""
    if not judge.startswith(INSPECT):
        parse_model(judge)


async def scores_by(judge: str, instruments: Sequence[Instrument], episode: Episode) -> list[Score]:
    """All scores of an episode. Raises what Inspect's judge model raised, if it did."""
    found: list[Score] = []
    asked = []
    for instrument in instruments:
        if instrument.reported is not None:
            found += symptom_scores(instrument, episode)
        else:
            asked.append((instrument, 0.0))
    async with Endpoints(_CALLS_AT_ONCE, None) as endpoints:
        model = _opened(judge, endpoints)
        asker = Asker(
            episode.id,
            {"judge": Retrying(model)},
            {"judge": Sampling(temperature=0.0, max_tokens=JUDGE_TOKENS)},
            Chance(episode.source_case, episode.seed),
        )
        models = {"recipe": {"models": episode.provenance.models, "arms": [episode.arm]}}
        transcript = transcript_of(episode, names_to_mask(models))
        judged = await judge_transcript(asker, model.name, asked, transcript)
        if isinstance(model, InspectModel) and model.raised is not None:
            raise model.raised
    return found + judged.scores


def _opened(judge: str, endpoints: Endpoints) -> Model:
    if judge.startswith(INSPECT):
        config = GenerateConfig(temperature=0.0, max_tokens=JUDGE_TOKENS)
        return InspectModel(get_model(judge.removeprefix(INSPECT)), config)
    return open_model(parse_model(judge), endpoints, timeout_s=_TIMEOUT_S)
