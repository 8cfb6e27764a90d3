"""Which findings make an audit fail."""

from __future__ import annotations

import difflib
from collections.abc import Callable

from muspsy_sim.datasets.audit.auditing import RULES
from muspsy_sim.datasets.audit.finding import SEVERITIES, Rule
from muspsy_sim.records.errors import MuspsyError


def fails(said: str | None) -> Callable[[Rule], bool]:
    """Whether a rule's finding fails the audit, from severities and rule names with commas.

    A severity takes those that are worse along. Nothing fails where nothing is said.

    Raises:
        MuspsyError: a name is neither a severity nor a rule; the nearest is named.
    """
    wanted = [name.strip() for name in (said or "").split(",") if name.strip()]
    rules = {rule.name for rule in RULES}
    known = [*SEVERITIES, *sorted(rules)]
    for name in wanted:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            raise MuspsyError(
                f"--fail-on: there is no severity or rule {name!r}",
                hint=f"did you mean {near[0]}?" if near else f"rules: {', '.join(sorted(rules))}",
            )
    worst = [SEVERITIES.index(name) for name in wanted if name in SEVERITIES]
    limit = max(worst, default=-1)
    return lambda rule: rule.name in wanted or SEVERITIES.index(rule.severity) <= limit
