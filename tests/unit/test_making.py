"""Corpora made in the published systems' ways: resumed, repeatable, checked, kept where they fail."""

import itertools
import json
from pathlib import Path

import pytest

from muspsy_sim.cli.entry import run_command_line
from muspsy_sim.datasets.corpora.tables import read_tables
from muspsy_sim.datasets.making.engine import make, plan_corpus
from muspsy_sim.datasets.making.finishing import finish, publish
from muspsy_sim.datasets.making.recipe import CorpusRecipe
from muspsy_sim.datasets.making.rules import Shape, broken
from muspsy_sim.datasets.making.sources import entries_of
from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.llm.seam import ModelFailure
from muspsy_sim.records.corpus_answers import Script, ScriptLine
from muspsy_sim.records.errors import ExportError, RunError

WAYS = ["cactus", "cpsycoun", "smile", "simpsydial", "muspsy", "muspsy simulated"]
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


async def test_offline_is_not_published_unless_allowed(tmp_path):
    plan = planned("smile")
    await make(plan, tmp_path)
    finish(plan, tmp_path)
    with pytest.raises(ExportError, match="offline default spoke"):
        publish(plan, tmp_path, "smile")
    published = publish(plan, tmp_path, "smile", allow_offline=True)
    assert json.loads((published / "manifest.json").read_bytes())["offline"] == ["writer"]
    assert len([*published.glob("*.json")]) == 3


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


async def test_a_broken_rule_is_told_to_the_writer_and_in_the_end_kept_as_the_reason(tmp_path):
    fake = Fake(scripts=[BAD] * 3)
    plan = planned("cactus", personas=TWO[:1])
    await make(plan, tmp_path, overrides=over(fake))
    [(_, why)] = finish(plan, tmp_path).failures
    assert "both the client's" in why
    assert [len(v.broken) > 0 for v in fake.views if hasattr(v, "broken")] == [False, True, True]


async def test_a_journal_of_another_prompt_or_recipe_is_refused(tmp_path):
    await make(planned("cactus"), tmp_path)
    with pytest.raises(RunError, match="another recipe"):
        await make(planned("cactus", exchanges=9), tmp_path)


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
