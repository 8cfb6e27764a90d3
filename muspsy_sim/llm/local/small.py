"""A small language model made on the spot: random weights, and an end to what it says.

A byte-pair vocabulary of the project's own English and Chinese text and a few layers of Llama, set
so that an answer ends after some tokens, as real ones do. What it says is nonsense; how
engines and servers treat it is not. Benchmarks and tests of local models and real servers use it.

`python -m muspsy_sim.llm.local.small FOLDER` writes one.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from muspsy_sim.records.content import list_content

BOS, EOS, PAD = "<s>", "</s>", "<pad>"
VOCABULARY = 1500
CONTEXT = 16384
LENGTH = 15
"""Tokens of an answer, about: a short sentence."""
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "[{{ message['role'] }}] {{ message['content'] }}\n"
    "{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}"
)
"""A word begins with its space: an answer has the tokens that it will have in later prompts."""


def texts() -> Iterator[str]:
    """Text of the project's own, in both languages."""
    for path in list_content("personas", "**/*.yaml"):
        yield path.read_text(encoding="utf-8")
    for path in list_content("agents", "**/*.j2"):
        yield path.read_text(encoding="utf-8")


def make_tokenizer() -> Any:
    """A byte-level byte-pair tokenizer with a chat template."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[BOS, EOS, PAD],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts(), trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=BOS, eos_token=EOS, pad_token=PAD
    )
    fast.chat_template = TEMPLATE
    return fast


def make_model(
    tokenizer: Any, width: int = 64, layers: int = 2, length: int = LENGTH, *, words: bool = False
) -> Any:
    """A Llama, random but for one dimension that makes it stop after about `length` tokens.

    With `words` it says nothing but whole words, whose text has the tokens that it was made of.
    Of random bytes it would have others, and little of a prompt would be what was said before.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=width,
            intermediate_size=2 * width,
            num_hidden_layers=layers,
            num_attention_heads=4,
            num_key_value_heads=1,  # As in real ones, they take little beside the weights.
            max_position_embeddings=CONTEXT,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            tie_word_embeddings=False,
        )
    )
    # The first dimension is the same for every token and no layer writes to it. Through it alone
    # the end of an answer gets its logit, whatever was said before. `rms` is that of an embedding,
    # to which layers add little, whatever the width.
    rms = math.sqrt((0.9**2 + 0.1**2 * (width - 1)) / width)
    spread = 2.7 / (0.1 / rms * math.sqrt(width - 1))
    ends = tokenizer.eos_token_id
    seldom = [tokenizer.bos_token_id, tokenizer.pad_token_id]
    if words:
        seldom += [n for n in range(len(tokenizer)) if not _is_a_word(tokenizer, n)]
    head = model.lm_head.weight
    with torch.no_grad():
        embedding = model.get_input_embeddings().weight
        embedding.normal_(0.0, 0.1)
        embedding[:, 0] = 0.9
        for layer in model.model.layers:
            for writes in (layer.self_attn.o_proj.weight, layer.mlp.down_proj.weight):
                writes.mul_(2.0 / math.sqrt(width))
                writes[0] = 0.0
        head.normal_(0.0, spread)
        head[:, 0] = 0.0
        head[seldom, 0] = -3.0
        head[ends] = 0.0
        # As likely as one in so many: against what all others weigh together, which is measured.
        logits = model(torch.arange(len(tokenizer))[None]).logits[0]
        logits[:, ends] = float("-inf")
        others = float(logits.logsumexp(dim=-1).median())
        head[ends, 0] = (others - math.log(max(1, length - 1))) * rms / 0.9
    model.generation_config.do_sample = True  # or `transformers serve` is greedy
    return model.eval()


def _is_a_word(tokenizer: Any, token: int) -> bool:
    text = tokenizer.decode([token])
    return bool(text[:1] == " " and text[1:].isalpha())


def save(
    folder: Path, width: int = 64, layers: int = 2, length: int = LENGTH, *, words: bool = False
) -> Path:
    """Model and tokenizer, as `from_pretrained` reads them."""
    tokenizer = make_tokenizer()
    make_model(tokenizer, width, layers, length, words=words).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


if __name__ == "__main__":
    print(save(Path(sys.argv[1])))
