"""Runs: the same bytes at any concurrency, linear storage, resuming, and folders that are refused."""

from __future__ import annotations

from pathlib import Path
from random import Random

import orjson
import pytest

from muspsy_sim.agents.client import stance
from muspsy_sim.records.answers import CounselorReply
from muspsy_sim.records.errors import JournalError, ProfileError, RecipeError, RunError
from muspsy_sim.records.views import RespondView
from muspsy_sim.runs.recipe import ArmUse
from muspsy_sim.runs.store import Run, read_episode, read_run_file, writing
from tests.fakes import FakeModel
from tests.unit.courses import PERSONA, altered, held, planned, ran

TWO = ["en-gordon-pell", "zh-ma-guoqing"]


def files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted((folder / "episodes").glob("*.json"))}


@pytest.mark.slow
def test_concurrency_does_not_show_in_the_results(tmp_path: Path) -> None:
    recipe = {"personas": TWO, "arms": ["full", "neither", "bare"], "seeds": [0, 7]}
    found = []
    for concurrency in (1, 3, 16):
        folder = tmp_path / str(concurrency)
        held(folder, FakeModel(), planned(**recipe, concurrency=concurrency))
        found.append(files(folder))
    assert len(found[0]) == 12
    assert found[0] == found[1] == found[2]


@pytest.mark.slow
def test_paired_arms_live_the_same_weeks(tmp_path: Path) -> None:
    full, waitlist = ran(tmp_path, FakeModel(), arms=["full", "waitlist"], sessions=6)
    assert full.baseline == waitlist.baseline
    assert [w.events for w in full.weeks] == [w.events for w in waitlist.weeks]


@pytest.mark.slow
def test_bytes_per_turn_do_not_grow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A client would have gone home long before turn 400, and one that still moved would have less
    # and less to move: what is measured is how storage grows with turns, all else alike.
    monkeypatch.setattr(stance, "_own_farewell", lambda turn: None)

    def goes_on(view: RespondView, rng: Random) -> CounselorReply:
        return CounselorReply(text=f"Words of one length, always: {rng.randrange(10**8, 10**9)}.")

    (episode,) = ran(
        tmp_path,
        FakeModel(counselor__respond=goes_on),
        exchanges=205,
        sessions=1,
        progress="frozen",
    )
    turns = episode.sessions[0].turns
    assert len(turns) == 410

    def stored(turn_numbers: range) -> float:
        sizes = [len(orjson.dumps(turns[n].model_dump(mode="json"))) for n in turn_numbers]
        return sum(sizes) / len(sizes)

    journal = (tmp_path / "journal" / f"{episode.id}.jsonl").read_bytes().splitlines()
    by_turn: dict[int, int] = {}
    for line in journal[1:]:
        key = orjson.loads(line)["key"]
        turn = int(key.split("t")[1].split("/")[0])
        by_turn[turn] = by_turn.get(turn, 0) + len(line)

    early, late = range(30, 50), range(390, 410)
    assert stored(late) == pytest.approx(stored(early), rel=0.1)
    written = [sum(by_turn[n + 1] for n in span) / len(span) for span in (early, late)]
    assert written[1] == pytest.approx(written[0], rel=0.1)


@pytest.mark.slow
def test_running_again_asks_nothing_and_changes_nothing(tmp_path: Path) -> None:
    model = FakeModel()
    held(tmp_path, model, planned())
    before, asked = files(tmp_path), model.asked
    held(tmp_path, model, planned())
    assert files(tmp_path) == before
    assert model.asked == asked


@pytest.mark.slow
def test_an_episode_that_was_lost_is_made_again_from_its_journal(tmp_path: Path) -> None:
    model = FakeModel()
    held(tmp_path, model, planned())
    before, asked = files(tmp_path), model.asked
    next((tmp_path / "episodes").glob("*.json")).unlink()
    held(tmp_path, model, planned())
    assert files(tmp_path) == before
    assert model.asked == asked


@pytest.mark.slow
def test_a_cut_journal_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    held(tmp_path / "whole", FakeModel(), planned())
    wanted = files(tmp_path / "whole")
    model = FakeModel()
    held(tmp_path / "cut", model, planned())
    asked = model.asked
    (journal,) = (tmp_path / "cut" / "journal").glob("*.jsonl")
    lines = journal.read_bytes().splitlines(keepends=True)
    for keep in (2, 9, len(lines) // 2, len(lines) - 1):
        for episode in (tmp_path / "cut" / "episodes").glob("*.json"):
            episode.unlink()
        journal.write_bytes(b"".join(lines[:keep]) + lines[keep][:13])
        before = model.asked
        held(tmp_path / "cut", model, planned())
        assert files(tmp_path / "cut") == wanted
        assert model.asked - before == asked - (keep - 1)


@pytest.mark.slow
def test_more_seeds_are_added_and_what_is_there_is_kept(tmp_path: Path) -> None:
    model = FakeModel()
    held(tmp_path, model, planned(seeds=[0]))
    asked = model.asked
    held(tmp_path, model, planned(seeds=[0, 1]))
    assert len(files(tmp_path)) == 2
    held(tmp_path / "alone", (alone := FakeModel()), planned(seeds=[1]))
    assert model.asked == asked + alone.asked


@pytest.mark.slow
def test_a_folder_of_another_recipe_is_refused_and_what_differs_is_named(tmp_path: Path) -> None:
    held(tmp_path, FakeModel(), planned())
    with pytest.raises(RunError, match=r"another recipe: recipe differs in arm 'full'.*--restart"):
        held(tmp_path, FakeModel(), planned(exchanges=5))


@pytest.mark.slow
def test_another_persona_under_the_same_id_is_refused(tmp_path: Path) -> None:
    held(tmp_path, FakeModel(), planned())
    other = altered(history="Another story.")
    with pytest.raises(RunError, match=f"persona '{PERSONA}' has changed"):
        held(tmp_path, FakeModel(), planned(profiles=[other]))
    # Without run.yaml to compare with, the journal still knows whom it was made for.
    next((tmp_path / "episodes").glob("*.json")).unlink()
    (tmp_path / "run.yaml").unlink()
    with pytest.raises(JournalError, match=f"persona {PERSONA}"):
        held(tmp_path, FakeModel(), planned(profiles=[other]))


def test_two_processes_do_not_write_to_one_run(tmp_path: Path) -> None:
    with writing(Run(tmp_path)), pytest.raises(RunError, match="another process"):
        held(tmp_path, FakeModel(), planned())


@pytest.mark.slow
def test_run_yaml_holds_the_recipe_the_hashes_and_the_versions(tmp_path: Path) -> None:
    held(tmp_path, FakeModel(), planned(seeds=[3]))
    described = read_run_file(Run(tmp_path))
    assert described["recipe"]["seeds"] == [3]
    assert described["code_version"]
    hashes = described["arms"]["full"]["hashes"]
    assert "agents/client/dynamics.yaml" in hashes["content"]
    assert set(hashes["prompts"]) >= {"client.speak", "counselor.respond", "appraiser.appraise"}


@pytest.mark.slow
def test_an_unknown_episode_names_the_nearest(tmp_path: Path) -> None:
    held(tmp_path, FakeModel(), planned())
    with pytest.raises(RunError, match=f"did you mean '{PERSONA}--full--s0'"):
        read_episode(Run(tmp_path), f"{PERSONA}--ful--s0")


@pytest.mark.slow
def test_a_use_of_an_arm_may_change_its_levels_and_its_name(tmp_path: Path) -> None:
    use = ArmUse(graph="full", name="full-with-scores", levels={"monitoring": "scores"})
    (episode,) = ran(tmp_path, FakeModel(), arms=[use.model_dump()])
    assert episode.arm == "full-with-scores"
    assert episode.factors["monitoring"] == "scores"


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"personas": ["en-gordon-pel"]}, ProfileError, "en-gordon-pell"),
        ({"language": "zh"}, RecipeError, "no persona speaks"),
        (
            {"arms": [{"graph": "full", "levels": {"recall": "all"}}]},
            RecipeError,
            "levels.recall",
        ),
    ],
)
def test_a_recipe_that_cannot_be_run_is_refused_before_any_call(
    settings: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        planned(**settings)
