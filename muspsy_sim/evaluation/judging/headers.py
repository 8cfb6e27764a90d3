"""What a judge's journal was made under: the judge, its sampling, what it judged, the prompt.

The offline judge also answers from cue words, so those are hashed for it as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from muspsy_sim.llm.journal_text import Header
from muspsy_sim.llm.prompting import digest, load_template, schema_digest
from muspsy_sim.llm.seam import Prompt, Sampling
from muspsy_sim.records.content import content_path, list_content
from muspsy_sim.records.files import canonical_json
from muspsy_sim.runs.provenance import code_version


def header_of(
    name: str, judge: str, sampling: Sampling, about: Mapping[str, str], prompt: Prompt[Any, Any]
) -> Header:
    """The header of one journal. `about`: what is judged, each with its hash."""
    how = [judge, sampling.temperature, sampling.top_p, sampling.max_tokens]
    return Header(
        episode=name,
        recipe=digest(canonical_json(how)),
        content={**about, **(_offline_cues() if judge == "offline" else {})},
        prompts={prompt.name: load_template(prompt.template).digest},
        schemas={prompt.name: schema_digest(prompt.answer)},
        code_version=code_version(),
    )


@cache
def _offline_cues() -> dict[str, str]:
    root = content_path("agents")
    found: dict[str, str] = {}
    for role in ("appraiser", "judge"):
        for path in list_content("agents", f"{role}/offline/*.yaml"):
            found[f"agents/{path.relative_to(root).as_posix()}"] = digest(path.read_bytes())
    return found
