"""Measures of corpora against values worked out by hand or by another library."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from muspsy_sim.cli.entry import run_command_line
from muspsy_sim.cli.metrics_page import as_markdown
from muspsy_sim.datasets.measures import labels, lexical, shape
from muspsy_sim.datasets.measures.comparing import RANGES, compare
from muspsy_sim.datasets.measures.sampling import Measured, Sample, draw, measured
from muspsy_sim.records.corpus import CorpusSession, Dialogue, Utterance
from muspsy_sim.records.episode import Label
from muspsy_sim.records.errors import Problem
from tests.planted import clean


def dialogue(*said: tuple[str, str], language: str = "en", number: int = 1) -> Dialogue:
    turns = [{"speaker": who, "text": text} for who, text in said]
    return Dialogue.model_validate(
        {
            "id": f"d{number}",
            "format": "smile",
            "language": language,
            "sessions": [{"number": 1, "utterances": turns}],
        }
    )


def taken(*dialogues: Dialogue) -> list[Measured]:
    return [measured(each) for each in dialogues]


def ratio(name: str, found: Sequence[Measured]) -> float | None:
    return shape.ratio(next(r for r in shape.RATIOS if r.name == name), found)


def test_ratios_by_hand() -> None:
    found = taken(
        dialogue(("counselor", "What is it?"), ("client", "Fog. Only fog."), ("counselor", "Mm.")),
        dialogue(("client", "Why fog, of all the things?"), ("counselor", "Tell me more of it.")),
    )
    assert ratio("turns a session", found) == 2.5
    assert ratio("client turn", found) == (3 + 6) / 2
    assert ratio("counselor turn", found) == (3 + 1 + 5) / 3
    assert ratio("client's share of words", found) == 9 / 18
    assert ratio("counselor turns with a question", found) == 1 / 3
    assert ratio("client turns with a question", found) == 1 / 2
    assert ratio("minimal client turns", found) == 1 / 2


def test_nothing_to_divide_by_is_none() -> None:
    found = taken(dialogue(("counselor", "Hello.")))
    assert ratio("client turn", found) is None
    assert lexical.distinct([], 2) is None
    assert lexical.self_bleu(found) is None
    assert shape.continuity(found) is None


def test_distinct_by_hand() -> None:
    assert lexical.distinct(["a", "b", "a", "b"], 1) == 0.5
    assert lexical.distinct(["a", "b", "a", "b"], 2) == pytest.approx(2 / 3)


@pytest.mark.slow
def test_ldd_is_the_published_formula_and_changes_with_size() -> None:
    one = dialogue(("client", "雾来了"), ("counselor", "嗯"), language="zh")
    found = taken(one)
    tokens = found[0].turns[0].signs
    types = len(set(tokens))
    assert lexical.ldd(found, "client") == round(100 * types / len(tokens), 2) * round(types / 1, 2)
    many = taken(*clean(60, 1))
    small = lexical.ldd(many[:10], "client")
    large = lexical.ldd(many, "client")
    assert small is not None
    assert large is not None
    assert abs(large - small) > 0.2 * small
    assert lexical.ldd_at_size(many[:9], "client") is None
    assert lexical.ldd_at_size(many[:10], "client") == small
    at_size = [lexical.ldd_at_size(many[:n], "client") or 0.0 for n in (20, 60)]
    assert at_size == pytest.approx([small, small], rel=0.1)


def test_strategies_are_counted_once_and_under_one_name() -> None:
    def turn(*labels: tuple[str, str]) -> Utterance:
        made = [
            Label.model_validate({"kind": "strategy", "value": v, "origin": o}) for v, o in labels
        ]
        return Utterance(speaker="counselor", text="Hm, and then?", labels=made)

    turns = [
        turn(("question", "planned")),
        turn(("restatement", "planned"), ("Question", "annotated")),
        turn(("Question", "published")),
        turn(("reflection_of_feelings", "planned")),
    ]
    one = Dialogue(id="d", format="run", sessions=[CorpusSession(number=1, utterances=turns)])
    assert labels.distribution(taken(one), "strategy") == {
        "Question": 0.75,
        "Reflection of Feelings": 0.25,
    }


def test_no_interval_leaves_what_a_measure_can_be() -> None:
    same = dialogue(("client", "The fog came in at four."), ("counselor", "It did, it did."))
    odd = dialogue(("client", "A whole other harbour, with cranes and gulls and rain."), number=2)
    result = compare([Sample("s", taken(*[same] * 5, odd), of=6)], 0)
    for name, (figure,) in result.figures.items():
        low, high = RANGES.get(result.units[name], (0.0, float("inf")))
        if figure.low is not None and figure.high is not None:
            assert low <= figure.low <= figure.high <= high
    assert result.figures["self-BLEU"][0].high == 100
    assert result.figures["Vendi score"][0].low == 1
    assert result.figures["distinct-1"][0].low == 0


def test_a_fixed_size_is_taken_of_what_was_drawn_beside_a_smaller_corpus() -> None:
    large = Sample("large", taken(*clean(24, 1)), of=24)
    small = Sample("small", taken(*clean(3, 2)), of=3, problems=2)
    result = compare([large, small], 0)
    first, second = result.figures["LDD client, at 10"]
    assert first.value == lexical.ldd_at_size(large.dialogues, "client")
    assert first.low is not None
    assert second.value is None
    assert result.figures["LDD client, as published"][0].value == lexical.ldd(
        lexical.evenly(large.dialogues, 3), "client"
    )
    page = as_markdown(result)
    assert "Fewer than 4 dialogues have no interval" in page
    assert "could not be read, or are odd: small 2" in page


def test_self_bleu_is_sacrebleus() -> None:
    import sacrebleu.metrics as sacrebleu

    drawn = random.Random(1)
    texts = [[drawn.choice("abcdefgh") for _ in range(drawn.randint(3, 30))] for _ in range(12)]
    texts += [["zz"], ["a", "q"]]
    said = [" ".join(text) for text in texts]
    bleu = sacrebleu.BLEU(tokenize="none", effective_order=True)
    want = [bleu.sentence_score(t, said[:n] + said[n + 1 :]).score for n, t in enumerate(said)]
    assert lexical.bleu_against_others(texts) == pytest.approx(want)


def test_vendi_counts_what_differs() -> None:
    same = taken(*[dialogue(("client", "The fog came in at four."), number=n) for n in range(5)])
    assert lexical.vendi(same) == pytest.approx(1, abs=1e-6)
    words = ["alpha beta", "gamma delta", "epsilon zeta", "eta theta"]
    other = taken(*[dialogue(("client", said), number=n) for n, said in enumerate(words)])
    assert lexical.vendi(other) == pytest.approx(4, abs=1e-4)


def test_compression_grows_with_repetition() -> None:
    varied = lexical.compression(taken(*clean(20, 1)))
    repeated = lexical.compression(taken(*[clean(1, 1)[0]] * 20))
    assert varied is not None
    assert repeated is not None
    assert repeated > 2 * varied
    assert lexical.near_duplicates(taken(*[clean(1, 1)[0]] * 4)) == 0.75


def test_continuity_tells_a_course_from_strangers() -> None:
    def course(number: int, *sessions: str) -> Dialogue:
        return Dialogue.model_validate(
            {
                "id": f"d{number}",
                "format": "psycheval",
                "language": "en",
                "source_case": f"case-{number}",
                "sessions": [
                    {"number": n, "utterances": [{"speaker": "client", "text": text}]}
                    for n, text in enumerate(sessions, start=1)
                ],
            }
        )

    kept = taken(
        course(1, "the lighthouse lamp broke", "that lighthouse lamp again"),
        course(2, "my orchard flooded twice", "orchard apples flooded and rotted"),
    )
    strangers = taken(
        course(1, "the lighthouse lamp broke", "orchard apples flooded"),
        course(2, "my orchard flooded twice", "lighthouse lamp again"),
    )
    assert (shape.continuity(kept) or 0) > 0.3
    assert (shape.continuity(strangers) or 0) < -0.3


def test_labels_and_what_follows_on_what() -> None:
    one = dialogue(("counselor", "a"), ("client", "b"), ("counselor", "c"), ("counselor", "d"))
    for turn, value in zip(one.sessions[0].utterances, ["Q", None, "R", "R"], strict=True):
        if value:
            turn.labels.append(
                {"kind": "strategy", "value": value, "origin": "published"}  # type: ignore[arg-type]
            )
    one = Dialogue.model_validate(one.model_dump(warnings=False))
    found = taken(one)
    assert labels.distribution(found, "strategy") == {"R": pytest.approx(2 / 3), "Q": 1 / 3}
    assert labels.transitions(found, "strategy") == {"Q": {"R": 1.0}, "R": {"R": 1.0}}
    assert labels.labelled_share(found, "strategy") == 1.0
    assert labels.labelled_share(found, "emotion") == 0.0
    assert shape.ratio(labels.share_of("strategy", "R"), found) == pytest.approx(2 / 3)


@pytest.mark.parametrize("how", ["--markdown", "--json", ""])
def test_labels_are_shown_with_intervals_and_what_follows(
    how: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    turns = [
        {"speaker": "Supporter", "content": f"How was day {n}?", "strategy": ["Question"]}
        if n % 2
        else {"speaker": "Seeker", "content": f"Day {n} was bad.", "emotional label": ["Sadness"]}
        for n in range(6)
    ]
    entries = [{"dialog_id": n, "dialog": turns} for n in range(5)]
    (tmp_path / "labelled.json").write_text(json.dumps(entries))
    words = ["metrics", str(tmp_path / "labelled.json"), *([how] if how else [])]
    assert run_command_line(words) == 0
    out = capsys.readouterr().out
    if how == "--json":
        shares = json.loads(out)["label_shares"]
        assert shares["strategy"]["Question"][0] | {"reason": ""} == {
            "value": 1.0, "low": 1.0, "high": 1.0, "reason": "",
        }  # fmt: skip
        assert shares["emotion"].keys() == {"Sadness"}
        return
    assert "strategy: Question (share)" in out
    assert "1.00 [1.00, 1.00]" in out
    assert "Question → Question" in out
    assert "Sadness → Sadness" in out


def test_a_sample_is_the_same_for_the_same_seed_and_counts_all() -> None:
    found = [*clean(50, 1), Problem("odd")]
    one, again, other = (draw("x", found, 10, seed) for seed in (1, 1, 2))
    assert [d.id for d in one.dialogues] == [d.id for d in again.dialogues]
    assert [d.id for d in one.dialogues] != [d.id for d in other.dialogues]
    assert (one.of, one.problems, len(one.dialogues)) == (50, 1, 10)


@pytest.mark.slow
def test_corpora_are_measured_at_one_size_with_intervals() -> None:
    result = compare([draw("a", clean(30, 1), 200, 0), draw("b", clean(20, 2), 200, 0)], 0)
    assert result.size == 20
    for name, figures in result.figures.items():
        for figure in figures:
            if figure.low is not None and figure.value is not None and figure.high is not None:
                assert figure.low <= figure.value <= figure.high, name
            if figure.value is None:
                assert figure.reason
    assert json.dumps(result.as_json(), allow_nan=False)
    assert result.shared[0][0] == 1.0


@pytest.mark.slow
def test_the_bootstrap_covers_the_truth() -> None:
    """Of 60 samples of 40 dialogues, about 57 intervals hold the mean of the corpus."""
    corpus = taken(*clean(400, 3))
    measure = next(r for r in shape.RATIOS if r.name == "client turn")
    truth = shape.ratio(measure, corpus)
    drawn = random.Random(5)
    held = 0
    from muspsy_sim.datasets.measures.sampling import Sample

    for seed in range(60):
        sample = Sample("s", drawn.sample(corpus, 40), of=400)
        figure = compare_one(sample, seed)
        held += figure[0] <= (truth or 0) <= figure[1]
    assert held >= 50


def compare_one(sample: object, seed: int) -> tuple[float, float]:
    import numpy as np

    from muspsy_sim.datasets.measures.comparing import _bootstrapped

    measure = next(r for r in shape.RATIOS if r.name == "client turn")
    figure = _bootstrapped(measure, sample.dialogues, np.random.default_rng(seed))  # type: ignore[attr-defined]
    assert figure.low is not None
    assert figure.high is not None
    return figure.low, figure.high


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.unit import corpus_files as shapes

    shapes.lay(tmp_path / "a", "smile")
    shapes.lay(tmp_path / "b", "psycheval")
    assert run_command_line(["metrics", str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    out = capsys.readouterr().out
    assert "vocabulary shared by a and b" in out
    assert "NLTKWordTokenizer" in out
    assert "nan" not in out.lower()
    assert run_command_line(["metrics", str(tmp_path / "none")]) == 2
    assert "no such file or folder" in capsys.readouterr().err
    (tmp_path / "c").mkdir()
    shapes.lay(tmp_path / "c", "muspsy-memory")
    assert run_command_line(["metrics", str(tmp_path / "c")]) == 2
    assert "holds no dialogue with a turn" in capsys.readouterr().err
