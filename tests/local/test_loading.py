"""What can't be loaded is told in one line, with what to do."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.local import engines as opened
from muspsy_sim.llm.local.calls import Greeting
from muspsy_sim.llm.local.devices import place
from muspsy_sim.llm.local.loading import load
from muspsy_sim.llm.models import open_model
from muspsy_sim.llm.seam import ModelFailure
from muspsy_sim.records.answers import Speech
from muspsy_sim.records.errors import ModelSetupError
from tests.parts.chat_requests import request_for


def test_a_folder_that_is_not_there_is_told_before_anything_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(ModelSetupError, match="there is no such folder"):
        open_model(f"hf:{tmp_path / 'nothing'}", Endpoints())
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelSetupError, match=r"no config\.json"):
        open_model(f"hf:{tmp_path / 'empty'}", Endpoints())


async def test_a_broken_checkpoint_is_told_in_one_line(small: Path, tmp_path: Path) -> None:
    import shutil

    folder = shutil.copytree(small, tmp_path / "broken")
    (folder / "model.safetensors").write_bytes(b"not weights")
    async with Endpoints() as endpoints:
        open_model(f"hf:{folder}", endpoints)
        with pytest.raises(ModelSetupError, match="can't be loaded") as caught:
            await endpoints.check()
    assert "\n" not in str(caught.value)


def test_a_model_without_template_is_told(small: Path, tmp_path: Path) -> None:
    import shutil

    folder = shutil.copytree(small, tmp_path / "plain")
    (folder / "chat_template.jinja").unlink()
    with pytest.raises(ModelSetupError, match="no chat template"):
        load("hf:plain", str(folder), {})


@pytest.mark.parametrize(
    "environ", [{"MUSPSY_LOCAL_DEVICE": "tpu:9"}, {"MUSPSY_LOCAL_DTYPE": "int3"}]
)
def test_a_wrong_setting_is_told(small: Path, environ: dict[str, str]) -> None:
    with pytest.raises(ModelSetupError, match=r"MUSPSY_LOCAL|no device"):
        load("hf:small", str(small), environ)


def test_a_wrong_number_of_rows_is_told(small: Path) -> None:
    with pytest.raises(ModelSetupError, match="MUSPSY_LOCAL_BATCH is 'many'"):
        opened.open_engine(Greeting("hf:rows", str(small), {"MUSPSY_LOCAL_BATCH": "many"}, 0))


@pytest.mark.parametrize(
    ("device", "its_own", "dtype"),
    [("cuda", True, "bfloat16"), ("cuda:0", False, "float16"), ("cpu", False, "float32")],
)
def test_the_type_is_what_the_device_is_good_at(
    device: str, its_own: bool, dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def supported(including_emulation: bool = True) -> bool:
        asked.append(including_emulation)
        return its_own or including_emulation

    # No card is here: what torch would say of one.
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", supported)
    monkeypatch.setattr(torch.cuda, "device", lambda _: contextlib.nullcontext())
    monkeypatch.setattr(torch, "empty", lambda *_, **__: None)
    chosen, type_ = place({"MUSPSY_LOCAL_DEVICE": device})
    assert str(chosen) == device
    assert type_ is getattr(torch, dtype)
    assert asked == ([False] if device != "cpu" else [])
    assert (
        place({"MUSPSY_LOCAL_DEVICE": device, "MUSPSY_LOCAL_DTYPE": "float16"})[1] is torch.float16
    )


@pytest.mark.parametrize(
    ("cuda", "apple", "best"), [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")]
)
def test_the_device_is_the_best_that_is_there(
    cuda: bool, apple: bool, best: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: apple)
    monkeypatch.setattr(torch, "empty", lambda *_, **__: None)
    assert place({"MUSPSY_LOCAL_DTYPE": "float32"})[0].type == best


@pytest.mark.parametrize("name", ["{small}+", "{small}+ ", "+{small}"])
def test_half_a_name_is_not_taken_for_the_whole(small: Path, name: str) -> None:
    with pytest.raises(ModelSetupError, match=r"names no (adapter|base)"):
        open_model(f"hf:{name.format(small=small)}", Endpoints())


def test_a_checkpoint_without_all_its_weights_is_refused(small: Path, tmp_path: Path) -> None:
    folder = _changed(small, tmp_path, lambda weights: weights.pop("lm_head.weight"))
    with pytest.raises(ModelSetupError, match=r"lacks weights .*\(lm_head\.weight\)"):
        load("hf:half", str(folder), {})


def test_weights_that_are_not_numbers_are_told_when_it_is_loaded(
    small: Path, tmp_path: Path
) -> None:
    folder = _changed(small, tmp_path, lambda w: w["lm_head.weight"].fill_(float("nan")))
    with pytest.raises(ModelSetupError, match="its logits are not numbers") as caught:
        opened.open_engine(Greeting("hf:nan", str(folder), {"MUSPSY_LOCAL_DEVICE": "cpu"}, 0))
    assert "float16" not in str(caught.value)


@pytest.mark.parametrize("what", ["of other layers", "of another width", "none"])
def test_an_adapter_that_does_not_fit_is_refused(small: Path, tmp_path: Path, what: str) -> None:
    from safetensors.torch import load_file, save_file

    adapter = _adapter(small, tmp_path / "adapter")
    file = adapter / "adapter_model.safetensors"
    weights = load_file(file)
    if what == "of other layers":
        weights = {key.replace("layers.1", "layers.9"): each for key, each in weights.items()}
    elif what == "of another width":
        weights = {key: torch.cat([each, each]) for key, each in weights.items()}
    else:
        (adapter / "adapter_config.json").rename(adapter / "config.json")
    save_file(weights, file)
    with pytest.raises(ModelSetupError, match="the adapter does not fit") as caught:
        load("hf:small+adapter", f"{small}+{adapter}", {})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("made_on", "warned"),
    [("/data/some-other-8b", True), ("org/{base}", False), ("{small}", False), (None, False)],
)
def test_an_adapter_of_another_base_that_fits_is_merged_with_a_warning(
    small: Path,
    tmp_path: Path,
    made_on: str | None,
    warned: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    adapter = _adapter(small, tmp_path / "adapter")
    file = adapter / "adapter_config.json"
    said = json.loads(file.read_text())
    said["base_model_name_or_path"] = made_on and made_on.format(base=small.name, small=small)
    file.write_text(json.dumps(said))
    load("hf:small+adapter", f"{small}+{adapter}", {})
    told = [each.getMessage() for each in caplog.records if each.name.startswith("muspsy_sim")]
    assert len(told) == warned
    assert all("made on /data/some-other-8b" in each and "\n" not in each for each in told)


def test_a_base_without_template_takes_its_adapters_tokenizer(small: Path, tmp_path: Path) -> None:
    import shutil

    from transformers import AutoTokenizer

    adapter = _adapter(small, tmp_path / "adapter")
    base = shutil.copytree(small, tmp_path / "base")
    (base / "chat_template.jinja").unlink()
    with pytest.raises(ModelSetupError, match="no chat template"):
        load("hf:base+adapter", f"{base}+{adapter}", {})
    tokenizer = AutoTokenizer.from_pretrained(small)
    tokenizer.chat_template = "{{ messages[0]['content'] }} quietly"
    tokenizer.save_pretrained(adapter)
    loaded = load("hf:base+adapter", f"{base}+{adapter}", {})
    said = loaded.tokenizer.decode(loaded.prompt([{"role": "user", "content": "room"}]))
    assert said.strip() == "room quietly"
    # A template of the base's own is the one that it was made with.
    loaded = load("hf:small+adapter", f"{small}+{adapter}", {})
    assert "quietly" not in loaded.tokenizer.decode(
        loaded.prompt([{"role": "user", "content": "room"}])
    )


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{# nothing #}", "makes nothing of the conversation"),
        ("<|turn|>{{ messages[0]['content'] }}", "tokens that the model does not know"),
    ],
)
async def test_a_prompt_that_the_model_can_not_read_is_refused(
    small: Path, tmp_path: Path, template: str, why: str
) -> None:
    import shutil

    from transformers import AutoTokenizer

    folder = shutil.copytree(small, tmp_path / "odd")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|turn|>"]})
    tokenizer.chat_template = template
    tokenizer.save_pretrained(folder)
    async with Endpoints() as endpoints:
        with pytest.raises(ModelFailure, match=why) as caught:
            await open_model(f"hf:{folder}", endpoints).reply(request_for(Speech))
    assert caught.value.kind == "bad_request"


def _adapter(small: Path, folder: Path) -> Path:
    """An adapter made on the small model."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    base = AutoModelForCausalLM.from_pretrained(small)
    get_peft_model(base, LoraConfig(r=2, target_modules=["q_proj"])).save_pretrained(folder)
    return folder


def _changed(small: Path, into: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> Path:
    """The small model with other weights."""
    import shutil

    from safetensors.torch import load_file, save_file

    folder = shutil.copytree(small, into / "changed")
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder
