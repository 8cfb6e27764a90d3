"""A local checkpoint in memory: its tokenizer, weights, adapter, device and type.

Weights are read from safetensors alone and no code that comes with them is run: a checkpoint is
data. Where it is computed and in what type, `devices` says.
"""

from __future__ import annotations

import inspect
import logging
import os
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from muspsy_sim.llm.local.devices import place
from muspsy_sim.llm.local.naming import called, found, split_name
from muspsy_sim.llm.local.sight import Sight, sight_of
from muspsy_sim.llm.local.slots import Slots
from muspsy_sim.records.errors import ModelSetupError, one_line

_NEEDED = ("torch", "transformers", "xgrammar")

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Loaded:
    """A model that can be asked. `stops`: tokens that end an answer."""

    name: str
    model: Any
    tokenizer: Any
    device: Any
    stops: list[int]
    pad: int
    vocabulary: int
    known: int
    """Tokens that the model can read: a tokenizer may have more, which would end its process."""
    sight: Sight
    context: int
    _cache: str = "past_key_values"

    def forward(self, ids: Any, positions: Any, length: int, slots: Slots) -> Any:
        """The logits after each row's last token, `[rows, vocabulary]`, in float32.

        `ids` and `positions`: `[rows, tokens]`, for the rows that `slots` has open, of which the
        first `length` places are read. Called in inference mode.
        """
        out = self.model(
            input_ids=ids,
            attention_mask=self.sight.masks(positions, length),
            position_ids=positions,
            use_cache=True,
            logits_to_keep=1,
            **{self._cache: slots.cache},
        )
        return out.logits[:, -1].float()

    def prompt(self, messages: list[dict[str, str]]) -> list[int]:
        """The tokens of a conversation by the model's own chat template."""
        text = self.tokenizer.apply_chat_template(
            messages, add_generation_prompt=True, tokenize=False
        )
        if (rust := getattr(self.tokenizer, "backend_tokenizer", None)) is not None:
            # The same tokens without where in the text they lie, which takes a third less time.
            return list(rust.encode_batch_fast([text], add_special_tokens=False)[0].ids)
        return list(self.tokenizer.encode(text, add_special_tokens=False))

    @property
    def megabytes(self) -> int:
        """What its weights take, in MB."""
        size = sum(p.numel() * p.element_size() for p in self.model.parameters())
        return int(size) // 1_000_000


def check_installed(name: str) -> None:
    """Raise `ModelSetupError` where a package that local models need is missing."""
    missing = [package for package in _NEEDED if find_spec(package) is None]
    if missing:
        raise ModelSetupError(
            f"{name} needs {', '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} "
            "not installed",
            hint="pip install 'muspsy-sim[local]' (a CPU-only torch first, where there is no card)",
        )


def load(name: str, where: str, environ: Mapping[str, str] | None = None) -> Loaded:
    """Read a checkpoint into memory. Raises `ModelSetupError` with the reason in one line."""
    environ = os.environ if environ is None else environ
    base, adapter = split_name(where)
    refused: ModelSetupError
    try:
        return _load(name, base, adapter, environ)
    except ModelSetupError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a checkpoint may do to its reader
        kind = type(error).__name__
        refused = ModelSetupError(
            f"{name} can't be loaded ({kind}: {one_line(str(error))[:300]})",
            hint="it must be a causal language model with safetensors weights and a chat template",
        )
    raise refused


def _load(name: str, base: str, adapter: str | None, environ: Mapping[str, str]) -> Loaded:
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging as their_logging

    # What matters of its warnings is refused below, in one line.
    their_logging.set_verbosity_error()
    if not sys.stderr.isatty():
        their_logging.disable_progress_bar()
    device, dtype = place(environ)
    called_so, base = base, found(name, base)
    adapter = None if adapter is None else found(name, adapter, adapter=True)
    tokenizer = AutoTokenizer.from_pretrained(base, trust_remote_code=False)
    if not getattr(tokenizer, "chat_template", None) and adapter is not None:
        tokenizer = _tokenizer_of(adapter) or tokenizer
    if not getattr(tokenizer, "chat_template", None):
        raise ModelSetupError(
            f"{name} has no chat template",
            hint="use an instruction-tuned model, or add chat_template.jinja to its folder",
        )
    if (rust := getattr(tokenizer, "backend_tokenizer", None)) is not None:
        # Some come with a limit of tokens that they were trained at.
        rust.no_truncation()
        rust.no_padding()
    model, told = AutoModelForCausalLM.from_pretrained(
        base, dtype=dtype, trust_remote_code=False, use_safetensors=True, output_loading_info=True
    )
    if missing := sorted(told["missing_keys"]):
        # transformers makes them up at random and goes on.
        raise ModelSetupError(
            f"{name} lacks weights of a causal language model ({', '.join(missing[:2])}"
            f"{f' and {len(missing) - 2} more' if len(missing) > 2 else ''})",
            hint="name a whole checkpoint, and one that was made to write",
        )
    if adapter is not None:
        model = _adapted(name, model, adapter, called_so)
    model = model.to(device).eval()
    stops = _stops(model, tokenizer)
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else stops[0]
    config = model.config.get_text_config()
    accepts = inspect.signature(model.forward).parameters
    return Loaded(
        name=name,
        model=model,
        tokenizer=tokenizer,
        device=device,
        stops=stops,
        pad=pad,
        vocabulary=config.vocab_size,
        known=model.get_input_embeddings().num_embeddings,
        sight=sight_of(name, model),
        context=getattr(config, "max_position_embeddings", None) or 1_000_000,
        # Its name from transformers 5.23 on; before that the older one.
        _cache="cache" if "cache" in accepts else "past_key_values",
    )


def _tokenizer_of(adapter: str) -> Any | None:
    """The tokenizer that was saved with an adapter: the base has no template, its training had."""
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(adapter, trust_remote_code=False)
    except Exception:  # noqa: BLE001 - most have none
        return None
    return tokenizer if getattr(tokenizer, "chat_template", None) else None


def _adapted(name: str, model: Any, adapter: str, base: str) -> Any:
    try:
        from peft import PeftConfig, PeftModel
    except ImportError:
        raise ModelSetupError(
            f"{name} needs peft, which is not installed", hint="pip install 'muspsy-sim[local]'"
        ) from None
    refused: ModelSetupError
    try:
        with warnings.catch_warnings():
            # peft only warns of it, and merges what it makes up: then the base alone would answer.
            warnings.simplefilter("ignore", FutureWarning)
            warnings.filterwarnings("error", message=".*missing adapter keys.*")
            its_base = PeftConfig.from_pretrained(adapter).base_model_name_or_path
            merged = PeftModel.from_pretrained(model, adapter).merge_and_unload()
    except Exception as error:  # noqa: BLE001 - whatever an adapter may do to its reader
        refused = ModelSetupError(
            f"{name}: the adapter does not fit ({type(error).__name__}: "
            f"{one_line(str(error))[:200]})",
            hint="name a LoRA adapter that was made on this base",
        )
    else:
        if its_base and called(its_base) != called(base):
            _log.warning(
                "%s: its adapter says that it was made on %s, and the base here is %s: if that is "
                "another model, what they write together is worth nothing",
                name,
                its_base,
                base,
            )
        return merged
    raise refused


def _stops(model: Any, tokenizer: Any) -> list[int]:
    said = getattr(model.generation_config, "eos_token_id", None)
    stops = said if isinstance(said, list) else [] if said is None else [said]
    if tokenizer.eos_token_id is not None and tokenizer.eos_token_id not in stops:
        stops = [*stops, tokenizer.eos_token_id]
    if not stops:
        raise ModelSetupError(
            f"{model.name_or_path} has no token that ends an answer", hint="set its eos_token"
        )
    return stops
