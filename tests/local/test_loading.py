"""What can't be loaded is told in one line, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.local import engines as opened
from muspsy_sim.llm.local.calls import Greeting
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
