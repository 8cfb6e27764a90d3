"""What came of asking an appraiser about one labelled turn."""

from __future__ import annotations

from pydantic import Field

from muspsy_sim.agents.appraiser.check_reading import CheckItem
from muspsy_sim.records.appraisal import Appraisal
from muspsy_sim.records.base import Record


class TurnOutcome(Record):
    """A labelled turn with the appraisal it was given, or the reason that there is none.

    `plain` is the appraisal of the same turn with the injection taken out, for injected turns that
    still say something without it.
    """

    item: CheckItem
    given: Appraisal | None = None
    failure: str | None = Field(default=None, description="kind and message of the failed call")
    plain: Appraisal | None = None
    plain_failure: str | None = None
