"""How near a reply is to the one that was given: BLEU, chrF, ROUGE-L, and BERTScore on demand.

Each by a published library, by its own tokenization, which is recorded. There are many good replies
to a client: nearness to one of them is a check that a reply is on the subject, and no quality.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from muspsy_sim.records.base import Language
from muspsy_sim.records.errors import ModelSetupError


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric over pairs of reply and gold: its name, what made it, and a value for each pair."""

    name: str
    made_by: str
    values: list[float]


def reference_metrics(
    replies: Sequence[str], golds: Sequence[str], language: Language
) -> list[Metric]:
    """BLEU-4 (sentence level, effective order), chrF and ROUGE-L, each in [0, 100].

    Papineni and others 2002 (BLEU), Popović 2015 (chrF), Lin 2004 (ROUGE). Raises `ModelSetupError`
    where a library is missing.
    """
    try:
        from rouge_score.rouge_scorer import RougeScorer
        from sacrebleu import __version__ as sacrebleu_version
        from sacrebleu.metrics.bleu import BLEU
        from sacrebleu.metrics.chrf import CHRF
    except ImportError as error:
        raise ModelSetupError(
            f"reference metrics need {error.name}, which is not installed",
            hint="pip install 'muspsy-sim[respond]'",
        ) from None
    bleu = BLEU(tokenize="zh" if language == "zh" else "13a", effective_order=True)
    chrf = CHRF()
    name, cut = _cutter(language)
    rouge = RougeScorer(["rougeL"], tokenizer=_Cut(cut))
    pairs = list(zip(replies, golds, strict=True))
    nearness = {
        "BLEU": [bleu.sentence_score(reply, [gold]).score for reply, gold in pairs],
        "chrF": [chrf.sentence_score(reply, [gold]).score for reply, gold in pairs],
        "ROUGE-L": [100 * rouge.score(gold, reply)["rougeL"].fmeasure for reply, gold in pairs],
    }
    # A signature is only known once something was scored.
    by = {
        "BLEU": f"sacrebleu {sacrebleu_version}, {bleu.get_signature().format(short=True)}",
        "chrF": f"sacrebleu {sacrebleu_version}, {chrf.get_signature().format(short=True)}",
        "ROUGE-L": f"rouge-score, {name}",
    }
    return [Metric(name, by[name], values) for name, values in nearness.items()]


@dataclass(frozen=True, slots=True)
class _Cut:
    """A tokenizer as rouge-score takes one."""

    cut: Callable[[str], list[str]]

    def tokenize(self, text: str) -> list[str]:
        """The tokens of a text."""
        return self.cut(text)


@cache
def _cutter(language: Language) -> tuple[str, Callable[[str], list[str]]]:
    if language == "zh":
        try:
            import jieba
        except ImportError:
            raise ModelSetupError(
                "reference metrics in Chinese need jieba, which is not installed",
                hint="pip install 'muspsy-sim[respond]'",
            ) from None
        jieba.setLogLevel(logging.ERROR)

        def words(text: str) -> list[str]:
            return [word for word in jieba.lcut(text) if any(c.isalnum() for c in word)]

        return f"jieba {jieba.__version__}", words
    from rouge_score.tokenizers import DefaultTokenizer

    return "its own tokenizer, unstemmed", DefaultTokenizer(use_stemmer=False).tokenize
