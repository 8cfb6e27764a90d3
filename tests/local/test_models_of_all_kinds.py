"""Models of many families say in a batch what transformers' own `generate` has them say alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from transformers import AutoModelForCausalLM

from muspsy_sim.llm.local.calls import Greeting
from muspsy_sim.llm.local.engine import Engine
from muspsy_sim.llm.local.engines import open_engine
from muspsy_sim.llm.local.small import make_tokenizer
from muspsy_sim.records.errors import ModelSetupError
from tests.local.writing import conversation, write

SIZE: dict[str, Any] = {
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "bos_token_id": 0,
    "eos_token_id": 1,
    "pad_token_id": 2,
}
# Windows shorter than the prompts, so that what lies outside of them is seen to be.
WINDOW: dict[str, Any] = {**SIZE, "sliding_window": 8}
EXPERTS: dict[str, Any] = {"num_experts_per_tok": 2, "moe_intermediate_size": 32}
KINDS: dict[str, Callable[[], Any]] = {
    "llama": lambda: transformers.LlamaConfig(**SIZE),
    "qwen3": lambda: transformers.Qwen3Config(**SIZE, head_dim=16),
    "qwen3 with experts": lambda: transformers.Qwen3MoeConfig(
        **SIZE, **EXPERTS, head_dim=16, num_experts=4
    ),
    "mistral with a window": lambda: transformers.MistralConfig(**WINDOW),
    "gemma2, both kinds of layer, told numbers": lambda: transformers.Gemma2Config(
        **WINDOW, head_dim=16
    ),
    "cohere2, both kinds of layer": lambda: transformers.Cohere2Config(
        **{**WINDOW, "num_hidden_layers": 4}
    ),
    "gpt-oss": lambda: transformers.GptOssConfig(**WINDOW, head_dim=16, num_local_experts=4),
    "deepseek 3, keys longer than values": lambda: transformers.DeepseekV3Config(
        **{**SIZE, **EXPERTS, "num_key_value_heads": 4},
        q_lora_rank=32,
        kv_lora_rank=32,
        qk_rope_head_dim=8,
        qk_nope_head_dim=16,
        v_head_dim=16,
        n_routed_experts=8,
        n_group=2,
        topk_group=1,
        first_k_dense_replace=1,
    ),
}


def made(config: Any, folder: Path) -> Path:
    """A random model of a kind, with the small tokenizer."""
    torch.manual_seed(1)
    tokenizer = make_tokenizer()
    config.vocab_size = len(tokenizer)
    model = AutoModelForCausalLM.from_config(config)
    # As it is made, a random model's logits are all but equal, and what it says is a rounding's.
    model.get_output_embeddings().weight.data.normal_(0.0, 1.0)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def opened(folder: Path) -> Engine:
    return open_engine(Greeting("hf:kind", str(folder), {"MUSPSY_LOCAL_DEVICE": "cpu"}, 0))


@pytest.mark.parametrize("kind", KINDS)
def test_the_likeliest_words_are_those_of_generate(kind: str, tmp_path: Path) -> None:
    engine = opened(made(KINDS[kind](), tmp_path))
    try:
        loaded = engine.loaded
        talks = [conversation(n) for n in range(9)]
        first = [loaded.prompt(talk) for talk in talks]
        write(engine, first, temperature=0.0, max_tokens=6)
        # The next turns: what is kept of the ones before is of many lengths.
        more = [
            loaded.prompt([*talk, {"role": "user", "content": "And then? " * (n % 3)}])
            for n, talk in enumerate(talks)
        ]
        written = write(engine, more, temperature=0.0, max_tokens=12)
    finally:
        engine.close()
    assert sum(each.cached_tokens > 0 for each in written) >= 6
    for ids, ours in zip(more, written, strict=True):
        alone = loaded.model.generate(
            torch.tensor([ids]), max_new_tokens=12, do_sample=False, eos_token_id=1, pad_token_id=2
        )[0, len(ids) :].tolist()
        said = [token for token in alone if token not in loaded.stops]
        assert ours.text == loaded.tokenizer.decode(said, skip_special_tokens=True)
        assert len(alone) == ours.completion_tokens


@pytest.mark.parametrize(
    "config",
    [
        lambda: transformers.MambaConfig(hidden_size=64, num_hidden_layers=2),
        lambda: transformers.BloomConfig(hidden_size=64, n_layer=2, n_head=4),
    ],
    ids=["a running state", "biases by distance"],
)
def test_a_model_that_no_batch_is_made_for_is_refused(
    config: Callable[[], Any], tmp_path: Path
) -> None:
    with pytest.raises(ModelSetupError, match="can't be written in batches here") as caught:
        opened(made(config(), tmp_path))
    assert "start a server" in str(caught.value.__dict__) + str(caught.value)


def test_a_model_that_says_something_else_in_a_batch_is_refused(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from muspsy_sim.llm.local.sight import Sight

    real = Sight.masks
    # One place too few: as a window that was told wrong would have it.
    monkeypatch.setattr(Sight, "masks", lambda *a: real(*a).roll(1, dims=-1))
    with pytest.raises(ModelSetupError, match="something else in a batch than alone"):
        opened(small)


def test_half_the_precision_will_do(small: Path) -> None:
    environ = {"MUSPSY_LOCAL_DEVICE": "cpu", "MUSPSY_LOCAL_DTYPE": "bfloat16"}
    engine = open_engine(Greeting("hf:half", str(small), environ, 0))
    try:
        assert engine.loaded.model.dtype == torch.bfloat16
        prompts = [engine.loaded.prompt(conversation(n)) for n in range(9)]
        assert len({each.text for each in write(engine, prompts)}) > 5
    finally:
        engine.close()
