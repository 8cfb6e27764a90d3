"""Episodes of a run by id, or by a part of it that fits no other."""

from __future__ import annotations

from difflib import get_close_matches

from muspsy_sim.records.errors import RunError
from muspsy_sim.runs.store import Run

_SHOWN = 6


def find_episode(run: Run, part: str) -> str:
    """The id of the whole episode that is meant.

    Raises `RunError` where none fits (naming the nearest), several do, or it is not whole yet.
    """
    names = run.episode_ids()
    if part in names:
        return part
    fitting = [name for name in names if part.lower() in name.lower()] if part else []
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        more = ", ..." if len(fitting) > _SHOWN else ""
        raise RunError(
            f"{part!r} fits {len(fitting)} episodes: {', '.join(fitting[:_SHOWN])}{more}",
            file=run.folder,
            hint="write more of it",
        )
    if run.journal_file(part).is_file():
        raise RunError(
            f"episode {part!r} is not whole yet",
            file=run.folder,
            hint="run the same recipe again to have it finished",
        )
    if not names:
        raise RunError("no episode is whole yet", file=run.folder, hint="see `muspsy status`")
    near = get_close_matches(part, names, 1, cutoff=0.3)
    raise RunError(
        f"there is no episode {part!r}",
        file=run.folder,
        hint=f"did you mean {near[0]!r}?" if near else "`muspsy status --json` names all",
    )
