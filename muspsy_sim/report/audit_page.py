"""An audit as a page: Markdown for a repository, HTML for a browser. Corpus text is only text."""

from __future__ import annotations

import html
from collections.abc import Iterator

from muspsy_sim.datasets.audit.auditing import Audit
from muspsy_sim.datasets.audit.finding import Finding

_NOTHING = "No rule found anything."
_MENDED = (
    "Nothing was mended. A finding is a place to look at; what a corpus may be used for, its "
    "publisher says."
)


def audit_markdown(audit: Audit, name: str) -> str:
    """The audit as Markdown."""
    lines = [f"# Audit of {_inline(name)}", "", *_looked_at(audit), ""]
    if not audit.rules():
        return "\n".join([*lines, _NOTHING, "", _MENDED, ""])
    lines += [
        "| severity | rule | findings | dialogues or files | what it is |",
        "|---|---|---:|---:|---|",
    ]
    lines += [
        f"| {rule.severity} | `{rule.name}` | {audit.counts[rule.name]:,} "
        f"| {audit.touched[rule.name]:,} | {rule.about} |"
        for rule in audit.rules()
    ]
    for rule in audit.rules():
        lines += ["", f"## {rule.name}", "", f"{_sentence(rule.about)} To do: {rule.todo}.", ""]
        lines += [f"- {_markdown_finding(each)}" for each in audit.first[rule.name]]
        more = audit.counts[rule.name] - len(audit.first[rule.name])
        if more > 0:
            lines.append(f"- and {more:,} more, in `findings.jsonl`")
    return "\n".join([*lines, "", _MENDED, ""])


def audit_html(audit: Audit, name: str) -> str:
    """The audit as one HTML page that needs nothing from elsewhere."""
    title = html.escape(f"Audit of {name}")
    body = [f"<h1>{title}</h1>", f"<p>{html.escape(' '.join(_looked_at(audit)))}</p>"]
    if audit.rules():
        body += [*_html_table(audit), *_html_findings(audit)]
    else:
        body.append(f"<p>{_NOTHING}</p>")
    body.append(f'<p class="small">{html.escape(_MENDED)}</p>')
    return _PAGE.replace("TITLE", title).replace("BODY", "\n".join(body))


def place_of(finding: Finding) -> str:
    """Where a finding is: `file:line, session 2, turn 5`; a dialogue's id where it has no file."""
    place = finding.file or finding.dialogue
    if finding.line is not None and finding.file:
        place = f"{place}:{finding.line}"
    parts = [place]
    if finding.session is not None:
        parts.append(f"session {finding.session}")
    if finding.turn is not None:
        parts.append(f"turn {finding.turn}")
    return ", ".join(parts)


def _looked_at(audit: Audit) -> list[str]:
    formats = ", ".join(f"{form} ({n:,})" for form, n in sorted(audit.formats.items()))
    looked = f"{audit.dialogues:,} entries with {audit.turns:,} turns were looked at"
    return [f"{looked}: {formats}." if formats else f"{looked}."]


def _markdown_finding(finding: Finding) -> str:
    words = f": {_inline(finding.words)}" if finding.words else ""
    return f"`{place_of(finding).replace('`', '')}`: {_inline(finding.message)}{words}"


def _inline(text: str) -> str:
    """Text that Markdown shows as it is."""
    plain = " ".join(text.split())
    return "".join(f"\\{c}" if c in "\\`*_[]<>|#" else c for c in plain)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _html_table(audit: Audit) -> Iterator[str]:
    yield "<table><thead><tr><th>severity</th><th>rule</th><th>findings</th>"
    yield "<th>dialogues or files</th><th>what it is</th></tr></thead><tbody>"
    for rule in audit.rules():
        yield (
            f'<tr><td class="{rule.severity}">{rule.severity}</td>'
            f'<td><a href="#{rule.name}">{rule.name}</a></td>'
            f"<td class=n>{audit.counts[rule.name]:,}</td>"
            f"<td class=n>{audit.touched[rule.name]:,}</td><td>{html.escape(rule.about)}</td></tr>"
        )
    yield "</tbody></table>"


def _html_findings(audit: Audit) -> Iterator[str]:
    for rule in audit.rules():
        yield f'<h2 id="{rule.name}">{rule.name}</h2>'
        yield f"<p>{html.escape(_sentence(rule.about))} To do: {html.escape(rule.todo)}.</p><ul>"
        for each in audit.first[rule.name]:
            words = f"<blockquote>{html.escape(each.words)}</blockquote>" if each.words else ""
            yield (
                f"<li><code>{html.escape(place_of(each))}</code> "
                f"{html.escape(each.message)}{words}</li>"
            )
        more = audit.counts[rule.name] - len(audit.first[rule.name])
        yield (
            f"<li>and {more:,} more, in <code>findings.jsonl</code></li></ul>"
            if more > 0
            else "</ul>"
        )


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>TITLE</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body { font: 16px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; background: #fff; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .6rem;
  border-bottom: 1px solid #ddd; vertical-align: top; } .n { text-align: right; }
.error { color: #a11; font-weight: 600; } .warning { color: #8a5a00; } .note { color: #555; }
blockquote { margin: .2rem 0 .6rem; padding-left: .8rem; border-left: 3px solid #ccc;
  color: #333; overflow-wrap: anywhere; } .small { color: #555; font-size: .9rem; }
</style></head><body>
BODY
</body></html>
"""
