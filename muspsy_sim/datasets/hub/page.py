"""The card of a published dataset: front matter that the hub reads, then what a reader must know.

Everything on it was counted when the dataset was written. It holds no date, so the same run gives
the same card.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import yaml

from muspsy_sim.datasets.card import bullets, size_category, table
from muspsy_sim.datasets.hub.examining import Examined
from muspsy_sim.datasets.hub.licences import licence_id, licence_url
from muspsy_sim.datasets.hub.shards import Data
from muspsy_sim.datasets.measures.comparing import number
from muspsy_sim.datasets.splits import SPLITS
from muspsy_sim.datasets.tally import Tally

Pitfalls = Mapping[str, Mapping[str, str]]
"""Arm -> what goes wrong -> how often, in words."""

_CONFIGS = {
    "clients": "each simulated client once, its whole profile as JSON: **it holds what the client "
    "hides**, and is not for a counselor's prompt",
    "episodes": "one client, one arm, one seed: how the course ended, and with which models",
    "sessions": "each session: why it ended, what was reported after its week",
    "turns": "each turn: text, labels, plan, appraisal, the state changes that it caused",
    "states": "the client's computed state at each turn, before and after sessions, by week",
    "memories": "the counselor's notes, a statement a row, and the client's own memories",
    "plans": "session plans, and treatment plans as revised after a session",
    "memory_extraction": "training rows: the session, and the note that was made of it",
    "goal_planning": "training rows: what was known, and the plan that was made of it",
    "counseling": "training rows: a session as chat messages, the counselor as assistant",
}

_DEFAULT = "counseling"

_ABOUT = (
    "Whole courses of counseling between a **simulated** client and a counselor, over several "
    "sessions, recorded by MusPsy-Sim. Nobody in this dataset is a person, nobody was treated, and "
    "nothing in it says what helps anybody."
)

_MADE = (
    "The client's progress is computed from what the counselor is seen to do, and no model decides "
    "it. Facts are told when they are unlocked. Training rows hold what the counselor of their arm "
    "saw, and nothing else."
)


def page(
    name: str,
    licence: str,
    tally: Tally,
    data: Data,
    examined: Examined,
    pitfalls: Pitfalls,
    terms: Sequence[str],
) -> str:
    """The card. `terms`: lines about the terms of the models that wrote it."""
    front = yaml.safe_dump(
        _front(name, licence, tally, data), sort_keys=False, allow_unicode=True, width=1000
    )
    parts = _body(name, licence, tally, data, examined, pitfalls, terms)
    return f"---\n{front}---\n\n" + "\n\n".join(part for part in parts if part) + "\n"


def _front(name: str, licence: str, tally: Tally, data: Data) -> dict[str, object]:
    front: dict[str, object] = {"pretty_name": name, "license": licence_id(licence)}
    if front["license"] == "other":
        front |= {"license_name": "other", "license_link": licence_url(licence)}
    default = _DEFAULT if _DEFAULT in data.files else "turns"
    configs: list[dict[str, object]] = []
    for config, by_split in data.files.items():
        told: dict[str, object] = {
            "config_name": config,
            "data_files": [
                {"split": split, "path": f"data/{config}/{split}-*.parquet"} for split in by_split
            ],
        }
        if config == default:
            told["default"] = True
        configs.append(told)
    rows = sum(sum(counted.values()) for counted in data.rows.values())
    return front | {
        "language": sorted(tally.languages),
        "multilinguality": ["multilingual" if len(tally.languages) > 1 else "monolingual"],
        "annotations_creators": ["machine-generated"],
        "language_creators": ["machine-generated"],
        "source_datasets": ["original"],
        "task_categories": ["text-generation"],
        "tags": ["counseling", "multi-session", "dialogue", "synthetic", "muspsy-sim"],
        "size_categories": [size_category(rows)],
        "configs": configs,
    }


def _body(
    name: str,
    licence: str,
    tally: Tally,
    data: Data,
    examined: Examined,
    pitfalls: Pitfalls,
    terms: Sequence[str],
) -> list[str]:
    return [
        f"# {name}",
        _ABOUT,
        _offline(tally),
        "## What is in it",
        table(
            ("", "count"),
            [
                ("episodes (a client, an arm, a seed)", sum(tally.episodes.values())),
                ("source cases", len(tally.splits)),
                ("sessions held", tally.sessions),
                ("turns", tally.turns),
            ],
        ),
        table(
            ("config", *SPLITS, "what a row is"),
            [
                (f"`{config}`", *(counted[split] for split in SPLITS), _CONFIGS[config])
                for config, counted in data.rows.items()
            ],
        ),
        '```python\nimport datasets\n\nrows = datasets.load_dataset("THIS", "counseling")\n```',
        "What models thought aloud, and the calls to them, are not published.",
        "## How it was made",
        bullets(
            f"arms (counselors): {_counted(tally.arms)} episodes",
            f"languages: {_counted(tally.languages)} episodes",
            f"seeds: {', '.join(map(str, sorted(tally.seeds)))}",
            *(f"{role}: {', '.join(sorted(m))}" for role, m in sorted(tally.models.items())),
            f"MusPsy-Sim {', '.join(sorted(tally.code_versions))}",
        ),
        _MADE,
        "Splits are by source case: all episodes and rows of a case are in one split."
        + ("" if len(tally.splits) >= len(SPLITS) else " With so few cases all is train."),
        "## Licence",
        bullets(
            f"this dataset: {licence_id(licence)} ({licence_url(licence)})",
            f"the clients' profiles: {_counted(tally.licences)} episodes",
            *terms,
        ),
        "## Privacy",
        _privacy(examined),
        "## Measures",
        _measures(examined),
        "## Known failure modes",
        _failures(tally, pitfalls),
        "What an audit of the dialogues finds (rules of `muspsy audit`):",
        table(
            ("rule", "severity", "findings", "what it is"),
            [(f"`{r.name}`", r.severity, n, r.about) for r, n in examined.rules],
        )
        if examined.rules
        else "Nothing.",
        "## Limits of use",
        bullets(
            "No clinical validity is claimed, for the clients, the counselor or the outcomes.",
            "Not for treating, triaging or advising anybody, and not for building a product that "
            "does so without clinicians and an evaluation of its own.",
            "The client's words come from the models named above, and carry their habits.",
            "A model that is trained on rows of an arm learns that arm's counselor, good or bad.",
            "Sessions may speak of self-harm, loss and violence.",
        ),
    ]


def _offline(tally: Tally) -> str:
    roles = tally.selection.offline_roles()
    if not roles:
        return ""
    return (
        f"> **Made offline.** Embedded sentence material spoke for: {', '.join(roles)}. It is "
        "there to try and to teach. Do not train on this dataset."
    )


def _privacy(examined: Examined) -> str:
    scanned = (
        f"All {examined.dialogues} dialogues were scanned for addresses, telephone, identity, card "
        "and account numbers by patterns. Names were not looked for: those that are said are the "
        "simulated clients' own."
    )
    if not examined.personal:
        return f"{scanned} Nothing was found."
    places = bullets(*examined.personal)
    return f"{scanned} **Found, and to be looked at before this is published:**\n\n{places}"


def _measures(examined: Examined) -> str:
    found = examined.measures
    if found is None:
        return f"Not measured: {examined.unmeasured}."
    (sample,) = found.samples
    rows = []
    for name, (figure,) in found.figures.items():
        value = figure.reason or "-" if figure.value is None else f"{number(figure.value)}"
        between = (
            f"{number(figure.low)} to {number(figure.high)}"
            if figure.low is not None and figure.high is not None
            else "-"
        )
        unit = found.units.get(name, "")
        rows.append((f"{name} ({unit})" if unit else name, value, between))
    said = ", ".join(f"{lang}: {by}" for lang, by in sorted(found.tokenizers.items()))
    return (
        f"On {len(sample.dialogues)} of {sample.of} dialogues (tokenizers: {said}). Measures of "
        "vocabulary depend on the size of a sample: compare at one size only.\n\n"
        + table(("measure", "value", "95% interval"), rows)
    )


def _failures(tally: Tally, pitfalls: Pitfalls) -> str:
    left = [f"{n} episodes left out: {why}" for why, n in sorted(tally.selection.left_out.items())]
    if tally.unfinished:
        left.append(f"{tally.unfinished} episodes left out: begun and not finished")
    told = bullets(*left) if left else "No episode was left out."
    if not pitfalls:
        return told
    arms = list(pitfalls)
    names = list(pitfalls[arms[0]])
    rows = [(f"`{name}`", *(pitfalls[arm].get(name, "-") for arm in arms)) for name in names]
    return (
        f"{told}\n\nPitfalls of simulated clients and counselors, from the text, by arm (a dash: "
        "nothing could be measured):\n\n" + table(("pitfall", *arms), rows)
    )


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(counts.items()))
