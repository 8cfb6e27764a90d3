"""The dataset card, in Hugging Face's form.

Front matter that `datasets` reads, then what a reader must know before using the data.
Everything on it was counted during the export. It holds no date, so the same run gives the same
card.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from muspsy_sim.datasets.rows import Opening
from muspsy_sim.datasets.shapes import Feature
from muspsy_sim.datasets.splits import SPLITS
from muspsy_sim.datasets.tally import Tally
from muspsy_sim.datasets.validation import RULES

_HUB_LICENCES = {
    "mit": "mit",
    "cc0": "cc0-1.0",
    "cc0-1.0": "cc0-1.0",
    "cc by 4.0": "cc-by-4.0",
    "cc-by-4.0": "cc-by-4.0",
    "cc by-sa 4.0": "cc-by-sa-4.0",
    "cc-by-sa-4.0": "cc-by-sa-4.0",
    "gpl-2.0": "gpl-2.0",
    "apache-2.0": "apache-2.0",
}
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))

_OPENING_WORDS: dict[Opening, str] = {
    "system_opening": "the counselor's opening stands in the system message, and no row teaches it",
    "synthetic_user": "a fixed neutral user message, in brackets, stands before the counselor's "
    "opening, which is learnt",
    "drop_opening": "the counselor's opening is left out, and rows begin with the client",
}

_TABLES = {
    "clients": "each client once, its whole profile as JSON: **it holds what the client hides**",
    "episodes": "one client, one arm, one seed: how it ended and with which models",
    "sessions": "each session: why it ended, what was reported after its week",
    "turns": "each turn: text, labels, plan, appraisal, the state changes it caused; "
    "`reasoning` is private thinking aloud",
    "states": "the client's computed state at each client turn, before and after sessions, by week",
    "memories": "the counselor's notes, a statement a row, and the client's own memories",
    "plans": "session plans, and treatment plans as revised after a session",
    "calls": "each attempt at each model call, failed ones too; `reasoning` is private",
}


_ABOUT = (
    "Whole courses of counseling between a simulated client and a counselor, over several "
    "sessions, recorded by MusPsy-Sim. **Every client is simulated.** Nobody in this data set was "
    "treated, and nothing in it says what helps a person."
)


class _Plain(yaml.SafeDumper):
    """YAML without anchors: columns that several configs share are written out for each."""

    def ignore_aliases(self, data: object) -> bool:
        """Write everything out."""
        return True


def card(tally: Tally, features: Mapping[str, Sequence[Feature]]) -> str:
    """The card of an export. `features` gives the columns of each config that is JSON."""
    front = yaml.dump(
        _front(tally, features), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=1000
    )
    body = "\n\n".join(filter(None, _body(tally)))
    return f"---\n{front}---\n\n{body}\n"


def hub_licence(licences: Iterable[str]) -> str:
    """The one licence id of a card: `other` where there are several, or one that the hub lacks."""
    found = {_HUB_LICENCES.get(licence.strip().lower(), "other") for licence in licences}
    return found.pop() if len(found) == 1 else "other"


def _front(tally: Tally, features: Mapping[str, Sequence[Feature]]) -> dict[str, Any]:
    configs: list[dict[str, Any]] = [
        {
            "config_name": name,
            "data_files": [
                {"split": split, "path": tally.files[name][split]}
                for split in SPLITS
                if split in tally.files[name]
            ],
        }
        for name in tally.files
    ]
    default = "task3" if "task3" in tally.files else "counseling"
    default = default if default in tally.files else "turns"
    for config in configs:
        if config["config_name"] == default:
            config["default"] = True
    front: dict[str, Any] = {
        "pretty_name": f"MusPsy-Sim: {tally.run} ({tally.format})",
        "license": hub_licence(tally.licences),
        "language": sorted(tally.languages),
        "task_categories": ["text-generation"],
        "tags": ["counseling", "multi-session", "dialogue", "synthetic", "muspsy-sim"],
        "size_categories": [size_category(tally.total())],
        "configs": configs,
    }
    if features:
        front["dataset_info"] = [
            {"config_name": name, "features": [dict(feature) for feature in features[name]]}
            for name in tally.files
        ]
    return front


def _body(tally: Tally) -> list[str]:
    return [
        f"# {tally.run}, as {tally.format}",
        _ABOUT,
        _offline_warning(tally),
        "## What is in it",
        table(
            ("", "count"),
            [
                ("episodes", sum(tally.episodes.values())),
                ("source cases", len(tally.splits)),
                ("sessions held", tally.sessions),
                ("turns", tally.turns),
            ],
        ),
        _rows_table(tally),
        _tables_told(tally),
        _empty_configs(tally),
        "## How it was made",
        bullets(
            f"arms: {_counted(tally.arms)} episodes",
            f"languages: {_counted(tally.languages)} episodes",
            f"seeds: {', '.join(map(str, sorted(tally.seeds)))}",
            *(f"{role}: {', '.join(sorted(m))}" for role, m in sorted(tally.models.items())),
            f"MusPsy-Sim {', '.join(sorted(tally.code_versions))}",
            f"licences of the clients' profiles: {_counted(tally.licences)} episodes",
        ),
        _prompts_told(tally),
        "## Splits",
        _splits_told(tally),
        "## What was left out",
        _left_out(tally),
        "## Checks",
        _checks_told(tally),
        "## Limits of use",
        bullets(
            "No clinical validity is claimed, for the clients, the counselor or the outcomes.",
            "Not for treating, triaging or advising anybody, and not for building a product that "
            "does so without clinicians and an evaluation of its own.",
            "The client's words come from the models named above, and carry their habits: they "
            "resolve faster and talk longer than people do.",
            "A model that is trained on rows of an arm learns that arm's counselor, good or bad.",
            "Sessions may speak of self-harm, loss and violence.",
        ),
    ]


def _offline_warning(tally: Tally) -> str:
    roles = tally.selection.offline_roles()
    if not roles:
        return ""
    return (
        f"> **Made offline.** The embedded sentence material spoke for: {', '.join(roles)}. It is "
        "there to try and to teach. Do not train on this data set."
    )


def _rows_table(tally: Tally) -> str:
    head = ("config", *SPLITS)
    return table(
        head, [(name, *(counted[s] for s in SPLITS)) for name, counted in tally.rows.items()]
    )


def _tables_told(tally: Tally) -> str:
    if tally.opening is not None:
        return ""
    return bullets(*(f"`{name}`: {told}" for name, told in _TABLES.items()))


def _empty_configs(tally: Tally) -> str:
    empty = [name for name in tally.passed if name not in tally.files]
    return f"Without rows, and so without a config: {', '.join(empty)}." if empty else ""


def _prompts_told(tally: Tally) -> str:
    if tally.opening is None:
        return ""
    return (
        "Prompts hold what the counselor of the arm saw, and nothing else: the intake form, what "
        "it recalled, its plan for the session, reported scores where the arm monitors them, and "
        "the dialogue so far. Plans for single turns and private reasoning are in the Parquet "
        "tables only.\n\n"
        f"Openings, by the policy `{tally.opening}`: {_OPENING_WORDS[tally.opening]}."
    )


def _splits_told(tally: Tally) -> str:
    told = (
        "By source case, never by row: a case's split follows from a hash of its name, so all "
        "episodes and rows of a case are in one split."
    )
    if len(tally.splits) < len(SPLITS):
        told += (
            f" **With {len(tally.splits)} source case{'s' * (len(tally.splits) > 1)} nothing can "
            "be held out: all is train.**"
        )
    rows = [(s, tally.episodes[s], ", ".join(tally.cases(s)) or "-") for s in SPLITS]
    return f"{told}\n\n{table(('split', 'episodes', 'source cases'), rows)}"


def _left_out(tally: Tally) -> str:
    lines = [f"{n} episodes: {why}" for why, n in sorted(tally.selection.left_out.items())]
    if tally.unfinished:
        lines.append(f"{tally.unfinished} episodes: begun and not finished")
    for config, reasons in tally.passed.items():
        lines += [f"`{config}`: {n} {why}" for why, n in sorted(reasons.items())]
    return bullets(*lines) if lines else "Nothing."


def _checks_told(tally: Tally) -> str:
    if tally.opening is None:
        return "All rows of a source case are in one split."
    told = bullets(*(f"`{rule}`: {what}" for rule, what in RULES.items()))
    return f"Every row passed these before anything was put in place:\n\n{told}"


def size_category(rows: int) -> str:
    """How many rows there are, in the hub's words."""
    return next((name for limit, name in _SIZES if rows < limit), "1M<n<10M")


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(counts.items()))


def bullets(*lines: str) -> str:
    """Lines as a Markdown list."""
    return "\n".join(f"- {line}" for line in lines)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)
