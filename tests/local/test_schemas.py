"""Answers in schema, whatever the model: all of a random model's fit."""

from __future__ import annotations

import json
import threading

import pytest

from muspsy_sim.llm.local.calls import Call, Written
from muspsy_sim.llm.local.engine import Engine
from muspsy_sim.llm.local.grammar import smallest
from muspsy_sim.llm.parsing import AnswerError, parse_answer
from muspsy_sim.llm.prompting import answer_schema
from muspsy_sim.records.answers import (
    AppraisalAnswer,
    ExtractAnswer,
    NoteAnswer,
    PlanAnswer,
    Reflection,
    Speech,
    TurnPlanAnswer,
)
from muspsy_sim.records.base import Record
from tests.local.writing import write

ANSWERS = [Speech, AppraisalAnswer, PlanAnswer, NoteAnswer, TurnPlanAnswer]


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_answer_of_a_random_model_fits_its_schema(
    engine: Engine, prompts: list[list[int]], answer: type[Record]
) -> None:
    schema = json.dumps(answer_schema(answer))
    written = write(engine, prompts[:12], schema=schema, max_tokens=400)
    assert all(each.finished for each in written)
    for each in written:
        try:
            parse_answer(each.text, answer)
        except AnswerError as error:
            # What no schema can say: a goal that requires one that is not there.
            if "Value error" not in str(error):
                raise


@pytest.mark.parametrize(("answer", "tokens"), [(Reflection, 1500), (ExtractAnswer, 1000)])
def test_a_text_ends_before_it_is_longer_than_its_schema_allows(
    engine: Engine, prompts: list[list[int]], answer: type[Record], tokens: int
) -> None:
    schema = json.dumps(answer_schema(answer))
    written = write(engine, prompts[:24], schema=schema, max_tokens=tokens)
    assert all(each.finished for each in written)
    answers = [parse_answer(each.text, answer) for each in written]
    if answer is Reflection:
        # Some would have gone on: a random model closes a quote by chance alone.
        lengths = [len(each.model_dump()["text"]) for each in answers]
        assert 1_500 < max(lengths) <= 2_000


def test_a_limit_too_small_for_any_answer_is_said_to_be_reached(
    engine: Engine, prompts: list[list[int]]
) -> None:
    schema = json.dumps(answer_schema(NoteAnswer))
    (written,) = write(engine, prompts[:1], schema=schema, max_tokens=5)
    assert not written.finished


def test_the_smallest_answer_of_a_recursive_schema_ends() -> None:
    schema = {"$defs": {"a": {"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}}}}
    assert smallest({"$ref": "#/$defs/a"}, schema) is not None


def test_a_schema_that_no_grammar_can_be_made_of_fails_its_own_call(
    engine: Engine, prompts: list[list[int]]
) -> None:
    outcomes: list[Written | BaseException] = []
    left = threading.Semaphore(0)

    def done(outcome: Written | BaseException) -> None:
        outcomes.append(outcome)
        left.release()

    for n, schema in enumerate([json.dumps(answer_schema(Speech)), '{"$ref": "#/nowhere"}', None]):
        engine.submit(Call(prompts[n], 300, 1.0, 0.95, n, f"e{n}", schema, done))
    for _ in range(3):
        assert left.acquire(timeout=60)
    assert sum(isinstance(each, Written) for each in outcomes) == 2
