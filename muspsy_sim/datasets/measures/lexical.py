"""Measures of vocabulary and diversity. None of them is independent of a sample's size.

Each is over whole dialogues of one sample; the comparison gives all corpora the same size.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix

from muspsy_sim.datasets.measures.sampling import Measured
from muspsy_sim.datasets.measures.tokens import Tokens
from muspsy_sim.records.corpus import CorpusSpeaker

SELF_BLEU_TEXTS = 60
"""Dialogues that self-BLEU compares: each with all others, so that it grows with the square."""

LDD_SIZE = 10
"""Dialogues at which the comparable LDD is taken: few, so that small corpora have it too."""

LDD_DRAWS = 20
"""Draws of so many dialogues that the comparable LDD is the mean of."""


def distinct(tokens: Tokens, n: int) -> float | None:
    """Distinct-n (Li and others 2016): different n-grams as a share of all, in (0, 1]."""
    grams = len(tokens) - n + 1
    if grams <= 0:
        return None
    return len({tuple(tokens[at : at + n]) for at in range(grams)}) / grams


def ldd(dialogues: Sequence[Measured], speaker: CorpusSpeaker) -> float | None:
    """LDD as published (Qiu and Lan 2025), for one party.

    round(100 * U / T, 2) * round(U / N, 2), with U types, T tokens and N dialogues; tokens are all
    that the tokenizer gives, punctuation included. It depends on the size of the corpus: U grows
    slower than T and N. Compare equal samples only.
    """
    tokens = [
        token
        for each in dialogues
        for turn in each.turns
        if turn.speaker == speaker
        for token in turn.signs
    ]
    if not tokens:
        return None
    types = len(set(tokens))
    return round(100 * types / len(tokens), 2) * round(types / len(dialogues), 2)


def ldd_at_size(dialogues: Sequence[Measured], speaker: CorpusSpeaker) -> float | None:
    """LDD at a fixed size: its mean over `LDD_DRAWS` seeded draws of `LDD_SIZE` dialogues.

    Corpora of any size may be compared by it. None where there are fewer dialogues.
    """
    if len(dialogues) < LDD_SIZE:
        return None
    rng = np.random.default_rng(0)
    values = []
    for _ in range(LDD_DRAWS if len(dialogues) > LDD_SIZE else 1):
        drawn = rng.choice(len(dialogues), LDD_SIZE, replace=False)
        values.append(ldd([dialogues[int(at)] for at in drawn], speaker))
    found = [value for value in values if value is not None]
    return float(np.mean(found)) if found else None


def evenly(dialogues: Sequence[Measured], size: int) -> Sequence[Measured]:
    """`size` dialogues, evenly over those that there are; all where there are no more."""
    if len(dialogues) <= size:
        return dialogues
    return [dialogues[int(at)] for at in np.linspace(0, len(dialogues) - 1, size)]


def compression(dialogues: Sequence[Measured]) -> float | None:
    """How much the text shrinks under DEFLATE: bytes before by bytes after. More = more repeated.

    Shaib and others 2024, Standardizing the Measurement of Text Diversity.
    """
    raw = "\n".join(each.text for each in dialogues).encode()
    return len(raw) / len(zlib.compress(raw, 9)) if raw else None


def self_bleu(dialogues: Sequence[Measured]) -> float | None:
    """Self-BLEU (Zhu and others 2018): the mean BLEU-4 of a dialogue against all others, 0 to 100.

    Over `SELF_BLEU_TEXTS` dialogues, evenly over the sample. It is sacrebleu's sentence BLEU with
    effective order and exponential smoothing (a test holds the two together), computed for all
    dialogues at once: of each n-gram the two highest counts say what the others of any dialogue
    hold at most.
    """
    texts = [each.tokens() for each in evenly(dialogues, SELF_BLEU_TEXTS)]
    if len(texts) < 2:
        return None
    return float(np.mean(bleu_against_others(texts)))


def bleu_against_others(texts: Sequence[Tokens]) -> list[float]:
    """BLEU-4 of each text against all the others, 0 to 100. At least two texts."""
    precise: list[list[tuple[int, int]]] = [[] for _ in texts]
    for n in range(1, 5):
        counts = [Counter(zip(*(text[at:] for at in range(n)), strict=False)) for text in texts]
        highest: dict[tuple[str, ...], tuple[int, int, int]] = {}
        for at, counted in enumerate(counts):
            for gram, times in counted.items():
                most, whose, second = highest.get(gram, (0, -1, 0))
                if times > most:
                    highest[gram] = (times, at, most)
                elif times > second:
                    highest[gram] = (most, whose, times)
        for at, counted in enumerate(counts):
            found = 0
            for gram, times in counted.items():
                most, whose, second = highest[gram]
                found += min(times, second if whose == at else most)
            precise[at].append((found, sum(counted.values())))
    lengths = [len(text) for text in texts]
    return [
        _bleu(precise[at], length, lengths[:at] + lengths[at + 1 :])
        for at, length in enumerate(lengths)
    ]


def _bleu(precise: Sequence[tuple[int, int]], length: int, others: Sequence[int]) -> float:
    """BLEU from matches and totals of 1- to 4-grams (Papineni and others 2002)."""
    logs: list[float] = []
    smooth = 1.0
    for found, total in precise:
        if total == 0:
            break
        if found == 0:
            smooth *= 2
            logs.append(float(np.log(1 / (smooth * total))))
        else:
            logs.append(float(np.log(found / total)))
    if not any(found for found, _ in precise):
        return 0.0
    closest = min(others, key=lambda other: (abs(other - length), other))
    brevity = 1.0 if length >= closest else float(np.exp(1 - closest / length))
    return 100 * brevity * float(np.exp(sum(logs) / len(logs)))


def vendi(dialogues: Sequence[Measured]) -> float | None:
    """Vendi score (Friedman and Dieng 2023): how many different dialogues there are, 1 to n.

    The exponential of the entropy of the eigenvalues of K / n, where K is the cosine similarity of
    counts of tokens and of pairs of tokens, weighted by inverse document frequency.
    """
    if not dialogues:
        return None
    counts = [_grams(each.tokens()) for each in dialogues]
    seen: Counter[str] = Counter()
    for each in counts:
        seen.update(each.keys())
    index = {gram: at for at, gram in enumerate(seen)}
    weights = {gram: np.log((1 + len(counts)) / (1 + n) + 1) for gram, n in seen.items()}
    columns, filled, ends = [], [], [0]
    for each in counts:
        row = np.array([n * weights[gram] for gram, n in each.items()], dtype=np.float64)
        columns += [index[gram] for gram in each]
        filled.append(row / (np.linalg.norm(row) or 1))
        ends.append(len(columns))
    # Sparse: the vocabulary of pairs grows with the sample, and a dialogue holds little of it.
    table = csr_matrix(
        (np.concatenate(filled), columns, ends), shape=(len(counts), max(1, len(index)))
    )
    values = np.linalg.eigvalsh((table @ table.T).toarray() / len(counts))
    values = values[values > 1e-12]
    return float(np.exp(-(values * np.log(values)).sum()))


def near_duplicates(dialogues: Sequence[Measured]) -> float | None:
    """The share of dialogues that have an earlier near-duplicate in the sample, 0 to 1."""
    from muspsy_sim.datasets.audit.minhash import NearDuplicates

    if not dialogues:
        return None
    near = NearDuplicates()
    for each in dialogues:
        near.add(each.text)
    return sum(1 for _ in near.pairs()) / len(dialogues)


def shared_vocabulary(one: Sequence[Measured], other: Sequence[Measured]) -> float | None:
    """Types in common by types of either (Jaccard), over two equal samples, 0 to 1."""
    a = {token for each in one for token in each.tokens()}
    b = {token for each in other for token in each.tokens()}
    return len(a & b) / len(a | b) if a | b else None


def _grams(tokens: Tokens) -> Counter[str]:
    return Counter(tokens) + Counter(f"{a} {b}" for a, b in pairwise(tokens))
