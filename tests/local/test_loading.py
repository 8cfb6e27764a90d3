"""What can't be loaded is told in one line, with what to do."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
import torch

from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.local import engines as opened
from muspsy_sim.llm.local.calls import Greeting
from muspsy_sim.llm.local.devices import place
from muspsy_sim.llm.local.loading import load
from muspsy_sim.llm.models import open_model
from muspsy_sim.records.errors import ModelSetupError


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
