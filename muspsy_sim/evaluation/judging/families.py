"""Which models are kin: a judge of the counselor's own family is known to favour it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_KIN: dict[str, str] = {
    "gpt": r"gpt|chatgpt|davinci|\bo[1-9](?:-|\b)",
    "claude": r"claude",
    "gemini": r"gemini|gemma|palm",
    "llama": r"llama|vicuna|alpaca",
    "mistral": r"mi[sx]tral|ministral|magistral",
    "qwen": r"qwen|qwq|soulchat2|tongyi",
    "deepseek": r"deepseek",
    "glm": r"glm",
    "internlm": r"internlm|emollm",
    "baichuan": r"baichuan",
    "phi": r"\bphi-?\d",
    "yi": r"\byi-",
}


def family(model: str) -> str:
    """The family of a model string: a known one where its name holds it, else its own name."""
    name = (model.partition("#")[2] or model.partition(":")[2] or model).lower()
    for kin, pattern in _KIN.items():
        if re.search(pattern, name):
            return kin
    return name.rpartition("/")[2]


def kinship_warnings(judges: Iterable[str], described: Mapping[str, Any]) -> list[str]:
    """A line for each judge that is kin to a run's counselor or client. `described`: `run.yaml`."""
    lines = []
    for judge in judges:
        roles = [
            role
            for role in ("counselor", "client")
            if family(judge) in {family(m) for m in _models(described, role)}
        ]
        if not roles:
            continue
        whose = " and the ".join(roles)
        lines.append(
            f"{judge} judges its own family: the {whose} "
            + ("are" if len(roles) > 1 else "is")
            + f" {family(judge)} too. Judges favour their kin; add one of another family."
        )
    return lines


def _models(described: Mapping[str, Any], role: str) -> set[str]:
    recipe = described.get("recipe", {})
    tables = [recipe.get("models") or {}]
    tables += [use.get("models") or {} for use in recipe.get("arms") or [] if isinstance(use, dict)]
    base = tables[0].get(role) or tables[0].get("default") or "offline"
    return {base, *(t[role] for t in tables[1:] if role in t)}
