"""From a typed view to chat messages: Jinja templates in `agents/`, undefined names forbidden.

A template has up to four parts, each begun by a line of its own: `=== system` (what never changes),
`=== session` (what seldom changes within a session), `=== dialogue` (grows only at its end) and
`=== now` (what changes every turn), so that a server's prefix cache holds all but the last. Parts
are split before rendering: text from a model is a value, and can neither open a part nor be
evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import orjson

from muspsy_sim.llm.kept_text import KeptText, fence
from muspsy_sim.llm.seam import CallKey, Message, Prompt, Request, Sampling
from muspsy_sim.records.base import Record
from muspsy_sim.records.content import content_path
from muspsy_sim.records.errors import ContentError

if TYPE_CHECKING:
    from jinja2 import Environment, Template
    from jinja2.runtime import Context

PARTS = ("system", "session", "dialogue", "now")
_SELDOM = ("system", "session")
"""The parts that seldom change, so that their text is worth keeping."""
LANGUAGE_NAMES = {"en": "English", "zh": "Chinese (simplified)"}
_PART_LINE = re.compile(r"^=== (\w+)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a template. `uses`: the names of the view that its text depends on."""

    template: Template
    uses: tuple[str, ...]
    place: tuple[str, str]
    """The file that it is of, and its name in there."""
    context: type[Context]
    pick: Callable[[dict[str, Any]], object]
    """Takes what it uses out of names, all at once."""

    def values(self, names: dict[str, Any]) -> object:
        """What of a view its text depends on."""
        try:
            return self.pick(names)
        except KeyError:
            return [names.get(used) for used in self.uses]

    def text(self, names: dict[str, Any]) -> str:
        """The part rendered from names and globals (`_names`).

        Raises jinja2's `UndefinedError` for a name that is not there.
        """
        # `Template.render` without its copies of names and globals, made for every part anew.
        template = self.template
        context = self.context(template.environment, names, template.name, {})
        return "".join(template.root_render_func(context)).strip()


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


@cache
def _context() -> type[Context]:
    """What a template is rendered in: jinja2's own, made ready for what ours do not use.

    There are no blocks, and no function is given the context: both cost more than the rendering.
    """
    from jinja2.nodes import EvalContext
    from jinja2.runtime import Context
    from jinja2.utils import missing

    evaluated = EvalContext(_environment())

    class Plain(Context):
        def __init__(
            self,
            environment: Environment,
            parent: dict[str, Any],
            name: str | None,
            blocks: dict[str, Any],
            globals: Any = None,  # noqa: A002 - as jinja2 names it
        ) -> None:
            self.parent = parent
            self.vars = {}
            self.environment = environment
            self.eval_ctx = evaluated
            self.exported_vars = set()
            self.name = name
            self.globals_keys = set()
            self.blocks = {}

        def resolve_or_missing(self, key: str) -> Any:
            return self.parent.get(key, missing)

        def call(
            self,
            called: Any,
            /,
            *args: Any,
            _block_vars: Any = None,
            _loop_vars: Any = None,
            **named: Any,
        ) -> Any:
            return called(*args, **named)

    return Plain


def _names(view: dict[str, Any], kept: KeptText | None) -> dict[str, Any]:
    """All names that a template may use: the globals, over them the view's."""
    names = {**_environment().globals, **view}
    if kept is not None:
        names["fence"] = kept.fence
    return names


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
        uses = tuple(sorted(free - environment.globals.keys()))
        parts[name] = Part(template, uses, (path_in_agents, name), _context(), _picking(uses))
    return PromptTemplate(parts=parts, digest=digest(raw))


def _picking(uses: tuple[str, ...]) -> Callable[[dict[str, Any]], object]:
    return itemgetter(*uses) if uses else lambda _: None


def render(
    prompt: Prompt[Any, Any], view: Record, kept: KeptText | None = None
) -> tuple[Message, ...]:
    """The chat messages for a view. A plain prompt's dialogue becomes messages of its own.

    With `kept` what it holds from earlier calls of the same asker is not rendered again.
    """
    template = load_template(prompt.template)
    names = view.__dict__
    try:
        text = _texts(template, names, kept)
    except Exception as error:
        from jinja2 import UndefinedError

        if not isinstance(error, UndefinedError):
            raise
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
    template: PromptTemplate, names: dict[str, Any], kept: KeptText | None
) -> dict[str, str]:
    """The text of every part. What changes at every turn is not worth keeping."""
    all_names = _names(names, kept)
    texts: dict[str, str] = {}
    for name, part in template.parts.items():
        if kept is None or name not in _SELDOM:
            texts[name] = part.text(all_names)
            continue
        values = part.values(names)
        text = kept.part(part.place, values)
        if text is None:
            text = kept.keep(part.place, values, part.text(all_names))
        texts[name] = text
    return texts


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
    # What never changes goes in by its hash, which is taken once and not at every turn.
    said = [
        (m.role, _long_digest(m.content) if m.role == "system" else m.content) for m in messages
    ]
    how = (sampling.temperature, sampling.top_p, sampling.max_tokens, seed)
    return digest(orjson.dumps((prompt.name, schema_digest(prompt.answer), said, how)))


@lru_cache(maxsize=512)
def _long_digest(text: str) -> str:
    return digest(text.encode())
