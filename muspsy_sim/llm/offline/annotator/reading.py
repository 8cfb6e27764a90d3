"""A case report as sections and sentences, each with its place in the text.

Headings are Markdown's, or short lines that end in a colon; a sentence is cut at its end mark and
never runs over a paragraph. Places are character offsets, so that whatever is taken can be quoted
letter for letter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from muspsy_sim.llm.offline.annotator.as_client_zh import speaks_of_another
from muspsy_sim.llm.offline.annotator.report_cues import ReportCues, Section, cue
from muspsy_sim.llm.offline.annotator.who import is_field

_HEADING = re.compile(
    r"^(?:#{1,6}[ \t]+(.+?)[ \t]*#*|\*\*(.{1,60}?)\*\*[:：]?|(.{1,40})[:：]"
    r"|(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[）)])[ \t]*"
    r"([^，。；]{1,16})"
    r"|(?:\d{1,2}|[IVX]{1,4})[.)][ \t]+([A-Z][A-Za-z ]{2,30}))[ \t]*$"
)
_TITLE = re.compile(r"^#[ \t]+(.+?)[ \t]*$", re.MULTILINE)
_SOMEONE = re.compile(r"[^，,]{0,14}(?:来访者|求助者|老人|[他她])")
_ENDS = re.compile(
    r"(?:(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bMrs)(?<!\bSt)[.!?]+[\"”’')]*(?=\s|$))"
    r"|[。！？]+[”’」』）]*(?!(?:[他她]|来访者|老人)[^，。“]{0,4}[说讲道]。)|(?<=；)|(?<=;)(?=\s)"
)
_ITEM = re.compile(r"[ \t]*(?:[-*•·+](?!\*)|\d{1,2}[.)、．]|[（(]\d{1,2}[）)])[ \t]*")
"""The mark of a list's item, which nobody says."""


_LONGEST_TITLE = 60
_SHORT_EN, _SHORT_ZH = 30, 8
"""Characters of a heading without a mark."""
_NAMES_REPORT = re.compile(
    r"(?i:case (?:report|notes?|study|history|summary))[^.!?]{0,50}$"
    r"|(?:案例|个案|咨询)(?:报告|记录|摘要)[^。！？]{0,20}$"
)
"""A line that says what the report is, which is no sentence of it."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a report: its words, where it begins, and what part it stands in."""

    text: str
    start: int
    section: Section
    heading: str
    paragraph: int
    before: str = ""
    """The sentence before it in the same paragraph."""

    @property
    def end(self) -> int:
        """Where it ends, exclusive."""
        return self.start + len(self.text)

    @property
    def follows_me(self) -> bool:
        """Whether a subject that it leaves out would be the client, and not another's."""
        return not speaks_of_another(self.before)


def title_of(report: str) -> str:
    """The report's own title: its first heading of the first order, or empty."""
    match = _TITLE.search(report)
    return match[1].strip() if match else ""


def _is_title(line: str, before: bool, after: str) -> bool:
    """Whether a report's first line stands alone, unclosed, and so names the report."""
    alone = not before and bool(line.strip()) and len(line) <= _LONGEST_TITLE and not after.strip()
    return alone and not _ITEM.match(line) and line.strip()[-1] not in ".!?。！？；;"


def read_report(report: str, cues: ReportCues) -> list[Sentence]:
    """All sentences of a report, in its order. What stands before any heading is `other`.

    Lines of a form (name, age) are no sentences.
    """
    found: list[Sentence] = []
    section: Section = "other"
    heading, paragraph, at = "", 0, 0
    lines = report.split("\n")
    begun = False
    for line, after in zip(lines, [*lines[1:], "."], strict=True):
        head = _HEADING.match(line)
        bare = not head and _is_bare_heading(line, cues)
        title = _is_title(line, begun, after) or bool(_NAMES_REPORT.match(line))
        begun = begun or bool(line.strip())
        if head or bare:
            heading = next((group for group in head.groups() if group), line) if head else line
            heading = heading.strip()
            section = _section(heading, cues)
        elif not line.strip():
            paragraph += 1
        elif title or is_field(line):
            pass
        else:
            # What one item of a list says is not the continuation of another.
            paragraph += bool(_ITEM.match(line))
            before = ""
            for text, start in _sentences(line):
                found.append(Sentence(text, at + start, section, heading, paragraph, before))
                # One that leaves its subject out goes on with the subject before it.
                before = before if speaks_of_another(before) and _goes_on(text) else text
        at += len(line) + 1
    return found


def _goes_on(text: str) -> bool:
    return not speaks_of_another(text) and not _SOMEONE.match(text)


def _is_bare_heading(line: str, cues: ReportCues) -> bool:
    """Whether a line is a heading without any mark: a few words that announce a part, unclosed."""
    words = line.strip()
    short = len(words) <= (_SHORT_ZH if cues.language == "zh" else _SHORT_EN)
    if not short or not words or _ITEM.match(words) or words[-1] in ".!?。！？；;，,":
        return False
    if cues.language == "en" and (not words[0].isupper() or len(words.split()) > 3):
        return False
    return any(cue(expression).search(words) for expression in cues.headings.values())


def _section(heading: str, cues: ReportCues) -> Section:
    for section, expression in cues.headings.items():
        if cue(expression).search(heading):
            return section
    return "other"


def _sentences(line: str) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    mark = _ITEM.match(line)
    start = mark.end() if mark else 0
    for end in [*(match.end() for match in _ENDS.finditer(line)), len(line)]:
        part = line[start:end]
        text = part.strip()
        if text:
            found.append((text, start + part.index(text)))
        start = end
    return found
