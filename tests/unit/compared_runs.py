"""Runs written by hand for comparisons: only what a comparison reads, with effects put in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import yaml

from muspsy_sim.runs.store import Run

Effect = Callable[[str, int, int], float]
"""(arm, client number, seed) -> points of PHQ-9 by which the client gets better."""

FOUR = {
    f"memory-{m}.plan-{p}": {"memory": m, "plan": p}
    for m in ("none", "notes")
    for p in ("none", "turn")
}


def items(total: int, number: int, most: int = 3) -> list[int]:
    """Items that add up to a total."""
    return [min(most, max(0, total - most * k)) for k in range(number)]


def report(week: int, phq9: int, gad7: int) -> dict[str, Any]:
    return {"week": week, "phq9": items(phq9, 9), "gad7": items(gad7, 7)}


def turn(speaker: str, text: str, *behaviours: str) -> dict[str, Any]:
    coded = [{"behaviour": b, "quote": text} for b in behaviours]
    return {
        "speaker": speaker,
        "text": text,
        "disclosed": [],
        "appraisal": {"behaviours": coded, "quality": 1} if speaker == "counselor" else None,
    }


def episode(
    arm: str, client: int, seed: int, better: float, *, case: int | None = None, **changes: Any
) -> dict[str, Any]:
    values = {
        "trust": 0.5,
        "alliance": {"goal": 0.4, "task": 0.5, "bond": 0.6},
        "strain": 0.1,
        "distress": 0.5,
        "readiness": 0.4,
        "self_efficacy": 0.5,
    }
    weeks = [
        {"number": w, "report": report(w, 18 - round(better * w / 2), 10), "values": values,
         "homework": "done" if w == 1 else None}
        for w in (1, 2)
    ]  # fmt: skip
    remembers = "notes" in arm
    sessions = [
        {"number": 1, "week": 1, "turns": [turn("counselor", "try this", "assign_homework")]},
        {
            "number": 2,
            "week": 2,
            "turns": [
                turn(
                    "counselor",
                    "you said that last time" if remembers else "how are you",
                    *(("recall", "review_homework") if remembers else ("open_question",)),
                )
            ],
        },
    ]
    return {
        "id": f"client-{client}--{arm}--s{seed}",
        "persona": f"client-{client}",
        "profile": {"language": "en"},
        "intake": None,
        "source_case": f"case-{client if case is None else case}",
        "arm": arm,
        "seed": seed,
        "end": "sessions_used",
        "end_week": 2,
        "baseline": report(0, 18, 10),
        "weeks": weeks,
        "follow_up": [weeks[-1]["report"]],
        "sessions": sessions,
        "provenance": {"models": {"client": "offline", "appraiser": "offline"}},
        **changes,
    }


def write_run(
    folder: Path,
    effect: Effect,
    *,
    arms: dict[str, dict[str, str]] | None = None,
    clients: int = 12,
    seeds: int = 2,
    per_case: int = 1,
    declared: dict[str, Any] | None = None,
    skip: Callable[[str, int, int], bool] = lambda *_: False,
    changes: Callable[[str, int, int], dict[str, Any]] = lambda *_: {},
) -> Run:
    """Write a run whose clients get better by `effect` points."""
    arms = FOUR if arms is None else arms
    run = Run(folder)
    (folder / "episodes").mkdir(parents=True, exist_ok=True)
    names = []
    for arm in arms:
        for client in range(clients):
            for seed in range(seeds):
                made = episode(
                    arm,
                    client,
                    seed,
                    effect(arm, client, seed),
                    case=client // per_case,
                    **changes(arm, client, seed),
                )
                names.append(made["id"])
                if not skip(arm, client, seed):
                    run.episode_file(made["id"]).write_bytes(orjson.dumps(made))
    said = {
        "primary": "phq9_change",
        "endpoints": ["phq9_change", "recalls"],
        "baseline": None,
        "clients": clients,
        "factors": {"memory": ["none", "notes"], "plan": ["none", "turn"]} if arms is FOUR else {},
        **(declared or {}),
    }
    described = {
        "recipe": {"personas": ["all"]},
        "declared": said,
        "arms": {
            arm: {"control": False, "factors": factors, "levels": {}}
            for arm, factors in arms.items()
        },
        "episodes": names,
    }
    run.file.write_text(yaml.safe_dump(described))
    return run


def noisy(arm_effect: Callable[[str], float], sd: float = 1.0, seed: int = 1) -> Effect:
    """What the client, the client in this arm, and the seed bring, and an arm's own effect."""
    rng = np.random.default_rng(seed)
    drawn: dict[object, float] = {}

    def own(*key: object) -> float:
        return drawn.setdefault(key, float(rng.normal(0.0, sd)))

    def effect(arm: str, client: int, seed: int) -> float:
        return 6 + own(client) + 0.5 * own(arm, client) + own(arm, client, seed) + arm_effect(arm)

    return effect


def write_scores(
    run: Run, name: str, scores: list[dict[str, Any]], judge: str = "openai:judge"
) -> None:
    (run.folder / "scores").mkdir(exist_ok=True)
    whole = [{"version": 1, "session": 1, "judge": judge, "repeat": 0, **s} for s in scores]
    (run.folder / "scores" / f"{name}.json").write_bytes(orjson.dumps({"scores": whole}))
