"""Corpora made in the published systems' ways: resumed, repeatable, checked, kept where they fail."""

import dataclasses
import itertools
import json
from pathlib import Path
from random import Random
from typing import get_args

import pytest

from muspsy_sim.cli.annotate import _again
from muspsy_sim.cli.entry import run_command_line
from muspsy_sim.datasets.corpora.tables import read_tables
from muspsy_sim.datasets.making.engine import make
from muspsy_sim.datasets.making.finishing import finish, publish
from muspsy_sim.datasets.making.planning import plan_corpus
from muspsy_sim.datasets.making.recipe import CorpusRecipe
from muspsy_sim.datasets.making.rules import Shape, broken
from muspsy_sim.datasets.making.sources import entries_of
from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.llm.offline.corpora.psy_insight import labels, session
from muspsy_sim.llm.seam import ModelFailure
from muspsy_sim.records.corpus_answers import Script, ScriptLine, StrategyName
from muspsy_sim.records.corpus_views import LabelsView, SessionLabelsView
from muspsy_sim.records.episode import Usage
from muspsy_sim.records.errors import ExportError, RecipeError, RunError
from muspsy_sim.runs.provenance import content_hashes

WAYS = ["cactus", "cpsycoun", "smile", "simpsydial", "muspsy", "muspsy simulated", "psy-insight"]
TWO = ["en-gordon-pell", "zh-lu-xiaowen"]


class Fake:
    """Offline, counted; stops or garbles where it is told to."""

    name = "fake"

    def __init__(self, *, stop_at=None, fails=(), scripts=None):
        self.asked, self.stop_at, self.fails, self.scripts = [], stop_at, fails, scripts or []
        self.views = []

    async def reply(self, request):
        if self.stop_at is not None and len(self.asked) >= self.stop_at:
            raise RuntimeError("cut")
        self.asked.append(str(request.key))
        self.views.append(request.view)
        if request.key.prompt in self.fails:
            raise ModelFailure("auth", "no key")
        if request.key.prompt == "cactus.whole" and self.scripts:
            from muspsy_sim.llm.seam import Reply

            return Reply(text=self.scripts.pop(0).model_dump_json())
        return await OfflineModel().reply(request)


def planned(way, **more):
    way, _, progress = way.partition(" ")
    more = {"personas": TWO, "exchanges": 6, **more}
    if way == "muspsy":
        more.setdefault("muspsy", {"sessions": 2, "progress": progress or "scripted"})
    if way == "cactus":
        more.setdefault("cactus", {"attitudes": ["neutral"]})
    recipe = CorpusRecipe.model_validate({"way": way, **more})
    return plan_corpus(recipe, entries_of(recipe, None))


def over(fake):
    return dict.fromkeys(("writer", "client", "counselor", "appraiser", "annotator"), fake)


def entry_bytes(folder):
    return {p.name: p.read_bytes() for p in sorted((folder / "entries").glob("*.json"))}


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
async def test_the_same_bytes_on_any_worker_count_and_after_a_kill(way, tmp_path):
    await make(planned(way, concurrency=1), tmp_path / "one")
    await make(planned(way, concurrency=8), tmp_path / "eight")
    whole = Fake()
    await make(planned(way), tmp_path / "whole", overrides=over(whole))
    first, second = Fake(stop_at=len(whole.asked) // 2), Fake()
    with pytest.raises(RuntimeError, match="cut"):
        await make(planned(way, concurrency=1), tmp_path / "cut", overrides=over(first))
    await make(planned(way), tmp_path / "cut", overrides=over(second))
    assert entry_bytes(tmp_path / "one") == entry_bytes(tmp_path / "eight")
    assert entry_bytes(tmp_path / "cut") == entry_bytes(tmp_path / "whole")
    assert len(first.asked) + len(second.asked) == len(whole.asked)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
async def test_what_is_made_keeps_the_rules_and_reads_back_as_a_corpus(way, tmp_path):
    plan = planned(way)
    await make(plan, tmp_path)
    done = finish(plan, tmp_path)
    dialogues = [*read_tables(tmp_path)]
    assert done.failures == []
    assert [d.language for d in dialogues] == ["en", "zh"]
    for dialogue in dialogues:
        said = [turn.speaker for turn in dialogue.utterances()]
        assert all(a != b for a, b in itertools.pairwise(said))
        assert said[-1] == "client"
        assert dialogue.extra["offline"]
    manifest = json.loads((tmp_path / "manifest.json").read_bytes())
    assert manifest["dialogues"] == 2
    assert manifest["models"] == dict.fromkeys(plan.roles, "offline")


@pytest.mark.slow
async def test_offline_is_not_published_unless_allowed(tmp_path):
    plan = planned("smile")
    await make(plan, tmp_path)
    finish(plan, tmp_path)
    with pytest.raises(ExportError, match="offline default speaks"):
        publish(plan, tmp_path, "smile")
    published = publish(plan, tmp_path, "smile", allow_offline=True).folder
    assert publish(plan, tmp_path, "smile", allow_offline=True).folder == published, "twice is fine"
    assert json.loads((published / "manifest.json").read_bytes())["offline"] == ["writer"]
    assert len([*published.glob("*.json")]) == 3


@pytest.mark.slow
async def test_a_model_that_fails_is_kept_as_a_failure_and_asked_again_when_told(tmp_path):
    plan = planned("cactus")
    await make(plan, tmp_path, overrides=over(Fake(fails={"cactus.whole"})))
    assert len(finish(plan, tmp_path).failures) == 2
    idle = Fake()
    await make(plan, tmp_path, overrides=over(idle))
    assert idle.asked == []
    again = Fake()
    await make(plan, tmp_path, retry_failed=True, overrides=over(again))
    assert {key.partition("/")[2] for key in again.asked} == {"cactus.whole"}
    assert finish(plan, tmp_path).failures == []


def script(*turns):
    return Script(lines=[ScriptLine(speaker=s, text=t) for s, t in turns])


BAD = script(("client", "I came."), ("client", "I said I came."))


@pytest.mark.slow
async def test_a_broken_rule_is_told_to_the_writer_and_in_the_end_kept_as_the_reason(tmp_path):
    fake = Fake(scripts=[BAD] * 3)
    plan = planned("cactus", personas=TWO[:1])
    await make(plan, tmp_path, overrides=over(fake))
    [(_, why)] = finish(plan, tmp_path).failures
    assert "both the client's" in why
    assert [len(v.broken) > 0 for v in fake.views if hasattr(v, "broken")] == [False, True, True]


@pytest.mark.slow
async def test_a_journal_of_another_prompt_or_recipe_is_refused(tmp_path):
    await make(planned("cactus"), tmp_path)
    with pytest.raises(RunError, match="another recipe"):
        await make(planned("cactus", exchanges=9), tmp_path)


@pytest.mark.slow
async def test_no_view_holds_what_its_party_was_never_told(tmp_path):
    plan = planned("simpsydial")
    canary = "CANARY-4711"
    for entry in plan.entries:
        for fact in entry.profile.facts:
            if fact.sensitivity == 3:
                fact.text += canary
        entry.profile.risk.words += canary
        entry.profile.goals.append("GOAL-CANARY")
    fake = Fake()
    await make(plan, tmp_path, overrides=over(fake))
    seen = [(type(v).__name__, v.model_dump_json()) for v in fake.views]
    assert all(canary not in text for _, text in seen)
    counselor = [text for name, text in seen if name == "RoleCounselorView"]
    assert counselor
    assert all("GOAL-CANARY" not in text for text in counselor)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([("client", "Hello."), ("counselor", "Goodbye.")], "does not open"),
        ([("counselor", "Hello."), ("client", "Client: hello, bye.")], "speaker's name"),
        ([("counselor", "Hello."), ("client", "<think>x</think> bye")], "nobody says"),
        ([("counselor", "Hello."), ("client", "I sleep badly these days.")], "takes leave"),
        (
            [("counselor", "你好，今天想从哪里说起？"), ("client", "再见，我先走了，下次再说。")],
            "English",
        ),
    ],
)
def test_each_rule_finds_its_fault(lines, why):
    said = [ScriptLine(speaker=s, text=t) for s, t in lines]
    assert any(why in each for each in broken(said, Shape("en")))


def test_a_sound_session_breaks_no_rule():
    said = [
        ScriptLine(speaker="counselor", text="Hello. What brings you?"),
        ScriptLine(speaker="client", text="I don't sleep."),
        ScriptLine(speaker="counselor", text="We have to stop here. See you next week."),
        ScriptLine(speaker="client", text="Goodbye."),
    ]
    assert broken(said, Shape("en")) == []


@pytest.mark.slow
def test_the_command_makes_goes_on_and_tells_typos(tmp_path, capsys):
    args = ["generate", "simpsydial", "--limit", "1", "--set", "exchanges=5", "--out"]
    assert run_command_line([*args, str(tmp_path / "a")]) == 0
    assert run_command_line([*args, str(tmp_path / "a")]) == 0
    assert "1 were there before" in capsys.readouterr().out
    assert run_command_line(["generate", "simpsydail"]) == 2
    assert "did you mean 'simpsydial'" in capsys.readouterr().err
    assert run_command_line(["generate", "cactus", "--set", "smile.pairs=x"]) == 2
    assert "no place in a recipe" in capsys.readouterr().err


def test_letters_from_a_file_keep_the_answer_they_came_with(tmp_path):
    file = tmp_path / "pairs.jsonl"
    pair = {"question": "I argue with my sister every week.", "answer": "You might write to her."}
    file.write_text(json.dumps(pair) + "\n")
    recipe = CorpusRecipe.model_validate({"way": "smile", "smile": {"pairs": str(file)}})
    [entry] = entries_of(recipe, Path())
    assert (entry.question, entry.answer) == (pair["question"], pair["answer"])


# MusPsy's way


@pytest.mark.slow
async def test_a_card_and_a_memory_a_session_and_no_session_knows_a_later_one(tmp_path):
    fake = Fake()
    await make(
        planned("muspsy", personas=TWO[:1], muspsy={"sessions": 3}), tmp_path, overrides=over(fake)
    )
    done = finish(planned("muspsy", personas=TWO[:1], muspsy={"sessions": 3}), tmp_path)
    assert done.failures == []
    (dialogue,) = read_tables(tmp_path)
    assert [s.number for s in dialogue.sessions] == [1, 2, 3]
    kinds = [(d.kind, d.session) for d in dialogue.documents]
    for number in (1, 2, 3):
        assert {("user_card", number), ("plan", number), ("memory", number)} <= set(kinds)
    views = [v for v in fake.views if type(v).__name__ == "ExpandView"]
    seen = {v.session: {r.session for r in v.recalled} for v in views}
    assert seen == {1: set(), 2: {1}, 3: {1, 2}}
    assert len({v.card.life_events for v in views}) == 3


@pytest.mark.slow
async def test_simulated_the_client_lives_the_cards_and_a_counselor_answers(tmp_path):
    plan = planned("muspsy simulated", personas=TWO[:1])
    await make(plan, tmp_path)
    finish(plan, tmp_path)
    (dialogue,) = read_tables(tmp_path)
    assert any(turn.labels for turn in dialogue.utterances()), "planned strategies come along"
    assert [d.kind for d in dialogue.documents].count("user_card") == 2
    assert dialogue.extra["arm"]


def test_a_report_alone_can_not_be_simulated():
    with pytest.raises(ValueError, match="personas extract"):
        CorpusRecipe.model_validate(
            {"way": "muspsy", "reports": ["x.md"], "muspsy": {"progress": "simulated"}}
        )


@pytest.mark.slow
async def test_as_many_cards_as_sessions_or_a_reason(tmp_path):
    class Short(Fake):
        async def reply(self, request):
            reply = await super().reply(request)
            if request.key.prompt != "muspsy.cards":
                return reply
            value = json.loads(reply.text)
            value["cards"] = value["cards"][:1]
            return type(reply)(text=json.dumps(value))

    plan = planned("muspsy", personas=TWO[:1])
    await make(plan, tmp_path, overrides=over(Short()))
    done = finish(plan, tmp_path)
    assert done.dialogues == 0
    assert "cards: not one a session" in done.failures[0][1]


# Psy-Insight's way


@pytest.fixture
def talks(tmp_path):
    talk = [
        {"dialog_id": 1, "dialog": [
            {"speaker": "Supporter", "content": "What brings you here today?"},
            {"speaker": "Seeker", "content": "I can't sleep, and I'm scared I'll lose my job."},
            {"speaker": "Supporter", "content": "You're scared of losing your job."},
            {"speaker": "Mother", "content": "He never sleeps."},
            {"speaker": "Seeker", "content": "Yes."},
        ]}
    ]  # fmt: skip
    path = tmp_path / "talks.json"
    path.write_text(json.dumps(talk), encoding="utf-8")
    return path


def labelling(path, **more):
    recipe = CorpusRecipe.model_validate(
        {"way": "psy-insight", "source": str(path), "psy-insight": {"turns_a_call": 2}, **more}
    )
    return plan_corpus(recipe, entries_of(recipe, None))


@pytest.mark.slow
async def test_turns_and_sessions_are_labelled_and_nothing_said_is_changed(talks, tmp_path):
    plan = labelling(talks)
    await make(plan, tmp_path / "out")
    finish(plan, tmp_path / "out")
    (dialogue,) = read_tables(tmp_path / "out")
    turns = [*dialogue.utterances()]
    said = json.loads(talks.read_text())[0]["dialog"]
    assert [t.text for t in turns] == [each["content"] for each in said]
    kinds = [{label.kind for label in t.labels} for t in turns]
    assert kinds == [{"strategy"}, {"emotion"}, {"strategy"}, set(), {"emotion"}]
    assert {label.origin for t in turns for label in t.labels} == {"annotated"}
    assert "Question" in [label.value for label in turns[0].labels]
    assert "Fear" in [label.value for label in turns[1].labels]
    assert {d.kind for d in dialogue.documents} >= {"guide", "background", "summary"}
    assert dialogue.extra["topic"] == "Sleep Problems"
    publish(plan, tmp_path / "out", "psy-insight", allow_offline=True)
    files = (tmp_path / "out" / "exports" / "psy-insight").glob("*.json*")
    assert any("Sleep Problems" in file.read_text(encoding="utf-8") for file in files)


def test_the_cues_that_label_offline_are_hashed_and_no_course_minds_them():
    read = set(content_hashes(True, corpora=True)) - set(content_hashes(True))
    assert {f"agents/annotator/offline/{n}-{c}.yaml" for n in ("emotions", "bands") for c in ("en", "zh")} <= read  # fmt: skip
    assert any(name.startswith("agents/corpora/") for name in read)
    assert not any("annotator" in name for name in content_hashes(False, corpora=True))


@pytest.mark.parametrize(
    ("turns", "why"),
    [
        ([("t1", ["Question"], [])], "t2 has no labels"),
        ([("t1", ["Question"], []), ("t1", ["Question"], []), ("t2", [], ["Fear"])], "twice"),
        ([("t1", ["Question"], []), ("t2", [], ["Fear"]), ("t9", [], ["Fear"])], "not asked for"),
        ([("t1", [], ["Fear"]), ("t2", [], ["Fear"])], "t1 is the counselor's"),
        ([("t1", ["Question"], []), ("t2", ["Question"], [])], "t2 is the client's"),
    ],
)
def test_labels_that_do_not_fit_are_told(turns, why):
    from muspsy_sim.datasets.making.ways.psy_insight import broken as found
    from muspsy_sim.records.corpus_answers import LabelsAnswer, TurnLabels
    from muspsy_sim.records.views import Line

    wanted = [
        Line(id="t1", speaker="counselor", text="Hm?"),
        Line(id="t2", speaker="client", text="No."),
    ]
    answer = LabelsAnswer(turns=[TurnLabels(turn=t, strategy=s, emotion=e) for t, s, e in turns])
    assert any(why in each for each in found(answer, wanted))


@pytest.mark.slow
def test_annotate_labels_any_corpus_and_goes_on(talks, tmp_path, capsys):
    command = [
        "annotate",
        str(talks),
        "--out",
        str(tmp_path / "out"),
        "--to",
        "psy-insight",
        "--allow-offline",
    ]
    assert run_command_line(command) == 0
    assert "1 dialogues" in capsys.readouterr().out
    assert run_command_line(command) == 0
    assert "1 were there before" in capsys.readouterr().out
    assert run_command_line(["annotate", str(tmp_path / "nothing")]) == 2


@pytest.mark.slow
async def test_without_a_source_a_session_is_played_and_then_labelled(tmp_path):
    plan = planned("psy-insight", personas=TWO[:1])
    assert set(plan.roles) == {"annotator", "client", "counselor"}
    await make(plan, tmp_path)
    finish(plan, tmp_path)
    (dialogue,) = read_tables(tmp_path)
    assert all(turn.labels for turn in dialogue.utterances())
    assert dialogue.extra["topic"]


@pytest.mark.slow
async def test_a_first_session_without_turns_is_passed_over(talks, tmp_path):
    (entry,) = labelling(talks).entries
    held = entry.dialogue.sessions[0]
    empty = held.model_copy(update={"utterances": []})
    sessions = [empty, held.model_copy(update={"number": 2})]
    plan = labelling(talks)
    plan.entries[0] = dataclasses.replace(
        entry, dialogue=entry.dialogue.model_copy(update={"sessions": sessions})
    )
    await make(plan, tmp_path / "out")
    finish(plan, tmp_path / "out")
    (dialogue,) = read_tables(tmp_path / "out")
    assert [each["session"] for each in dialogue.extra["annotated"]] == [2]


@pytest.mark.slow
async def test_a_course_is_published_as_an_entry_a_session_with_its_own_labels(tmp_path):
    course = planned("muspsy simulated", personas=TWO[:1])
    await make(course, tmp_path / "course")
    finish(course, tmp_path / "course")
    plan = labelling(tmp_path / "course")
    await make(plan, tmp_path / "out")
    (dialogue,) = (finish(plan, tmp_path / "out"), [*read_tables(tmp_path / "out")])[1]
    target = publish(plan, tmp_path / "out", "psy-insight", allow_offline=True).folder
    entries = json.loads((target / "data.json").read_text(encoding="utf-8"))
    assert [e["dialog_id"][-3:] for e in entries] == ["--1", "--2"]
    for entry, told in zip(entries, dialogue.extra["annotated"], strict=True):
        assert {k: entry[k] for k in ("topic", "psychotherapy", "stage")} == {
            k: told[k] for k in ("topic", "psychotherapy", "stage")
        }
        strategies = {s for turn in entry["dialog"] for s in turn["strategy"]}
        assert strategies <= set(get_args(StrategyName))
    guides = [d.text for d in dialogue.documents if d.kind == "summary" and d.session == 1]
    assert entries[0]["summary"] in guides


@pytest.mark.slow
async def test_what_offline_wrote_stays_marked_whoever_labels_it(tmp_path, capsys):
    made = planned("simpsydial", personas=TWO[:1])
    await make(made, tmp_path / "made")
    finish(made, tmp_path / "made")
    more = {"models": {"default": "http://localhost:1/v1#a-model"}}
    for name, way in (("labels", "psy-insight"), ("told", "psydial")):
        recipe = CorpusRecipe.model_validate({"way": way, "source": str(tmp_path / "made"), **more})
        plan = plan_corpus(recipe, entries_of(recipe, None))
        await make(plan, tmp_path / name, overrides=over(Fake()))
        finish(plan, tmp_path / name)
        (dialogue,) = read_tables(tmp_path / name)
        assert dialogue.extra["offline"] == ["client", "counselor"]
        with pytest.raises(ExportError, match="offline default speaks"):
            publish(plan, tmp_path / name, plan.way.publishes_as)
    command = ["export", str(tmp_path / "labels"), "--to", "simpsydial"]
    assert run_command_line(command) == 2
    assert "--allow-offline" in capsys.readouterr().err
    assert not (tmp_path / "labels" / "exports").exists()
    assert run_command_line([*command, "--allow-offline"]) == 0
    assert "do not train on this" in capsys.readouterr().out


def test_the_command_that_goes_on_keeps_what_journals_are_held_to():
    again = _again("my talks", "http://me:secret@host/v1#m", "smile", Path("out"), 8, 3)
    assert "secret" not in again
    assert "'my talks'" in again
    assert again.endswith("--turns 8 --from smile --limit 3")


# What holds for all


class Costly(Fake):
    """Each answer costs a hundred tokens."""

    async def reply(self, request):
        reply = await super().reply(request)
        return dataclasses.replace(reply, usage=Usage(prompt_tokens=60, completion_tokens=40))


@pytest.mark.slow
async def test_a_budget_stops_and_a_larger_one_goes_on_to_the_same_bytes(tmp_path):
    whole = Costly()
    await make(planned("cactus"), tmp_path / "whole", overrides=over(whole))
    poor = Costly()
    spent = planned("cactus", budget={"tokens": 150}, concurrency=1)
    progress = await make(spent, tmp_path / "poor", overrides=over(poor))
    assert progress.stopped > 0
    assert finish(spent, tmp_path / "poor").owed > 0
    assert len(poor.asked) < len(whole.asked)
    rich = Costly()
    await make(planned("cactus"), tmp_path / "poor", overrides=over(rich))
    assert entry_bytes(tmp_path / "poor") == entry_bytes(tmp_path / "whole")
    assert len(poor.asked) + len(rich.asked) == len(whole.asked)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["cactus", "muspsy", "psy-insight"])
async def test_journals_alone_give_the_entries_again_without_a_model(way, tmp_path):
    await make(planned(way), tmp_path, overrides=over(Fake()))
    before = entry_bytes(tmp_path)
    for file in (tmp_path / "entries").glob("*.json"):
        file.unlink()
    nobody = Fake(stop_at=0)
    await make(planned(way), tmp_path, overrides=over(nobody))
    assert nobody.asked == []
    assert entry_bytes(tmp_path) == before


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("way: cactas\n", "cactus"),
        ("way: cactus\nexchangs: 5\n", "did you mean 'exchanges'"),
        ("way: psydial\n", "needs `source`"),
        ("way: psydial\nsource: nowhere\n", "nowhere: source"),
        ("way: smile\nsmile: {pairs: none.json}\n", "smile.pairs"),
        ("way: cpsycoun\nreports: [none.md]\n", "none.md"),
    ],
)
def test_a_bad_recipe_is_told_in_one_line(text, why, tmp_path, capsys):
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    assert run_command_line(["generate", str(file), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err.strip()
    assert why in said
    assert "\n" not in said
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
async def test_a_client_who_opens_is_greeted_back(tmp_path):
    plan = planned("simpsydial")
    await make(plan, tmp_path)
    finish(plan, tmp_path)
    for dialogue in read_tables(tmp_path):
        first = dialogue.sessions[0].utterances[1]
        assert any(
            word in first.text
            for word in (
                "between us",
                "stays in here",
                "goes no further",
                "confidential",
                "frame",
                "保密",
            )
        )


def refused(**values: object) -> RecipeError:
    with pytest.raises(RecipeError) as raised:
        entries_of(CorpusRecipe.model_validate(values), None)
    return raised.value


def test_a_source_that_cannot_be_read_is_told_with_its_place(tmp_path):
    talk = [{"role": "client", "content": "Hm."}, {"role": "counselor", "content": "Go on."}]
    (tmp_path / "1.json").write_text(json.dumps(talk))
    (tmp_path / "2.json").write_bytes(b"")
    told = []
    recipe = CorpusRecipe.model_validate({"way": "psy-insight", "source": str(tmp_path)})
    assert len(entries_of(recipe, None, None, told.append)) == 1
    assert [(p.file.name, p.message) for p in told] == [("2.json", "is empty")]
    (tmp_path / "1.json").write_text("{")
    error = refused(way="psy-insight", source=str(tmp_path))
    assert {p.message for p in error.others} >= {"is empty"}


def test_complaints_and_letters_that_cannot_be_read_are_told(tmp_path):
    talk = [{"role": "client", "content": "Hm."}, {"role": "counselor", "content": "Go on."}]
    (tmp_path / "talk.json").write_text(json.dumps(talk))
    bank = {"way": "psydial", "source": str(tmp_path / "talk.json")}
    latin = tmp_path / "latin.txt"
    latin.write_bytes("Ma\u00df".encode("latin-1"))
    assert "not UTF-8" in refused(**bank, psydial={"complaints": [str(latin)]}).message
    cut = tmp_path / "cut.json"
    cut.write_text('[{"text": "I am tired."},\n{"te')
    error = refused(**bank, psydial={"complaints": [str(cut)]})
    assert (error.line, "not JSON" in error.message) == (2, True)
    (tmp_path / "other.json").write_text('[{"x": 1}]')
    error = refused(**bank, psydial={"complaints": [str(tmp_path / "other.json")]})
    assert "no complaint" in error.message
    error = refused(way="smile", smile={"pairs": str(cut)})
    assert (error.line, error.field) == (1, "smile.pairs")


@pytest.mark.parametrize(
    ("to", "more", "said"),
    [
        ("smiel", ["--allow-offline"], "did you mean smile?"),
        ("smile", [], "offline default speaks"),
    ],
)
def test_where_it_cannot_be_published_nothing_is_made(tmp_path, to, more, said):
    from typer.testing import CliRunner

    from muspsy_sim.cli.app import app

    command = ["generate", "smile", "--out", str(tmp_path / "o"), "--limit", "1", "--to", to, *more]
    result = CliRunner().invoke(app, command)
    assert said in str(result.exception)
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    ("language", "said", "told"),
    [
        ("en", "My mother and my father fight about my brother at home.", "about their family"),
        ("en", "I hate how I look, my face, my body in the mirror.", "how they look"),
        ("zh", "我跟男朋友分手了，我们的关系一直不好。", "两人的关系"),
    ],
)
def test_what_a_session_is_about_is_told_of_the_client_not_to_it(language, said, told):
    lines = [{"id": "t1", "speaker": "client", "text": said}]
    view = SessionLabelsView.model_validate({"language": language, "session": 1, "dialogue": lines})
    assert told in session(view, Random(0)).background


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "What would you like to begin with today?"), ("zh", "今天想从哪里说起？")],
)
def test_what_only_asks_is_labelled_a_question(language, said):
    lines = [{"id": "t1", "speaker": "counselor", "text": said}]
    view = LabelsView.model_validate({"language": language, "wanted": ["t1"], "dialogue": lines})
    (turn,) = labels(view, Random(0)).turns
    assert turn.strategy == ["Question"]
