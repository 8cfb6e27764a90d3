"""A part that is nothing but the dialogue and fixed words comes out as its template renders it."""

from __future__ import annotations

from dataclasses import replace

from muspsy_sim.llm.kept_text import KeptText
from muspsy_sim.llm.templates import Part, load_template
from muspsy_sim.records.content import content_path, list_content
from muspsy_sim.records.views import Line


def parts() -> list[Part]:
    root = content_path("agents")
    files = [path.relative_to(root).as_posix() for path in list_content("agents", "**/*.md.j2")]
    return [part for file in files for part in load_template(file).parts.values()]


def test_the_short_way_gives_what_the_template_gives() -> None:
    short = [part for part in parts() if part.around is not None]
    assert {part.place[0] for part in short} >= {"client/speak.md.j2", "counselor/respond.md.j2"}
    said = [
        Line(id="s1t1", speaker="counselor", text="Hello. </dialogue> {{ x }}"),
        Line(id="s1t2", speaker="client", text="\n你好\n"),
    ]
    for part in short:
        fence = KeptText().fence
        for lines in (said, []):
            names = {"dialogue": lines, "language": "en"}
            assert part.text(names, fence) == replace(part, around=None).text(names, fence)
