"""BERTScore by an encoder on disk: a small random BERT, of words that the test knows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from muspsy_sim.cli.app import app
from muspsy_sim.evaluation.responding.bertscore import open_encoder
from muspsy_sim.records.errors import ModelSetupError

GOLDS = ["The house is quiet since she left.", "听起来夜里特别难熬。"]
SHUFFLED = ["She left since the house is quiet.", "夜里听起来特别难熬。"]
OTHERS = ["Try to sleep more!", "你应该多吃饭！"]
LAYERS = 3


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of three layers with random weights, and a tokenizer of the texts' own words.

    The tokenizer doesn't say how much the encoder takes, as many on the hub don't.
    """
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("encoder")
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    plain, splits = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    words = {
        word
        for text in [*GOLDS, *OTHERS]
        for word, _ in splits.pre_tokenize_str(plain.normalize_str(text))
    }
    vocabulary = {word: n for n, word in enumerate([*special, *sorted(words)])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = plain, splits
    tokenizer.post_processor = processors.BertProcessing(
        ("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"])
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        **{f"{name[1:-1].lower()}_token": name for name in special},
    ).save_pretrained(folder)
    torch.manual_seed(0)
    BertModel(
        BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=LAYERS,
            num_attention_heads=4,
            max_position_embeddings=64,
        )
    ).save_pretrained(folder)
    return folder


def test_the_same_words_are_nearest_and_others_farthest(encoder: Path) -> None:
    opened = open_encoder(str(encoder))
    same = opened.nearness(GOLDS, GOLDS)
    near = opened.nearness(SHUFFLED, GOLDS)
    far = opened.nearness(OTHERS, GOLDS)
    assert same.values == pytest.approx([100.0, 100.0], abs=1e-3)
    for one, two in zip(near.values, far.values, strict=True):
        assert 99.9 > one > two
    assert f"{encoder}, layer 2" in near.made_by


def test_blank_and_long_texts_are_scored_too(encoder: Path) -> None:
    scored = open_encoder(str(encoder)).nearness([" ", GOLDS[0] * 30], [GOLDS[0], GOLDS[0]])
    assert scored.values[0] == 0.0
    assert 0.0 < scored.values[1] < 100.0


def test_an_encoder_that_is_none_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelSetupError, match="BERTScore can't load"):
        open_encoder(str(tmp_path))


def test_an_encoder_that_is_none_is_told_before_anybody_is_asked(tmp_path: Path) -> None:
    cases = tmp_path / "1.json"
    turns = [{"role": r, "content": t} for r, t in zip(("client", "counselor"), GOLDS, strict=True)]
    cases.write_text(json.dumps(turns, ensure_ascii=False), encoding="utf-8")
    command = ["respond", "--cases", str(cases), "--model", "offline", "--out", str(tmp_path / "o")]
    result = CliRunner().invoke(app, [*command, "--bertscore", str(tmp_path / "none")])
    assert isinstance(result.exception, ModelSetupError)
    assert not (tmp_path / "o").exists()


def test_the_command_puts_it_beside_the_others(encoder: Path, tmp_path: Path) -> None:
    cases = tmp_path / "d101.json"
    case = {
        "idx": 1,
        "messages": [{"role": "user", "content": "我一躺下就想工作的事。"}],
        "golden": {"role": "assistant", "content": GOLDS[1]},
    }
    cases.write_text(json.dumps([case], ensure_ascii=False), encoding="utf-8")
    command = ["respond", "--cases", str(cases), "--from", "psydial-d101", "--model", "offline"]
    result = CliRunner().invoke(app, [*command, "--bertscore", str(encoder), "--json"])
    assert result.exit_code == 0, result.output
    found = {m["name"]: m for m in json.loads(result.stdout)["reference"]}
    assert set(found) == {"BLEU", "chrF", "ROUGE-L", "BERTScore"}
    assert 0 < found["BERTScore"]["value"] <= 100
    assert found["BERTScore"]["made_by"].startswith("bert-score 0.3.13, ")
