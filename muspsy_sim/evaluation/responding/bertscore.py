"""BERTScore of replies (Zhang and others 2020). An encoder is opened before anybody is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from muspsy_sim.evaluation.responding.reference import Metric
from muspsy_sim.records.errors import ModelSetupError


@dataclass(frozen=True, slots=True)
class Encoder:
    """An encoder in memory: how results name it, and bert-score's scorer around it."""

    made_by: str
    scorer: Any

    def nearness(self, replies: Sequence[str], golds: Sequence[str]) -> Metric:
        """F1 of each reply with its gold, in [0, 100] and not rescaled by a baseline.

        0 where one of the two is blank: the library takes none, and what has no word is like
        nothing.
        """
        pairs = list(zip(replies, golds, strict=True))
        said = [n for n, (reply, gold) in enumerate(pairs) if reply.strip() and gold.strip()]
        values = [0.0] * len(pairs)
        if said:
            _, _, f1 = self.scorer.score([pairs[n][0] for n in said], [pairs[n][1] for n in said])
            for n, value in zip(said, f1, strict=True):
                values[n] = 100 * float(value)
        return Metric("BERTScore", self.made_by, values)


def open_encoder(model: str) -> Encoder:
    """The encoder of this name of the hub's, or in this folder.

    The layer is the one that the library tuned for that name, or two thirds of the way up
    (bert-base's 8th of 12). Raises `ModelSetupError` where the library is missing or the encoder
    can't be used.
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
        # The library's own `__version__` lags behind its releases.
        return Encoder(f"bert-score {version('bert-score')}, {model}, layer {layer}", scorer)
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
