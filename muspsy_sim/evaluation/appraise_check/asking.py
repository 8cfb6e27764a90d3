"""Asking an appraiser about labelled turns, with the prompt and the settling that courses use.

Each call is journalled when a folder is given, so that the same command goes on where it stopped. A
call that fails for good is an outcome with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from muspsy_sim.agents.appraiser.appraise import settle
from muspsy_sim.agents.appraiser.check_reading import CheckItem
from muspsy_sim.agents.prompts import APPRAISE
from muspsy_sim.evaluation.appraise_check.injections import without_injection
from muspsy_sim.evaluation.appraise_check.outcomes import TurnOutcome
from muspsy_sim.evaluation.asking_sets import Asking, Mode, header_for, in_order, journalled
from muspsy_sim.llm.ask import Asker, CallFailed
from muspsy_sim.llm.counting import Counted
from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.journal_sync import GroupSync
from muspsy_sim.llm.journal_text import Header
from muspsy_sim.llm.limits import OUTAGE_S
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.prompting import digest
from muspsy_sim.llm.retrying import Retrying
from muspsy_sim.llm.seam import Model, Sampling
from muspsy_sim.records.appraisal import Appraisal
from muspsy_sim.records.base import Language
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.files import canonical_json
from muspsy_sim.records.views import AppraiseView, Line

SAMPLING = Sampling(temperature=0.0)
"""How recipes sample appraisers unless they say otherwise."""

_WRITTEN, _PLAIN = 1, 2
"""The turn of a call's key: the turn as written, or with its injection taken out."""


async def ask_all(
    items: Sequence[CheckItem],
    model: str | Model,
    *,
    folder: Path | None = None,
    restart: bool = False,
    retry_failed: bool = False,
    at_once: int = 8,
    seed: int = 0,
    asking: Asking | None = None,
    told: Callable[[], None] = lambda: None,
) -> list[TurnOutcome]:
    """The outcomes of all items, in their order; `told` is called after each call.

    Raises:
        ModelSetupError: the string names no model, its key is missing, or no server answers.
        JournalError: the folder's journal is damaged, or of another model, set or prompt.
        StorageError: the disk refuses.
    """
    asking = asking if asking is not None else Asking()
    mode: Mode = "restart" if restart else "retry failed" if retry_failed else "go on"
    async with Endpoints(at_once, outage_s=OUTAGE_S) as endpoints, GroupSync() as sync:
        opened = open_model(model, endpoints) if isinstance(model, str) else model
        await endpoints.check()
        languages: list[Language] = sorted({item.language for item in items})
        outcomes: list[TurnOutcome] = []
        for language in languages:
            these = [item for item in items if item.language == language]
            header = _header(opened, language, these, seed)
            with journalled(opened, folder, language, header, mode, sync) as kept:
                asker = _asker(language, Retrying(Counted(kept, asking.count)), seed)
                outcomes += await _ask_set(these, asker, at_once, asking, told)
    place = {item.labelled.id: at for at, item in enumerate(items)}
    return sorted(outcomes, key=lambda outcome: place[outcome.item.labelled.id])


def _asker(language: str, model: Model, seed: int) -> Asker:
    name = _episode(language)
    return Asker(name, {"appraiser": model}, {"appraiser": SAMPLING}, Chance(name, seed))


def _episode(language: str) -> str:
    return f"appraise-check-{language}"


def _header(model: Model, language: str, items: Sequence[CheckItem], seed: int) -> Header:
    asked = [item.model_dump(mode="json") for item in items]
    settings = {"model": model.name, "temperature": SAMPLING.temperature, "seed": seed}
    content = {
        "labelled turns": digest(canonical_json(asked)),
        "model and sampling": digest(canonical_json(settings)),
    }
    return header_for(_episode(language), APPRAISE, content)


async def _ask_set(
    items: Sequence[CheckItem],
    asker: Asker,
    at_once: int,
    asking: Asking,
    told: Callable[[], None],
) -> list[TurnOutcome]:
    async def appraised(item: CheckItem, place: int, turn: int) -> Appraisal | str:
        try:
            asked = await asker(APPRAISE, view_of(item), session=place, turn=turn)
        except CallFailed as error:
            asking.failed += 1
            return f"{error.failure.kind}: {error.failure.message}"
        finally:
            asking.done += 1
            told()
        return settle(asked.answer, item.labelled.turn)

    async def outcome(item: CheckItem, place: int) -> TurnOutcome:
        plain = without_injection(item)
        asking.calls += 1 if plain is None else 2
        came = await appraised(item, place, _WRITTEN)
        bare = None if plain is None else await appraised(plain, place, _PLAIN)
        return TurnOutcome(
            item=item,
            given=came if isinstance(came, Appraisal) else None,
            failure=came if isinstance(came, str) else None,
            plain=bare if isinstance(bare, Appraisal) else None,
            plain_failure=bare if isinstance(bare, str) else None,
        )

    return await in_order(items, at_once, outcome)


def view_of(item: CheckItem) -> AppraiseView:
    """What the appraiser sees of an item: its lines, the turn being last, and no label."""
    turn = item.labelled
    said = [(line.speaker, line.text) for line in turn.context]
    lines = [
        Line(id=f"s1t{at}", speaker=speaker, text=text)
        for at, (speaker, text) in enumerate([*said, ("counselor", turn.turn)], start=1)
    ]
    return AppraiseView(language=item.language, dialogue=lines)
