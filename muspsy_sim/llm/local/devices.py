"""Where a local model is computed, and in what type: chosen, or as the environment says.

CUDA (ROCm too, which torch calls so), Apple's, or the processor, in this order of what is there.
Cards take bfloat16 where they have it, because most checkpoints were trained in it and some
overflow in float16; a processor takes float32, in which a text must not depend on its batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from muspsy_sim.records.errors import ModelSetupError, one_line

DEVICE: Final = "MUSPSY_LOCAL_DEVICE"
"""Names the device, as `cpu`, `cuda:1` or `mps`, in place of the best that is there."""

DTYPE: Final = "MUSPSY_LOCAL_DTYPE"
"""Names the type of weights: `float32`, `bfloat16` or `float16`."""

_NO_MEMORY: Final = (
    "out of memory",
    "can't allocate memory",
    "not enough memory",
    "invalid buffer size",
    "_status_alloc_failed",
)
"""How allocators of cards, processors, Apple's and CUDA's libraries say it, in small letters."""

_BROKEN: Final = ("cuda error", "hip error", "cudnn error", "cublas_status", "cudnn_status")


def place(environ: Mapping[str, str]) -> tuple[Any, Any]:
    """The device and type to use. Raises `ModelSetupError` for what torch does not know or have."""
    import torch

    named = environ.get(DEVICE, "").strip() or _best()
    try:
        device = torch.device(named)
        torch.empty(1, device=device)
    except Exception as error:  # noqa: BLE001 - each kind of device has its own
        raise ModelSetupError(
            f"there is no device {named!r} here ({one_line(str(error))[:120]})",
            hint=f"set {DEVICE} to cpu, cuda, cuda:N or mps",
        ) from None
    wanted = environ.get(DTYPE, "").strip()
    if wanted and wanted not in ("float32", "bfloat16", "float16"):
        raise ModelSetupError(
            f"{DTYPE} is {wanted!r}", hint="set it to float32, bfloat16 or float16"
        )
    return device, getattr(torch, wanted or _type_for(device))


def _best() -> str:
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _type_for(device: Any) -> str:
    import torch

    if device.type == "cuda":
        # Of the card that was named, and its own: older ones emulate bfloat16 and are slow in it.
        with torch.cuda.device(device):
            its_own = torch.cuda.is_bf16_supported(including_emulation=False)
        return "bfloat16" if its_own else "float16"
    if device.type == "cpu":
        return "float32"
    try:
        torch.ones(2, 2, dtype=torch.bfloat16, device=device) @ torch.ones(
            2, 2, dtype=torch.bfloat16, device=device
        )
    except (TypeError, RuntimeError):
        return "float16"
    return "bfloat16"


def free_memory() -> None:
    """Give back what torch holds of a card's memory and nothing uses."""
    import gc

    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()


def out_of_memory(error: BaseException) -> bool:
    """Whether it says that there was no memory left, in any device's words."""
    import torch

    said = str(error).lower()
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or (
        isinstance(error, RuntimeError) and any(words in said for words in _NO_MEMORY)
    )


def broken(error: BaseException) -> bool:
    """Whether it is an accelerator's error, after which no call to it in this process succeeds."""
    import torch

    if out_of_memory(error):
        return False
    said = str(error).lower()
    return isinstance(error, torch.AcceleratorError) or (
        isinstance(error, RuntimeError) and any(words in said for words in _BROKEN)
    )
