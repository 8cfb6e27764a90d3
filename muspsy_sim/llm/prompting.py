"""From a typed view to chat messages: Jinja templates in `agents/`, undefined names forbidden.

A template has up to four parts, each begun by a line of its own: `=== system` (what never changes),
`=== session` (what seldom changes within a session), `=== dialogue` (grows only at its end) and
`=== now` (what changes every turn), so that a server's prefix cache holds all but the last. Parts
are split before rendering: text from a model is a value, and can neither open a part nor be
evaluated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import orjson

from muspsy_sim.llm.kept_text import KeptText, fence
from muspsy_sim.llm.seam import CallKey, Message, Prompt, Request, Sampling
from muspsy_sim.records.base import Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.errors import ContentError

if TYPE_CHECKING:
    from jinja2 import Environment, Template

PARTS = ("system", "session", "dialogue", "now")
LANGUAGE_NAMES = {"en": "English", "zh": "Chinese (simplified)"}
_PART_LINE = re.compile(r"^=== (\w+)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a template. `uses`: the names of the view that its text depends on."""

    template: Template
    uses: tuple[str, ...]

    def text(self, names: dict[str, Any]) -> str:
        """The part rendered. Raises jinja2's `UndefinedError` for a name that is not there."""
        # `Template.render` without its copy of the names and of the globals, made at every call.
        context = self.template.new_context({**self.template.globals, **names}, shared=True)
        return "".join(self.template.root_render_func(context)).strip()


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """A prompt's text as compiled parts, and the hash of the file it was read from."""

    parts: dict[str, Part]
    digest: str


def digest(*parts: bytes) -> str:
    """BLAKE2b-128 over parts, hexadecimal; the project's hash for all provenance."""
    h = blake2b(digest_size=16)
    for part in parts:
        h.update(len(part).to_bytes(8, "big"))
        h.update(part)
    return h.hexdigest()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, StrictUndefined

    from muspsy_sim.records.sheet_text import form_text

    env = Environment(
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    env.globals["fence"] = fence
    env.globals["form_text"] = form_text
    env.globals["language_names"] = LANGUAGE_NAMES
    return env


def _read(path_in_agents: str) -> bytes:
    path = content_path("agents", *path_in_agents.split("/"))
    try:
        return path.read_bytes()
    except OSError as error:
        raise ContentError(
            path,
            None,
            None,
            f"the prompt template cannot be read ({error.strerror})",
            "restore it from the project",
        ) from error


@cache
def load_template(path_in_agents: str) -> PromptTemplate:
    """Read and compile one template. Raises `ContentError` naming the file and line."""
    from jinja2 import TemplateSyntaxError
    from jinja2.meta import find_undeclared_variables

    raw = _read(path_in_agents)
    file = str(content_path("agents", *path_in_agents.split("/")))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ContentError(
            file, None, None, "the prompt template is not UTF-8", "save it as UTF-8"
        ) from error
    pieces = _PART_LINE.split(text)
    names, bodies = pieces[1::2], pieces[2::2]
    unknown = [n for n in names if n not in PARTS]
    if unknown or len(set(names)) != len(names) or "system" not in names:
        raise ContentError(
            file,
            None,
            None,
            f"parts must be {', '.join(PARTS)}, each at most once and `system` among them; "
            f"found {', '.join(names) or 'none'}",
            "begin each part with a line such as `=== system`",
        )
    parts: dict[str, Part] = {}
    environment = _environment()
    for name, body in zip(names, bodies, strict=True):
        try:
            source = body.strip("\n")
            template = environment.from_string(source)
            free = find_undeclared_variables(environment.parse(source))
        except TemplateSyntaxError as error:
            raise ContentError(
                file, error.lineno, None, f"in part {name}: {error.message}", "mend the template"
            ) from error
        template.globals = dict(template.globals)  # A chain of mappings, slow to copy.
        parts[name] = Part(template, tuple(sorted(free - environment.globals.keys())))
    return PromptTemplate(parts=parts, digest=digest(raw))


def render(
    prompt: Prompt[Any, Any], view: Record, kept: KeptText | None = None
) -> tuple[Message, ...]:
    """The chat messages for a view. A plain prompt's dialogue becomes messages of its own.

    With `kept` what it holds from earlier calls of the same asker is not rendered again.
    """
    from jinja2 import UndefinedError

    template = load_template(prompt.template)
    names = view.__dict__
    try:
        text = _texts(prompt.template, template, names, kept)
    except UndefinedError as error:
        raise ContentError(
            content_path("agents", *prompt.template.split("/")),
            None,
            None,
            f"prompt {prompt.name}: {error.message}; its view offers {', '.join(sorted(names))}",
            "use a name that the view offers",
        ) from error
    messages = [Message("system", text["system"])]
    if prompt.plain:
        messages += [
            Message("assistant" if line.speaker == "counselor" else "user", line.text)
            for line in names.get("dialogue", [])
        ]
        return tuple(m for m in messages if m.content)
    last = "\n\n".join(text[p] for p in PARTS[1:] if text.get(p))
    return (*messages, Message("user", last)) if last else tuple(messages)


def _texts(
    path: str, template: PromptTemplate, names: dict[str, Any], kept: KeptText | None
) -> dict[str, str]:
    """The text of every part. What changes at every turn is not worth keeping."""
    if kept is None:
        return {name: part.text(names) for name, part in template.parts.items()}
    fencing = {**names, "fence": kept.fence}

    def text(name: str, part: Part) -> str:
        if name not in ("system", "session"):
            return part.text(fencing)
        values = tuple(names.get(used) for used in part.uses)
        return kept.part((path, name), values, lambda: part.text(fencing))

    return {name: text(name, part) for name, part in template.parts.items()}


_SCHEMAS: dict[type[Record], tuple[dict[str, Any], str]] = {}


def answer_schema(answer: type[Record]) -> dict[str, Any]:
    """The JSON schema that a server is asked to hold an answer to."""
    return _schema(answer)[0]


def schema_digest(answer: type[Record]) -> str:
    """Hash of an answer's schema."""
    return _schema(answer)[1]


def _schema(answer: type[Record]) -> tuple[dict[str, Any], str]:
    if answer not in _SCHEMAS:
        schema = answer.model_json_schema()
        hashed = digest(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS))
        _SCHEMAS[answer] = (schema, hashed)
    return _SCHEMAS[answer]


def request_for(
    prompt: Prompt[Any, Any],
    view: Record,
    key: CallKey,
    sampling: Sampling,
    seed: int,
    kept: KeptText | None = None,
) -> Request:
    """The first attempt at a call: messages rendered, hash taken. `kept` as in `render`."""
    if type(view) is not prompt.view:
        raise TypeError(f"{prompt.name} takes {prompt.view.__name__}, got {type(view).__name__}")
    messages = render(prompt, view, kept)
    return Request(
        key=key,
        role=prompt.role,
        view=view,
        answer=prompt.answer,
        messages=messages,
        schema=None if prompt.plain else answer_schema(prompt.answer),
        sampling=sampling,
        seed=seed,
        fingerprint=fingerprint(messages, prompt, sampling, seed),
    )


def fingerprint(
    messages: tuple[Message, ...], prompt: Prompt[Any, Any], sampling: Sampling, seed: int
) -> str:
    """Hash of all that can change an answer: messages, schema, sampling, seed."""
    said = [(m.role, m.content) for m in messages]
    how = (sampling.temperature, sampling.top_p, sampling.max_tokens, seed)
    return digest(orjson.dumps((prompt.name, schema_digest(prompt.answer), said, how)))
