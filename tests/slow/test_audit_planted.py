"""Faults that a script plants into clean corpora are found, and clean corpora raise no alarm."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from muspsy_sim.datasets.audit import auditing
from muspsy_sim.datasets.audit.auditing import audit_corpus
from muspsy_sim.records.corpus import Dialogue
from tests.planted import FAULTS, Fault, clean

PLANTED = 50
CORPUS = 150


def audited(dialogues: Iterable[Dialogue], monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """Rule to the dialogues that it found something in."""

    def opened(path: object, form: object = None) -> Iterator[Dialogue]:
        yield from dialogues

    monkeypatch.setattr(auditing, "open_corpus", opened)
    found: dict[str, set[str]] = defaultdict(set)
    audit_corpus(Path("corpus"), tell=lambda f: found[f.rule.name].add(f.dialogue))
    return found


def test_clean_corpora_raise_no_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    alarmed = looked = 0
    for seed in range(5):
        found = audited(clean(200, seed), monkeypatch)
        alarmed += len(set().union(*found.values()))
        looked += 200
    print(f"false alarms: {alarmed} of {looked} clean dialogues")
    assert alarmed < 0.02 * looked


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_planted_faults_are_found(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = random.Random(fault.name)
    dialogues = clean(CORPUS, seed=99)
    # Every third, so that what is beside a planted one is clean: (n + 1) and (n - 1) are looked at.
    places = range(1, CORPUS, 3)
    assert len(places) == PLANTED
    for n in places:
        fault.plant(dialogues, n, drawn)
    found = audited(dialogues, monkeypatch)
    hit = set().union(*(found[rule] for rule in fault.rules))
    # Of two that are the same the later is named, and that may be the one beside the planted one.
    near = {f"d{n}": {f"d{n}", f"d{n + 1}"} for n in places}
    got = sum(1 for names in near.values() if names & hit)
    others = {d for rule, names in found.items() for d in names} - set().union(*near.values())
    print(f"{fault.name}: {got} of {PLANTED} found, {len(others)} others alarmed")
    assert got >= 0.95 * PLANTED
    assert len(others) <= 0.02 * (CORPUS - PLANTED)
