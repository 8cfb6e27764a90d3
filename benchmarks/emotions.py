"""How far the offline labels of emotions agree with labels given by hand.

    python benchmarks/emotions.py [--corpus PATH]

Over `tests/unit/emotions`: sentences that name or plainly show a feeling, written before the cues,
and turns that tell it and do not name it, written after them. Prints the share of first labels that
agree and Cohen's kappa (1960) by language; with `--corpus`, the shares of the labels in it as well.
One author wrote sentences, turns and cues: on strangers' words expect something between the two.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

import yaml

from muspsy_sim.datasets.corpora.opening import open_corpus
from muspsy_sim.llm.offline.corpora.psy_insight import labels
from muspsy_sim.records.base import Language
from muspsy_sim.records.corpus import Dialogue
from muspsy_sim.records.corpus_views import LabelsView
from muspsy_sim.records.views import Line

LANGUAGES: tuple[Language, ...] = ("en", "zh")
SETS = {"named": "{}.yaml", "told": "turns-{}.yaml"}
FOLDER = Path(__file__).parents[1] / "tests" / "unit" / "emotions"


def lines_of(name: str, language: Language) -> list[tuple[str, str]]:
    """(label, text) of each line of a set."""
    read = yaml.safe_load((FOLDER / SETS[name].format(language)).read_text(encoding="utf-8"))
    return [(label, text) for label, texts in read.items() for text in texts]


def label_of(text: str, language: Language) -> str:
    """The first label that `muspsy annotate` gives a client's turn offline."""
    line = Line(id="t1", speaker="client", text=text)
    view = LabelsView(language=language, dialogue=[line], wanted=["t1"])
    return labels(view, Random(0)).turns[0].emotion[0]


def cohens_kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Agreement of two raters on a nominal scale beyond chance, at most 1.

    Raises `ZeroDivisionError` where both gave one label throughout, or there is no pair.
    """
    n = len(pairs)
    one, other = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    observed = sum(a == b for a, b in pairs) / n
    chance = sum(one[label] * other[label] for label in one) / n**2
    return (observed - chance) / (1.0 - chance)


def agreement(name: str, language: Language) -> tuple[int, float, float]:
    """Lines of a set, the share of them labelled as by hand, and kappa."""
    pairs = [(label, label_of(text, language)) for label, text in lines_of(name, language)]
    return len(pairs), sum(a == b for a, b in pairs) / len(pairs), cohens_kappa(pairs)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", help="anything that muspsy reads")
    asked = parser.parse_args()
    for name in SETS:
        for language in LANGUAGES:
            lines, same, kappa = agreement(name, language)
            print(f"{name}, {language}: {lines} lines, {same:.2f} alike, kappa {kappa:.2f}")
    if asked.corpus:
        found = Counter(
            label_of(turn.text, dialogue.language or "en")
            for dialogue in open_corpus(asked.corpus)
            if isinstance(dialogue, Dialogue)
            for turn in dialogue.utterances()
            if turn.speaker == "client" and turn.text.strip()
        )
        total = sum(found.values())
        print(
            f"{total} turns: " + ", ".join(f"{k} {v / total:.2f}" for k, v in found.most_common())
        )


if __name__ == "__main__":
    main()
