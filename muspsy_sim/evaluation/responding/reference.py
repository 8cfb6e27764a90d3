"""How near a reply is to the one that was given: BLEU, chrF, ROUGE-L, and BERTScore on demand.

Each by a published library, by its own tokenization, which is recorded. There are many good replies
to a client: nearness to one of them is a check that a reply is on the subject, and no quality.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

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


def bert_score(replies: Sequence[str], golds: Sequence[str], model: str) -> Metric:
    """BERTScore F1 in [0, 100] (Zhang and others 2020), by an encoder that is named.

    `model` is a name of the hub's or a folder. The layer is the one that the library tuned for that
    name, or two thirds of the way up (bert-base's 8th of 12). Not rescaled by a baseline. Raises
    `ModelSetupError` where the library is missing or the encoder can't be used.
    """
    refused: ModelSetupError
    try:
        import bert_score as library
        from transformers import AutoConfig

        config = AutoConfig.from_pretrained(model)
        tuned = library.utils.model2layers.get(model)
        layer = tuned or max(1, round(2 * config.num_hidden_layers / 3))
        scorer = library.BERTScorer(model_type=model, num_layers=layer)
        # Many folders don't say how much their encoder takes. The tokenizer's limit is then without
        # bounds, which the library passes on and transformers refuses. RoBERTa's first two places
        # hold no token.
        room = int(getattr(config, "max_position_embeddings", 514)) - 2
        scorer._tokenizer.model_max_length = min(scorer._tokenizer.model_max_length, room)
        # Nor does it take a blank text: what has no word is like nothing.
        pairs = list(zip(replies, golds, strict=True))
        said = [n for n, (reply, gold) in enumerate(pairs) if reply.strip() and gold.strip()]
        values = [0.0] * len(pairs)
        if said:
            _, _, f1 = scorer.score([pairs[n][0] for n in said], [pairs[n][1] for n in said])
            for n, value in zip(said, f1, strict=True):
                values[n] = 100 * float(value)
        # The library's own `__version__` lags behind its releases.
        return Metric(
            "BERTScore", f"bert-score {version('bert-score')}, {model}, layer {layer}", values
        )
    except ImportError:
        refused = ModelSetupError(
            "BERTScore needs bert-score, which is not installed",
            hint="pip install 'muspsy-sim[bertscore]' (a CPU-only torch first, without a card)",
        )
    except (OSError, ValueError) as error:
        refused = ModelSetupError(
            f"BERTScore can't load {model} ({type(error).__name__})",
            hint="name an encoder that is on this machine or can be downloaded",
        )
    raise refused


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
