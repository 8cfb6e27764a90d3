"""A local checkpoint in memory: its tokenizer, weights, adapter, device and type.

Weights are read from safetensors alone and no code that comes with them is run: a checkpoint is
data. Where it is computed and in what type, `devices` says.
"""

from __future__ import annotations

import inspect
import os
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from muspsy_sim.llm.local.devices import place
from muspsy_sim.llm.local.sight import Sight, sight_of
from muspsy_sim.llm.local.slots import Slots
from muspsy_sim.records.errors import ModelSetupError, one_line

_NEEDED = ("torch", "transformers", "xgrammar")


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


def split_name(where: str) -> tuple[str, str | None]:
    """`BASE+ADAPTER` apart; a path with `+` in it that exists is one path."""
    if "+" not in where or Path(where).exists():
        return where, None
    base, _, adapter = where.partition("+")
    return base.strip(), adapter.strip() or None


def check_paths(name: str, where: str) -> None:
    """Raise `ModelSetupError` for what looks like a path and is none, and for half a name."""
    if "+" in where and not Path(where).exists() and not all(map(str.strip, where.split("+", 1))):
        raise ModelSetupError(
            f"{name} names no {'adapter' if where.strip().endswith('+') else 'base'}",
            hint="write hf:BASE+ADAPTER, or hf:BASE alone",
        )
    for part in split_name(where):
        if part is None or not part.startswith((".", "/", "~")):
            continue
        folder = Path(part).expanduser()
        if (
            not (folder / "config.json").is_file()
            and not (folder / "adapter_config.json").is_file()
        ):
            said = "there is no such folder" if not folder.is_dir() else "it has no config.json"
            raise ModelSetupError(
                f"{name}: {said}: {part}", hint="name the folder that `save_pretrained` wrote"
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
    from transformers.utils import logging

    # What matters of its warnings is refused below, in one line.
    logging.set_verbosity_error()
    if not sys.stderr.isatty():
        logging.disable_progress_bar()
    base = str(Path(base).expanduser()) if base.startswith("~") else base
    device, dtype = place(environ)
    tokenizer = AutoTokenizer.from_pretrained(base, trust_remote_code=False)
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
        model = _adapted(name, model, adapter)
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


def _adapted(name: str, model: Any, adapter: str) -> Any:
    try:
        from peft import PeftModel
    except ImportError:
        raise ModelSetupError(
            f"{name} needs peft, which is not installed", hint="pip install 'muspsy-sim[local]'"
        ) from None
    path = str(Path(adapter).expanduser()) if adapter.startswith("~") else adapter
    refused: ModelSetupError
    try:
        with warnings.catch_warnings():
            # peft only warns of it, and merges what it makes up: then the base alone would answer.
            warnings.simplefilter("ignore", FutureWarning)
            warnings.filterwarnings("error", message=".*missing adapter keys.*")
            return PeftModel.from_pretrained(model, path).merge_and_unload()
    except Exception as error:  # noqa: BLE001 - whatever an adapter may do to its reader
        refused = ModelSetupError(
            f"{name}: the adapter does not fit ({type(error).__name__}: "
            f"{one_line(str(error))[:200]})",
            hint="name a LoRA adapter that was made on this base",
        )
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
