"""What `hf:` names: folders here, or models at the hub, and what is wrong with a name that is none.

A name that looks like a path is one, so that a slip in it is told at once and not asked of a hub.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Final

from muspsy_sim.records.errors import ModelSetupError, one_line

_ID: Final = re.compile(r"\w[\w.-]*/\w[\w.-]*")
_MODEL, _ADAPTER = "config.json", "adapter_config.json"


def split_name(where: str) -> tuple[str, str | None]:
    """`BASE+ADAPTER` apart, at the `+` with folders on both sides, or on one, or else the first.

    A path with `+` in it that exists is one path. What is missing beside a `+` is "".
    """
    if "+" not in where or _is_here(where):
        return where, None

    def apart(at: int) -> tuple[str, str]:
        return where[:at].strip(), where[at + 1 :].strip()

    signs = [at for at, sign in enumerate(where) if sign == "+"]
    return apart(max(signs, key=lambda at: sum(map(_is_here, apart(at)))))


def check_paths(name: str, where: str) -> None:
    """Raise `ModelSetupError` for what looks like a path and is none, and for half a name."""
    base, adapter = split_name(where)
    if not base or adapter == "":
        raise ModelSetupError(
            f"{name} names no {'base' if not base else 'adapter'}",
            hint="write hf:BASE+ADAPTER, or hf:BASE alone",
        )
    _check(name, base, _MODEL)
    if adapter is not None:
        _check(name, adapter, _ADAPTER)


def _check(name: str, part: str, file: str) -> None:
    folder = Path(part).expanduser()
    if not folder.is_dir():
        if not _ID.fullmatch(part):
            raise _no_folder(name, part)
    elif not (folder / file).is_file():
        if file == _MODEL and (folder / _ADAPTER).is_file():
            raise _adapter_alone(name, part)
        raise ModelSetupError(
            f"{name}: it has no {file}: {part}", hint="name the folder that `save_pretrained` wrote"
        )


def found(name: str, part: str, *, adapter: bool = False) -> str:
    """The folder that a base or adapter is in, or its id where it is to be had from the hub.

    The hub is asked once. Where it can't be reached what its cache holds is the folder. Raises
    `ModelSetupError`.
    """
    if (folder := Path(part).expanduser()).is_dir():
        return str(folder)
    if not _ID.fullmatch(part):
        raise _no_folder(name, part)
    from huggingface_hub import constants, errors, try_to_load_from_cache

    if constants.HF_HUB_OFFLINE:
        return part
    file = _ADAPTER if adapter else _MODEL
    refused: ModelSetupError
    try:
        _look(part, file)
    except errors.EntryNotFoundError:
        if adapter or not _has(part, _ADAPTER):
            return part  # What it lacks is told by who reads it.
        refused = _adapter_alone(name, part)
    except errors.GatedRepoError:
        refused = ModelSetupError(
            f"{name}: who wants {part} must be let in by its makers",
            hint=f"ask for it at {constants.ENDPOINT}/{part} and set HF_TOKEN",
        )
    except errors.RepositoryNotFoundError:
        refused = ModelSetupError(
            f"{name}: there is no folder {part} here and no such model at {constants.ENDPOINT}",
            hint="name a folder, or a model as ORG/NAME; one that is not public needs HF_TOKEN",
        )
    except Exception as error:  # noqa: BLE001 - of a network, each library has its own
        if isinstance(cached := try_to_load_from_cache(part, file), str):
            return str(Path(cached).parent)
        refused = ModelSetupError(
            f"{name}: there is no folder {part} here, and {constants.ENDPOINT} can't be asked for "
            f"it ({type(error).__name__}: {one_line(str(error))[:120]})",
            hint="name the folder that `save_pretrained` wrote, or see to the network",
        )
    else:
        return part
    raise refused


def called(part: str) -> str:
    """What a folder or id is called by itself, as models are told apart: `Qwen3-8B`, in small."""
    path = Path(os.path.abspath(Path(part).expanduser()))  # noqa: PTH100 - follows no link
    for each in path.parts:
        if each.startswith("models--"):  # In the hub's cache a folder's own name is a number.
            return each.rsplit("--", 1)[-1].casefold()
    return path.name.casefold()


def _look(part: str, file: str) -> Any:
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    return get_hf_file_metadata(hf_hub_url(part, file))


def _has(part: str, file: str) -> bool:
    try:
        _look(part, file)
    except Exception:  # noqa: BLE001 - no matter why
        return False
    return True


def _is_here(part: str) -> bool:
    return bool(part) and Path(part).expanduser().exists()


def _no_folder(name: str, part: str) -> ModelSetupError:
    return ModelSetupError(
        f"{name}: there is no such folder here: {part}",
        hint="name the folder that `save_pretrained` wrote, or a model at the hub as ORG/NAME",
    )


def _adapter_alone(name: str, part: str) -> ModelSetupError:
    return ModelSetupError(
        f"{name}: {part} is an adapter without its base", hint=f"name both: hf:BASE+{part}"
    )
