"""`script:NAME` as a model: a counselor whose lines are written down, whatever the client says.

Scripts are the files `agents/gate/LANGUAGE-NAME.yaml`. A script is read by position (session and
exchange), so it is the same in every run; it speaks, and answers no other prompt. It serves as a
held-out counselor in `muspsy validate`, and as a control in any recipe.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from typing import get_args

from pydantic import Field

from muspsy_sim.llm.seam import ModelFailure, Reply, Request
from muspsy_sim.records.answers import CounselorReply, Spoken
from muspsy_sim.records.base import Id, Language, Record
from muspsy_sim.records.content import content_path, list_content
from muspsy_sim.records.errors import ContentError, ModelSetupError
from muspsy_sim.records.strict_yaml import load_strict
from muspsy_sim.records.views import BareView, RespondView

SCHEME = "script"


class ScriptedSession(Record):
    """One session's lines in their order, and the words that close it."""

    lines: list[Spoken] = Field(min_length=1)
    closing: Spoken


class CounselorScript(Record):
    """One file of `agents/gate/`: a whole course of counselor turns in one language."""

    id: Id
    language: Language
    about: str = Field(min_length=1)
    sessions: list[ScriptedSession] = Field(min_length=1)

    def line(self, session: int, exchange: int) -> str:
        """The line at this exchange of this session, both counted from 1.

        A course with more sessions than the script begins again with the first; a longer session
        goes on with the other sessions' lines, each without its opening, and only then repeats.
        """
        at = (session - 1) % len(self.sessions)
        later = [*self.sessions[at + 1 :], *self.sessions[:at]]
        own = [*self.sessions[at].lines, *(line for s in later for line in s.lines[1:])]
        return own[(exchange - 1) % len(own)]

    def closing(self, session: int) -> str:
        """The words that close this session."""
        return self.sessions[(session - 1) % len(self.sessions)].closing


def script_names() -> list[str]:
    """The names of all scripts, sorted."""
    return sorted({path.stem.partition("-")[2] for path in list_content("agents", "gate/*.yaml")})


@cache
def load_script(name: str, language: Language) -> CounselorScript:
    """Read a script. Raises `ContentError` where its file does not fit or is not what it says."""
    path = content_path("agents", "gate", f"{language}-{name}.yaml")
    script = load_strict(path, CounselorScript)
    if (script.id, script.language) != (name, language):
        raise ContentError(
            path,
            None,
            "id",
            f"is {script.id!r} in {script.language!r}, and the file's name says otherwise",
            "make them agree",
        )
    return script


class ScriptedCounselor:
    """The model `script:NAME`. Raises `ModelSetupError` for a script that is not there."""

    def __init__(self, script: str) -> None:
        known = script_names()
        if script not in known:
            near = get_close_matches(script, known, 1)
            raise ModelSetupError(
                f"there is no script {script!r}",
                hint=f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}",
            )
        for language in get_args(Language):
            load_script(script, language)  # What does not fit is told before anything is run.
        self.name = f"{SCHEME}:{script}"
        self._script = script

    async def reply(self, request: Request) -> Reply:
        """The line at this position. A prompt other than the counselor's turn is refused."""
        view = request.view
        session, exchange = request.key.session, (request.key.turn + 1) // 2
        if isinstance(view, RespondView):
            script = load_script(self._script, view.language)
            close = view.exchanges_left == 0
            text = script.closing(session) if close else script.line(session, view.exchange)
            return Reply(CounselorReply(text=text, close=close).model_dump_json())
        if isinstance(view, BareView):
            return Reply(load_script(self._script, view.language).line(session, exchange))
        raise ModelFailure(
            "bad_request",
            f"{self.name} only speaks, and was asked {request.key.prompt}: use it for the "
            "counselor, with the graph `scripted`",
        )
