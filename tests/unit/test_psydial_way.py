"""PsyDial's way: what may not come through does not, and what breaks a rule is refused."""

import json
import re
from itertools import pairwise

import pytest

from benchmarks.planted_dialogues import planted_dialogues
from muspsy_sim.datasets.corpora.tables import CorpusTables
from muspsy_sim.datasets.making.bench import Complaint
from muspsy_sim.datasets.making.engine import make
from muspsy_sim.datasets.making.finishing import finish
from muspsy_sim.datasets.making.plain_words import cut, plain, shared_plain
from muspsy_sim.datasets.making.planning import plan_corpus
from muspsy_sim.datasets.making.recipe import CorpusRecipe
from muspsy_sim.datasets.making.retrieving import ranked
from muspsy_sim.datasets.making.shared_spans import length
from muspsy_sim.datasets.making.source_turns import source_of
from muspsy_sim.datasets.making.sources import entries_of
from muspsy_sim.datasets.making.store import Place, read_entry
from muspsy_sim.datasets.making.turn_rules import band_of
from muspsy_sim.datasets.privacy.attacks import holds
from muspsy_sim.datasets.privacy.checking import check_privacy
from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.llm.seam import Reply
from muspsy_sim.records.corpus import CorpusSession, Dialogue, Utterance
from muspsy_sim.records.corpus_views import MASK
from muspsy_sim.records.holes import without_holes


class Fake:
    """Offline, but for the prompts that `says` answers: a function of the view, or None."""

    name = "fake"

    def __init__(self, **says):
        self.says = {name.replace("_", "."): say for name, say in says.items()}
        self.seen = []

    async def reply(self, request):
        self.seen.append((request.key.prompt, request.view, request.messages))
        say = self.says.get(request.key.prompt)
        said = say(request.view) if say else None
        if said is None:
            return await OfflineModel().reply(request)
        return Reply(text=json.dumps(said if isinstance(said, dict) else {"text": said}))


def source_folder(tmp_path, dialogues):
    folder = tmp_path / "source"
    with CorpusTables(folder) as tables:
        for each in dialogues:
            tables.add(each)
    return folder


def talk(*turns, name="a", language="en"):
    speakers = ("counselor", "client")
    return Dialogue(
        id=name,
        format="planted",
        language=language,
        sessions=[
            CorpusSession(
                number=1,
                utterances=[
                    Utterance(speaker=speakers[n % 2], text=text) for n, text in enumerate(turns)
                ],
            )
        ],
    )


async def made(tmp_path, dialogues, fake=None, *, bank=None, **more):
    options = {**more}
    if bank is not None:
        tmp_path.mkdir(exist_ok=True)
        file = tmp_path / "bank.jsonl"
        file.write_text("\n".join(json.dumps({"text": text}) for text in bank))
        options["complaints"] = [str(file)]
    recipe = CorpusRecipe.model_validate(
        {
            "way": "psydial",
            "source": str(source_folder(tmp_path, dialogues)),
            "psydial": options,
        }
    )
    plan = plan_corpus(recipe, entries_of(recipe, None))
    fake = fake or Fake()
    roles = ("client", "counselor", "annotator")
    await make(plan, tmp_path / "made", overrides=dict.fromkeys(roles, fake))
    return plan, [read_entry(Place(tmp_path / "made"), entry.id) for entry in plan.entries]


def planted(language, count=2, seed=0):
    return planted_dialogues(language, count, seed)


SHORT = (
    "Hello. What brings you here today?",
    "I lost my job at the tannery, and since then I have not slept through a single whole night.",
    "How long have you been sleeping badly?",
    "Since the spring, I think it was, when they closed the tannery and sent all of us home.",
    "What do you wish were different a few weeks from now?",
    "I would like to sleep again, and not to be so short with the people who live with me.",
)
COMPLAINT = (
    "I cannot sleep. I lie awake most nights and listen to the fridge. It began two years ago, "
    "when my sister moved out of our flat. I think I talk too much and people get tired of me. "
    "I want to sleep a whole night. I have stopped going to the choir. My hands shake at work."
)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_no_prompt_sees_the_client_and_nothing_planted_is_left(language, tmp_path):
    sources, fake = planted(language), Fake()
    _, entries = await made(tmp_path, [each.dialogue for each in sources], fake)
    assert all(entry.dialogue for entry in entries)
    shown = "\n".join(str(messages) for _, _, messages in fake.seen)
    for each, entry in zip(sources, entries, strict=True):
        for turn in each.dialogue.utterances():
            assert turn.speaker != "client" or turn.text not in shown
        for kind, word in each.attributes.items():
            if kind != "age":
                assert not holds(shown, word), kind
                assert not holds(entry.model_dump_json(), word), kind
        speakers = [turn.speaker for turn in entry.dialogue.utterances()]
        assert all(a != b for a, b in pairwise(speakers))
        assert len(speakers) >= 12


@pytest.mark.slow
async def test_the_trail_can_be_verified_by_who_holds_the_source_and_holds_none_of_it(tmp_path):
    [each] = planted("en", 1)
    _, [entry] = await made(tmp_path, [each.dialogue])
    source = source_of(each.dialogue, ())
    assert entry.trail.source == source.hash == entry.dialogue.extra["source"]
    by_number = {turn.number: turn for turn in source.turns}
    assert sorted(turn.turn for turn in entry.trail.turns) == sorted(by_number)
    for turn in entry.trail.turns:
        assert turn.source == source.keyed(by_number[turn.turn].text)
        assert turn.source_length == length(by_number[turn.turn].text)
        assert turn.kept == (turn.length > 0)
    assert each.dialogue.id not in entry.model_dump_json()
    [stranger] = planted("en", 1, seed=9)
    checked = check_privacy([stranger.dialogue, each.dialogue], [entry.dialogue])
    assert (checked.dialogues, checked.unmatched) == (1, [stranger.dialogue.id])
    other = source_of(each.dialogue.model_copy(update={"sessions": []}), ())
    assert other.keyed("Yes.") != source.keyed("Yes.")


@pytest.mark.slow
async def test_the_same_bytes_on_any_worker_count(tmp_path):
    dialogues = [each.dialogue for each in planted("zh", 3)]
    folders = []
    for at_once in (1, 8):
        recipe = CorpusRecipe.model_validate(
            {
                "way": "psydial",
                "source": str(source_folder(tmp_path / str(at_once), dialogues)),
                "concurrency": at_once,
            }
        )
        plan = plan_corpus(recipe, entries_of(recipe, None))
        folder = tmp_path / f"made{at_once}"
        await make(plan, folder)
        finish(plan, folder)
        folders.append({p.name: p.read_bytes() for p in (folder / "entries").glob("*.json")})
        assert len((folder / "trails.jsonl").read_text().splitlines()) == 3
    assert folders[0] == folders[1]


def broken_rules(entry):
    return {c.rule for t in entry.trail.turns for c in t.checks if not c.kept}


async def refused(tmp_path, reconstruct, **more):
    fake = Fake(psydial_reconstruct=reconstruct)
    _, [entry] = await made(tmp_path, [talk(*SHORT)], fake, bank=[COMPLAINT], **more)
    assert entry.dialogue is None
    assert entry.failure.kind == "check"
    assert "could not be reconstructed" in entry.failure.message
    assert all(turn.length == 0 for turn in entry.trail.turns)
    assert {t.tries for t in entry.trail.turns if t.speaker == "client"} == {3}
    reasons = [view.broken for name, view, _ in fake.seen if name == "psydial.reconstruct"]
    assert reasons[0] == []
    assert reasons[1]
    assert not any(text in str(reasons) for text in SHORT)
    return broken_rules(entry)


@pytest.mark.slow
async def test_a_reconstructor_that_copies_is_refused(tmp_path):
    said = iter([SHORT[1]] * 3 + [SHORT[3]] * 3 + [SHORT[5]] * 3)
    assert "shared span" in await refused(tmp_path, lambda _: next(said))


@pytest.mark.slow
async def test_a_reconstructor_that_ignores_the_question_is_refused(tmp_path):
    # Each a piece of the complaint, none a time and none a wish; the opening invites anything.
    past = "My hands shake at work. I think I talk too much and people get tired of me."

    def ignores(view):
        return None if len(view.dialogue) < 2 else past

    fake = Fake(psydial_reconstruct=ignores)
    _, [entry] = await made(tmp_path, [talk(*SHORT)], fake, bank=[COMPLAINT], most_dropped=1)
    assert "answers" in broken_rules(entry)
    assert not any(past in turn.text for turn in entry.dialogue.utterances())


@pytest.mark.slow
async def test_a_model_that_reads_strictly_refuses_too(tmp_path):
    fake = Fake(psydial_verdict=lambda _: {"answers": False, "outside": []})
    _, [entry] = await made(tmp_path, [talk(*SHORT)], fake, bank=[COMPLAINT])
    assert entry.failure.kind == "check"
    assert broken_rules(entry) >= {"answers"}


@pytest.mark.slow
async def test_a_reconstructor_that_is_too_long_is_refused(tmp_path):
    assert "length" in await refused(tmp_path, lambda _: COMPLAINT)


@pytest.mark.slow
async def test_a_reconstructor_that_leaves_the_complaint_is_refused(tmp_path):
    told = "It began years ago, I think, when the volcano buried our observatory under pumice."
    assert "stays in the complaint" in await refused(tmp_path, lambda _: told)


@pytest.mark.slow
async def test_a_reconstructor_that_makes_up_names_is_refused(tmp_path):
    told = "I want to sleep, but I think Ottoline wakes me at 4 in the morning, and then again."
    assert "complaint" in await refused(tmp_path, lambda _: told)


@pytest.mark.slow
async def test_a_reconstructor_that_names_the_client_is_refused(tmp_path):
    told = "I think I have been awake since they moved me out of Thornaby, it was years ago."
    fake = Fake(psydial_reconstruct=lambda _: told)
    turns = (*SHORT[:5], "I would like to go back to Thornaby and sleep there, as I used to do.")
    _, [entry] = await made(tmp_path, [talk(*turns)], fake, bank=[COMPLAINT], names=["Thornaby"])
    assert "identifiers" in broken_rules(entry)
    assert entry.dialogue is None


@pytest.mark.slow
async def test_what_is_refused_once_is_asked_again_with_the_reason(tmp_path):
    def copies_at_first(view):
        return None if view.broken else SHORT[1]

    fake = Fake(psydial_reconstruct=copies_at_first)
    _, [entry] = await made(tmp_path, [talk(*SHORT)], fake, bank=[COMPLAINT])
    assert entry.dialogue is not None
    tries = [turn.tries for turn in entry.trail.turns if turn.speaker == "client" and turn.kept]
    assert set(tries) >= {2}
    why = [view.broken for name, view, _ in fake.seen if name == "psydial.reconstruct"]
    assert any("stands in the masked dialogue" in str(each) for each in why)


@pytest.mark.slow
async def test_a_summary_that_names_the_client_is_refused(tmp_path):
    [each] = planted("en", 1)
    name = each.attributes["name"]
    fake = Fake(psydial_summarize=lambda _: f"{name} has trouble at work.")
    _, [entry] = await made(tmp_path, [each.dialogue], fake)
    assert entry.failure.kind == "check"
    assert entry.failure.message.startswith("the summary:")
    assert name not in entry.model_dump_json()
    asked = [view for prompt, view, _ in fake.seen if prompt == "psydial.summarize"]
    assert len(asked) == 3
    assert asked[1].broken


@pytest.mark.slow
async def test_a_turn_refined_over_the_cap_stays_as_it_was(tmp_path):
    fake = Fake(psydial_refine=lambda _: "So tell me what you think about the week that was.")
    _, [entry] = await made(tmp_path, [talk(*SHORT)], fake, bank=[COMPLAINT])
    said = [turn.text for turn in entry.dialogue.utterances() if turn.speaker == "counselor"]
    assert said == [SHORT[0], SHORT[2], SHORT[4]]
    stayed = [t for t in entry.trail.turns if any(c.rule == "original stays" for c in t.checks)]
    assert len(stayed) == 3
    assert all(any(c.rule == "edit cap" and not c.kept for c in t.checks) for t in stayed)


@pytest.mark.slow
async def test_a_refined_turn_may_put_in_nothing_that_this_client_never_said(tmp_path):
    def puts_in(view):
        return view.kept.replace("today", "to Reykjavik today").replace("badly", "badly, Ottoline")

    fake = Fake(psydial_refine=puts_in)
    _, [entry] = await made(tmp_path, [talk(*SHORT)], fake, bank=[COMPLAINT])
    assert "borne out" in broken_rules(entry)
    said = " ".join(turn.text for turn in entry.dialogue.utterances())
    assert "Reykjavik" not in said
    assert "Ottoline" not in said


@pytest.mark.slow
async def test_a_complaint_that_tells_of_the_client_itself_is_passed_over(tmp_path):
    turns = (
        "Hello. What brings you here today?",
        "My name is Wendell Rask and I cannot sleep, I lie awake most nights.",
        *SHORT[2:],
    )
    own = "My name is Wendell Rask. A client speaks of sleep, and I sleep badly."
    _, [entry] = await made(tmp_path, [talk(*turns)], bank=[own, COMPLAINT])
    assert entry.trail.passed_over == 1
    assert entry.dialogue.document("complaint").text == COMPLAINT
    _, [alone] = await made(tmp_path / "alone", [talk(*turns)], bank=[own])
    assert alone.failure.kind == "check"
    assert "complaints" in alone.failure.message


@pytest.mark.parametrize(
    ("language", "text", "left"),
    [
        ("en", "How long have you been feeling this way?", None),
        (
            "en",
            "So, Marta, what was it like at Brackwell Foundry?",
            ["Marta", "Brackwell", "Foundry"],
        ),
        ("en", "You are 34, and moved here in March.", ["34", "March"]),
        ("en", "And your stepdaughter, and your twin?", ["stepdaughter", "twin"]),
        ("zh", "这种感觉多久了？", None),
        ("zh", "小雅，你在宏达纺织厂那会儿，锅炉爆炸之后怎么过来的？", ["小雅", "宏达", "锅炉"]),
        ("zh", "你从洛阳搬过来，带着继女？", ["洛阳", "继女"]),
        ("zh", "三十四岁这年，冬冬呢？", ["三十四", "冬冬"]),
    ],
)
def test_what_is_not_plain_is_cut_out(language, text, left):
    after = cut(text, plain(language))
    if left is None:
        assert after == text
    else:
        assert MASK in after
        assert not any(word in after for word in left)


def test_what_is_borne_out_stays():
    known = plain("en")
    borne = type(known)(frozenset(), frozenset()).and_of("My sister Ogechi left at 34.")
    assert cut("Your sister Ogechi, at 34?", known, borne) == "Your sister Ogechi, at 34?"
    assert cut("Your sister Petra?", known, borne) == f"Your sister {MASK}?"


def test_a_word_is_plain_by_number_only_where_its_own_client_never_said_it():
    many = [talk("The regatta again?", "Yes, it is so.", name=str(n)) for n in range(8)]
    many.append(talk("The regatta again?", "The regatta, yes.", name="own"))
    common = shared_plain(many)
    assert all("regatta" in each for each in common[:-1])
    assert "regatta" not in common[-1]
    assert not any("regatta" in each for each in shared_plain(many[:5]))


@pytest.mark.parametrize(
    ("language", "text", "after"),
    [
        ("en", f"{MASK}, how are you?", "How are you?"),
        ("en", f"So, {MASK}, what was it like at {MASK}?", "So, what was it like?"),
        (
            "en",
            f"You moved to {MASK}. What went through your mind?",
            "What went through your mind?",
        ),
        ("en", f"How long have {MASK}, money and debts been weighing on you?", ""),
        ("en", f"We stop here for today, {MASK}.", "We stop here for today."),
        ("en", f"So, if I follow, {MASK}. What now?", "What now?"),
        ("zh", f"我听到的是，{MASK}。这是怎么来的？", "这是怎么来的？"),
        ("zh", f"{MASK}，你今天好吗？", "你今天好吗？"),
        ("zh", f"{MASK}这年，你觉得最难的是什么？", "你觉得最难的是什么？"),
        ("zh", f"要是{MASK}听见，会怎么说？", ""),
    ],
)
def test_a_sentence_is_mended_or_goes(language, text, after):
    assert without_holes(text, language) == after
    assert MASK not in after


def test_the_band_of_a_short_turn_has_room_for_a_sentence():
    assert band_of(1, "en", 0.5, 2.0).least == 0
    assert band_of(1, "en", 0.5, 2.0).most >= 10
    assert band_of(100, "zh", 0.5, 2.0).most == 200
    assert band_of(30, "zh", 0.5, 2.0).least == 15


def test_complaints_are_ranked_by_what_they_are_about():
    bank = [
        Complaint("b-money", "The debts are growing and the bank writes letters.", "en"),
        Complaint("a-sleep", "I cannot sleep and lie awake.", "en"),
        Complaint("c-sleep", "I cannot sleep and lie awake.", "en"),
    ]
    order = ranked("A client who sleeps badly and lies awake.", bank)
    assert [found.id for _, found in order] == ["a-sleep", "c-sleep", "b-money"]
    assert 0 < order[0][0] <= 1
    assert order[-1][0] < order[0][0]
    assert re.fullmatch(r"[01]\.?\d{0,4}", str(order[0][0]))
