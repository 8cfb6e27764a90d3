"""Prompt templates: Jinja files in `agents/`, read once, and the text of their parts.

A template has up to four parts, each begun by a line of its own (`muspsy_sim.llm.prompting`). Parts
are split before rendering: text from a model is a value, and can neither open a part nor be
evaluated. Names that a view does not offer are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from muspsy_sim.llm.kept_text import KeptText, fence
from muspsy_sim.records.content import content_path
from muspsy_sim.records.errors import ContentError

if TYPE_CHECKING:
    from jinja2 import Environment, Template, nodes
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
    context: Callable[[dict[str, Any], Callable[..., str]], Context]
    pick: Callable[[dict[str, Any]], object]
    """Takes what it uses out of names, all at once."""
    around: tuple[str, str] | None
    """The words round the dialogue, of a part that is nothing but these: no template is needed."""

    def values(self, names: dict[str, Any]) -> object:
        """What of a view its text depends on."""
        try:
            return self.pick(names)
        except KeyError:
            return [names.get(used) for used in self.uses]

    def text(self, names: dict[str, Any], fence: Callable[..., str]) -> str:
        """The part rendered from a view's names, the globals, and what fences dialogue.

        Raises jinja2's `UndefinedError` for a name that is not there.
        """
        if self.around is not None and "dialogue" in names:
            before, after = self.around
            said = fence(names["dialogue"])
            return f"{before}{said}{after}".strip()
        # `Template.render` without its copies of names and globals, made for every part anew.
        return "".join(self.template.root_render_func(self.context(names, fence))).strip()


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
    from jinja2 import Environment, StrictUndefined, filters

    from muspsy_sim.records.sheet_text import form_text

    env = Environment(
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    # Nothing is rendered asynchronously: these filters without the layer that asks whether it is.
    for name in ("join", "list", "rejectattr", "selectattr"):
        env.filters[name] = getattr(filters, f"sync_do_{name}", env.filters[name])
    env.globals["fence"] = fence
    env.globals["form_text"] = form_text
    env.globals["language_names"] = LANGUAGE_NAMES
    return env


@cache
def _context() -> Callable[[dict[str, Any], Callable[..., str]], Context]:
    """What a template is rendered in: jinja2's own, made ready for what ours do not use.

    There are no blocks, and no function is given the context: both cost more than the rendering.
    """
    from jinja2.nodes import EvalContext
    from jinja2.runtime import Context
    from jinja2.utils import missing

    shared = _environment()
    every = shared.globals

    class Plain(Context):
        # Of all that is rendered in it the same: nobody changes these.
        environment = shared
        eval_ctx = EvalContext(shared)
        name = None
        globals_keys = set()  # noqa: RUF012
        blocks = {}  # noqa: RUF012

        def __init__(self, names: dict[str, Any], fence: Callable[..., str]) -> None:
            self.parent = names
            self.fence = fence
            self.vars = {}
            self.exported_vars = set()

        def resolve_or_missing(self, key: str) -> Any:
            found = self.parent.get(key, missing)
            if found is not missing:
                return found
            return self.fence if key == "fence" else every.get(key, missing)

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
            tree = environment.parse(source)
            free = find_undeclared_variables(tree)
        except TemplateSyntaxError as error:
            raise ContentError(
                file, error.lineno, None, f"in part {name}: {error.message}", "mend the template"
            ) from error
        uses = tuple(sorted(free - environment.globals.keys()))
        place, around = (path_in_agents, name), _around(tree)
        parts[name] = Part(template, uses, place, _context(), _picking(uses), around)
    return PromptTemplate(parts=parts, digest=digest(raw))


def _picking(uses: tuple[str, ...]) -> Callable[[dict[str, Any]], object]:
    return itemgetter(*uses) if uses else lambda _: None


def _around(tree: nodes.Template) -> tuple[str, str] | None:
    """The words round `{{ fence(dialogue) }}` of a part that is nothing but these."""
    from jinja2 import nodes

    if len(tree.body) != 1 or not isinstance(tree.body[0], nodes.Output):
        return None
    pieces = tree.body[0].nodes
    said = [n for n, piece in enumerate(pieces) if not isinstance(piece, nodes.TemplateData)]
    fenced = nodes.Call(
        nodes.Name("fence", "load"), [nodes.Name("dialogue", "load")], [], None, None
    )
    if len(said) != 1 or pieces[said[0]] != fenced:
        return None
    words = [piece.data if isinstance(piece, nodes.TemplateData) else "" for piece in pieces]
    return "".join(words[: said[0]]), "".join(words[said[0] :])


def texts(template: PromptTemplate, names: dict[str, Any], kept: KeptText | None) -> dict[str, str]:
    """The text of every part; with `kept`, what it holds is not rendered again.

    Raises jinja2's `UndefinedError` for a name that is not there.
    """
    fenced = fence if kept is None else kept.fence
    found: dict[str, str] = {}
    for name, part in template.parts.items():
        if kept is None or name not in _SELDOM:  # What changes at every turn is not worth keeping.
            found[name] = part.text(names, fenced)
            continue
        values = part.values(names)
        text = kept.part(part.place, values)
        if text is None:
            text = kept.keep(part.place, values, part.text(names, fenced))
        found[name] = text
    return found
