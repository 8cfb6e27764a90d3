"""Licences by the ids that the hub knows, as a card's front matter must name one."""

from __future__ import annotations

from difflib import get_close_matches

from muspsy_sim.records.errors import ExportError

LICENCES: dict[str, str] = {
    "apache-2.0": "https://www.apache.org/licenses/LICENSE-2.0",
    "cc0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "cc-by-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "cc-by-sa-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "cc-by-nc-4.0": "https://creativecommons.org/licenses/by-nc/4.0/",
    "cc-by-nc-sa-4.0": "https://creativecommons.org/licenses/by-nc-sa/4.0/",
    "cc-by-nd-4.0": "https://creativecommons.org/licenses/by-nd/4.0/",
    "gpl-3.0": "https://www.gnu.org/licenses/gpl-3.0.html",
    "mit": "https://opensource.org/license/mit",
    "odc-by": "https://opendatacommons.org/licenses/by/1-0/",
    "odbl": "https://opendatacommons.org/licenses/odbl/1-0/",
}
"""The hub's id of a licence -> where it can be read. Others are published as `other`."""


def licence_id(said: str) -> str:
    """The hub's id. `other:URL` names one that the hub lacks. Raises `ExportError`."""
    wanted = said.strip().lower().replace(" ", "-")
    if wanted in LICENCES:
        return wanted
    if wanted.startswith("other:http"):
        return "other"
    near = get_close_matches(wanted, LICENCES, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise ExportError(
        f"the hub knows no licence {said!r}",
        field="--license",
        hint=f"{hint}known: {', '.join(LICENCES)}; or other:URL",
    )


def licence_url(said: str) -> str:
    """Where the licence can be read."""
    found = LICENCES.get(licence_id(said))
    return found if found is not None else said.partition(":")[2]
