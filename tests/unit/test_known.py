"""What is known of whole episodes counts only for the very files that it was read from."""

from __future__ import annotations

import orjson
import pytest

from muspsy_sim.llm.prefixes import Sent
from muspsy_sim.records.errors import RunError
from muspsy_sim.runs.api import run_course
from muspsy_sim.runs.known import Known, known_file, sent_by_role
from muspsy_sim.runs.store import Run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("known")
    run_course("en-gordon-pell", sessions=1, exchanges=2, follow_up_weeks=0, out=folder)
    return Run(folder)


def test_an_edited_episode_is_read_anew_though_it_is_as_long_as_before(run: Run) -> None:
    (name,) = run.episode_ids()
    before = Known(run).outcome(name)
    path = run.episode_file(name)
    raw = path.read_bytes()
    assert raw.count(b'"seed":0') == 1
    path.write_bytes(raw.replace(b'"seed":0', b'"seed":7'))
    assert Known(run).outcome(name).seed == 7
    path.write_bytes(b"{}" + b" " * (len(raw) - 2))
    with pytest.raises(RunError, match="no whole episode"):
        Known(run).outcome(name)
    path.write_bytes(raw)
    assert Known(run).outcome(name) == before


def test_what_is_known_is_not_read_again_and_may_be_deleted(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (name,) = run.episode_ids()
    known = Known(run)
    outcome = known.outcome(name)
    known.keep()
    with monkeypatch.context() as patched:
        patched.setattr("muspsy_sim.runs.known.outcome_of", None)
        assert Known(run).outcome(name) == outcome
    assert Known(run).sent(name)["client"].characters > 0
    known.tell_sent(name, {"client": Sent(200, 150, 200, 90, 67.5)})
    known.keep()
    assert Known(run).sent(name) == {"client": Sent(200, 150, 200, 90, 68)}
    held = orjson.loads(known_file(run).read_bytes())
    # As a version before wrote it: characters, and those sent before.
    held["episodes"][name]["sent"] = {"client": [200, 150]}
    known_file(run).write_bytes(orjson.dumps(held))
    assert Known(run).sent(name) == {"client": Sent(200, 150)}
    assert sent_by_role(run, [name])["client"].share == 0.75
    known_file(run).write_bytes(orjson.dumps({"version": 1, "episodes": {name: {"stamp": 3}}}))
    assert Known(run).outcome(name) == outcome
    known_file(run).unlink()
    assert Known(run).outcome(name) == outcome
