"""Asking a model for its reply to each case, and judges for what they make of it; all journalled.

The same command goes on where it stopped, and a replay asks nobody. A call that fails for good is
an outcome with its reason, never an empty reply.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from muspsy_sim.evaluation.asking_sets import Asking, Mode, header_for, in_order, journalled
from muspsy_sim.evaluation.instruments.loading import shown
from muspsy_sim.evaluation.instruments.spec import Instrument
from muspsy_sim.evaluation.judging.prompts import RATE, rating_with
from muspsy_sim.evaluation.judging.verdicts import Said, scores_of, unscored
from muspsy_sim.evaluation.responding.cases import ReplyCase
from muspsy_sim.evaluation.responding.outcomes import ReplyOutcome
from muspsy_sim.llm.ask import Asker, CallFailed
from muspsy_sim.llm.counting import Counted
from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.journal_sync import GroupSync
from muspsy_sim.llm.journal_text import Header
from muspsy_sim.llm.limits import OUTAGE_S
from muspsy_sim.llm.model_strings import parse_model
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.prompting import digest
from muspsy_sim.llm.retrying import Retrying
from muspsy_sim.llm.seam import Model, ModelFailure, Prompt, Reply, Request, Role, Sampling
from muspsy_sim.records.answers import PlainReply
from muspsy_sim.records.chance import Chance
from muspsy_sim.records.files import canonical_json
from muspsy_sim.records.judging import JudgeView, SessionLines
from muspsy_sim.records.scores import Score
from muspsy_sim.records.views import Line, ReplyView

REPLY = Prompt(
    "counselor.reply", "counselor", ReplyView, PlainReply, "counselor/reply.md.j2", plain=True
)
SAMPLING: dict[Role, Sampling] = {
    "counselor": Sampling(temperature=0.7, max_tokens=512),
    "judge": Sampling(temperature=0.0, max_tokens=4096),
}
"""How replies and judgments are sampled: as recipes sample unless they say otherwise."""

_EPISODE = "respond"
_HISTORY, _REPLIED = 1, 2
"""The sessions of a judge's view: what went before, and what is rated."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of whom. `system`: in place of the project's own words to the model."""

    model: str | Model
    instruments: Sequence[Instrument] = ()
    judges: Sequence[str | Model] = ()
    system: str = ""
    seed: int = 0
    at_once: int = 8
    mode: Mode = "go on"


async def reply_all(
    cases: Sequence[ReplyCase],
    asked: Asked,
    *,
    folder: Path | None = None,
    asking: Asking | None = None,
    told: Callable[[], None] = lambda: None,
) -> list[ReplyOutcome]:
    """The outcomes of all cases, in their order; `told` is called after each call.

    Raises:
        ModelSetupError: a string names no model, its key is missing, or no server answers.
        JournalError: a journal in the folder is damaged, or of other cases, models or prompts.
        RunError: a replay of a folder that holds no journal.
        StorageError: the disk refuses.
    """
    asking = asking if asking is not None else Asking()
    asking.calls = len(cases) * (1 + len(asked.judges) * len(asked.instruments))
    async with Endpoints(asked.at_once, outage_s=OUTAGE_S) as endpoints, GroupSync() as sync:
        opened = _open(asked.model, endpoints, asked.mode)
        judges = {j if isinstance(j, str) else j.name: _open(j, endpoints, asked.mode)
                  for j in asked.judges}  # fmt: skip
        await endpoints.check()
        work = _Work(cases, asked, folder, sync, asking, told)
        with _asker(opened, "counselor", "replies", work) as asker:
            replies = await in_order(
                cases, asked.at_once, lambda case, at: _replied(work, asker, case, at)
            )
        scores: dict[str, list[Score]] = {case.id: [] for case in cases}
        for judge in judges.values():
            file = f"scores-{digest(judge.name.encode())[:12]}"
            with _asker(judge, "judge", file, work, tuple(replies)) as asker:
                rater = _rater(work, asker, judge.name, replies)
                each = await in_order(cases, asked.at_once, rater)
            for case, given in zip(cases, each, strict=True):
                scores[case.id] += given
    return [
        ReplyOutcome(
            case=case,
            reply=said if not failed else None,
            failure=failed or None,
            scores=scores[case.id],
        )
        for case, (said, failed) in zip(cases, replies, strict=True)
    ]


Replied = tuple[str, str]
"""A reply, or the reason that there is none."""


@dataclass(frozen=True, slots=True)
class _Work:
    cases: Sequence[ReplyCase]
    asked: Asked
    folder: Path | None
    sync: GroupSync
    asking: Asking
    told: Callable[[], None]


def _open(model: str | Model, endpoints: Endpoints, mode: Mode) -> Model:
    if not isinstance(model, str):
        return model
    if mode == "replay":
        return _Nobody(parse_model(model).name)
    return open_model(model, endpoints)


@dataclass(frozen=True, slots=True)
class _Nobody:
    """Stands where a model would be asked, in a replay."""

    name: str

    async def reply(self, request: Request) -> Reply:
        """Refuse. Raises `ModelFailure`."""
        raise ModelFailure("not_recorded", f"the journal holds no answer to {request.key}")


async def _replied(work: _Work, asker: Asker, case: ReplyCase, at: int) -> Replied:
    view = ReplyView(language=case.language, system=work.asked.system, dialogue=case.history)
    try:
        return (await asker(REPLY, view, session=at)).answer.text.strip(), ""
    except CallFailed as error:
        work.asking.failed += 1
        return "", f"{error.failure.kind}: {error.failure.message}"
    finally:
        work.asking.done += 1
        work.told()


def _rater(
    work: _Work, asker: Asker, judge: str, replies: Sequence[Replied]
) -> Callable[[ReplyCase, int], Awaitable[list[Score]]]:
    return lambda case, at: _rated(work, asker, judge, case, replies[at - 1], at)


async def _rated(
    work: _Work, asker: Asker, judge: str, case: ReplyCase, replied: Replied, at: int
) -> list[Score]:
    said, failed = replied
    found: list[Score] = []
    for instrument in work.asked.instruments:
        try:
            if failed:
                why = "there is no reply to rate"
                found += [
                    unscored(instrument, None, item, "not_applicable", why, judge)
                    for item in instrument.items
                ]
                continue
            view = view_of(instrument, case, said)
            answered = await asker(rating_with(instrument), view, session=at)
            quotes = Said([view.sessions[-1]])
            scores = scores_of(instrument, None, answered.answer, quotes, judge)
            found += scores
        except CallFailed as error:
            work.asking.failed += 1
            why = f"{error.failure.kind}: {error.failure.message}"
            found += [
                unscored(instrument, None, item, "failed", why, judge) for item in instrument.items
            ]
        finally:
            work.asking.done += 1
            work.told()
    return found


def view_of(instrument: Instrument, case: ReplyCase, reply: str) -> JudgeView:
    """What a judge sees: the history as context, and the client's last turn with the reply to it.

    Quotes count from the second alone, so that what the recorded counselor said earns nothing.
    """
    *before, last = case.history
    sessions = [SessionLines(number=_HISTORY, lines=before)] if before else []
    answer = Line(id=f"t{len(case.history) + 1}", speaker="counselor", text=reply)
    rated = SessionLines(number=_REPLIED, lines=[last, answer])
    return JudgeView(
        language=case.language,
        instrument=shown(instrument),
        judged=[_REPLIED],
        sessions=[*sessions, rated],
    )


@contextmanager
def _asker(
    model: Model, role: Role, file: str, work: _Work, about: Sequence[Replied] = ()
) -> Iterator[Asker]:
    header = _header(model, role, work, about)
    with journalled(model, work.folder, file, header, work.asked.mode, work.sync) as opened:
        wrapped = Retrying(Counted(opened, work.asking.count))
        yield Asker(_EPISODE, {role: wrapped}, SAMPLING, Chance(_EPISODE, work.asked.seed))


def _header(model: Model, role: Role, work: _Work, about: Sequence[Replied]) -> Header:
    sampling = SAMPLING[role]
    settings = {
        "model": model.name,
        "seed": work.asked.seed,
        "sampling": [sampling.temperature, sampling.top_p, sampling.max_tokens],
        "system": work.asked.system,
    }
    held = [case.model_dump(mode="json", exclude={"gold", "file"}) for case in work.cases]
    content = {
        "cases": digest(canonical_json(held)),
        "model, sampling and system": digest(canonical_json(settings)),
        **({"replies": digest(canonical_json([list(a) for a in about]))} if about else {}),
    }
    return header_for(_EPISODE, REPLY if role == "counselor" else RATE, content)
