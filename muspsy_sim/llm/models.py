"""Models by name: from the string in a recipe to something that answers requests.

`parse_model` reads the string without touching the network, and raises `ModelSetupError` for what
can't be a model; `open_model` finds its key and connects it to its endpoint. A model's `name` is
its string without user, password and query, so it can be recorded and shown.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from muspsy_sim.llm.redaction import Secret
from muspsy_sim.records.errors import ModelSetupError, one_line

if TYPE_CHECKING:
    from muspsy_sim.llm.budget import Budget
    from muspsy_sim.llm.endpoints import Endpoint, Endpoints
    from muspsy_sim.llm.seam import Model

Scheme = Literal["offline", "openai", "http", "langchain", "hf", "replay", "script"]

KNOWN = (
    "offline",
    "openai:MODEL",
    "http://HOST:PORT/v1#MODEL",
    "https://HOST/v1#MODEL",
    "langchain:PROVIDER:MODEL",
    "hf:PATH-OR-ID",
    "hf:BASE+ADAPTER",
    "replay:RUN",
    "script:NAME",
)
"""The forms that a model string can have."""

OPENAI_URL = "https://api.openai.com/v1"
_SCHEMES = ("offline", "openai", "http", "https", "langchain", "hf", "replay", "script")
_VENDORS = re.compile(r"(?:gpt|o\d|chatgpt)\b.*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model string, taken apart. `name` is safe to show; `repr` shows no secret either."""

    scheme: Scheme
    name: str
    model: str
    """What the server knows it by; a path or id for `hf:`, a run for `replay:`."""
    base_url: str = ""
    """For `http`: up to and with `/v1`, without user, password and query; for `langchain` the
    provider."""
    user: Secret | None = field(default=None, repr=False)
    password: Secret | None = field(default=None, repr=False)
    query: tuple[tuple[str, Secret], ...] = field(default=(), repr=False)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """All that the string held and nobody may see."""
        return tuple(s for s in (self.user, self.password, *(v for _, v in self.query)) if s)

    def __str__(self) -> str:
        return self.name


def parse_model(text: str) -> ModelSpec:
    """Read a model string. Raises `ModelSetupError` that names the known forms."""
    text = text.strip()
    if text == "offline":
        return ModelSpec("offline", "offline", "offline")
    scheme, colon, rest = text.partition(":")
    if scheme in ("http", "https") and colon:
        return _parse_url(text)
    if scheme == "langchain" and colon:
        return _parse_langchain(text, rest)
    if scheme in ("openai", "hf", "replay", "script") and colon:
        if not rest.strip():
            form = next(k for k in KNOWN if k.startswith(scheme))
            raise ModelSetupError(f"the model `{scheme}:` names nothing", hint=f"write {form}")
        return _named(scheme, rest.strip())
    raise _unknown(text)


def _named(scheme: str, rest: str) -> ModelSpec:
    name = f"{scheme}:{rest}"
    if scheme == "openai":
        return ModelSpec("openai", name, rest)
    if scheme == "script":
        return ModelSpec("script", name, rest)
    return ModelSpec("hf" if scheme == "hf" else "replay", name, rest)


def _parse_langchain(text: str, rest: str) -> ModelSpec:
    provider, colon, model = (part.strip() for part in rest.partition(":"))
    if not (colon and model and re.fullmatch(r"[A-Za-z][\w-]*", provider)):
        raise ModelSetupError(
            f"`{without_secrets(text)}` does not say which provider and model",
            hint="write langchain:PROVIDER:MODEL, as langchain:anthropic:claude-sonnet-4-5",
        )
    return ModelSpec("langchain", f"langchain:{provider}:{model}", model, provider)


def _unknown(text: str) -> ModelSetupError:
    said = without_secrets(text)
    scheme = text.partition(":")[0].lower()
    if _VENDORS.fullmatch(text) and ":" not in text:
        hint = f"did you mean `openai:{said}`?"
    elif near := get_close_matches(scheme, _SCHEMES, n=1, cutoff=0.6):
        form = next(k for k in KNOWN if re.match(rf"{near[0]}(?!\w)", k))
        hint = f"did you mean `{form}`?"
    else:
        hint = "use one of these forms"
    return ModelSetupError(
        f"`{said}` is no model that is known" if said else "the model is empty",
        hint=f"{hint} Known: {', '.join(KNOWN)}"
        if hint.endswith("?")
        else f"{hint}: {', '.join(KNOWN)}",
    )


def without_secrets(text: str) -> str:
    """A model string or URL as it may be shown, however malformed: no user, password or query."""
    address, hash_, model = text.partition("#")
    address = re.sub(r"//.*@", "//", address).partition("?")[0]
    model = model.partition("?")[0]
    line = one_line(f"{address}{hash_}{model}")
    return line if len(line) <= 120 else line[:119] + "…"


def _parse_url(text: str) -> ModelSpec:
    address, _, model = text.partition("#")
    base_url, user, password, query = split_url(address)
    model = unquote(model).strip()
    if not model:
        raise ModelSetupError(
            f"`{without_secrets(text)}` does not say which model",
            hint=f"add it after `#`, as {KNOWN[2]}",
        )
    if "?" in model:
        raise ModelSetupError(
            f"`{without_secrets(text)}` has a query after `#`", hint="put it before the `#`"
        )
    return ModelSpec("http", f"{base_url}#{model}", model, base_url, user, password, query)


def split_url(
    address: str,
) -> tuple[str, Secret | None, Secret | None, tuple[tuple[str, Secret], ...]]:
    """A server's address apart from its user, password and query. Raises `ModelSetupError`."""
    said = without_secrets(address)
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if not host or parts.scheme not in ("http", "https") or re.search(r"\s", address):
        raise ModelSetupError(f"`{said}` is no address of a server", hint=f"write it as {KNOWN[2]}")
    host = f"[{host}]" if ":" in host else host
    path = re.sub(r"/chat/completions/?$", "", parts.path).rstrip("/")
    base_url = f"{parts.scheme}://{host}{'' if port is None else f':{port}'}{path}"
    user = Secret(unquote(parts.username)) if parts.username else None
    password = Secret(unquote(parts.password)) if parts.password else None
    query = tuple((k, Secret(v)) for k, v in parse_qsl(parts.query, keep_blank_values=True))
    return base_url, user, password, query


def key_variables(base_url: str) -> tuple[str, ...]:
    """The environment variables that may hold the key for a server, the most particular first.

    `MUSPSY_API_KEY_HOST_PORT`, `MUSPSY_API_KEY_HOST`, `MUSPSY_API_KEY`; the host in capitals, with
    `_` for every other sign.
    """
    parts = urlsplit(base_url)
    host = re.sub(r"\W", "_", (parts.hostname or "").upper())
    port = () if parts.port is None else (f"MUSPSY_API_KEY_{host}_{parts.port}",)
    return (*port, f"MUSPSY_API_KEY_{host}", "MUSPSY_API_KEY")


def find_key(spec: ModelSpec, environ: Mapping[str, str]) -> Secret | None:
    """The key for a model from the environment; `None` where there is none and none is needed.

    Raises `ModelSetupError` for `openai:` without OPENAI_API_KEY, and for a key that can't be sent.
    """
    names = ("OPENAI_API_KEY",) if spec.scheme == "openai" else key_variables(spec.base_url)
    for name in names:
        key = environ.get(name, "").strip()
        if not key:
            continue
        if not re.fullmatch(r"[\x21-\x7e]+", key):
            raise ModelSetupError(
                f"the key in {name} holds characters that a key can't have",
                hint="set it again, without quotes and line breaks",
            )
        return Secret(key)
    if spec.scheme == "openai":
        raise ModelSetupError(
            f"{spec.name} needs a key and OPENAI_API_KEY is not set",
            hint="set OPENAI_API_KEY, or use `offline` or a server of your own",
        )
    return None


def _open_remote(
    spec: ModelSpec, endpoints: Endpoints, timeout_s: float, environ: Mapping[str, str]
) -> tuple[Model, Endpoint]:
    key = find_key(spec, environ)
    if spec.scheme == "openai":
        from muspsy_sim.llm.openai_chat import OpenAIModel

        base_url, user, password, query = split_url(environ.get("OPENAI_BASE_URL") or OPENAI_URL)
        at = replace(spec, base_url=base_url, user=user, password=password, query=query)
        endpoint = endpoints.at(at, base_url, key)
        return OpenAIModel(spec.name, spec.model, endpoint, timeout_s), endpoint
    from muspsy_sim.llm.http import HttpModel

    endpoint = endpoints.at(spec, spec.base_url, key)
    return HttpModel(spec.name, spec.model, endpoint, timeout_s), endpoint


def open_model(
    spec: ModelSpec | str,
    endpoints: Endpoints,
    *,
    timeout_s: float = 120.0,
    budget: Budget | None = None,
    environ: Mapping[str, str] | None = None,
) -> Model:
    """A model that answers, connected through `endpoints`, which closes it.

    `timeout_s` is for one call, in seconds. With a `budget` its calls are checked against that and
    counted. Nothing is sent yet. Raises `ModelSetupError` for a missing key and for schemes that
    are not opened here, and what a provider's package or a local checkpoint lacks.
    """
    from muspsy_sim.llm.budget import Budgeted
    from muspsy_sim.llm.limits import Limited

    spec = parse_model(spec) if isinstance(spec, str) else spec
    environ = os.environ if environ is None else environ
    if spec.scheme == "offline":
        from muspsy_sim.llm.offline import OfflineModel

        return OfflineModel() if budget is None else Budgeted(OfflineModel(), budget)
    if spec.scheme == "script":
        from muspsy_sim.llm.scripted import ScriptedCounselor

        scripted = ScriptedCounselor(spec.model)
        return scripted if budget is None else Budgeted(scripted, budget)
    if spec.scheme in ("http", "openai"):
        model, endpoint = _open_remote(spec, endpoints, timeout_s, environ)
        # Within the limits: what is spent while a call waits to be let in stops it still.
        return Limited(model if budget is None else Budgeted(model, budget), endpoint.limits)
    if spec.scheme == "langchain":
        from muspsy_sim.llm.langchain_chat import open_langchain

        chained = open_langchain(spec.name, spec.base_url, spec.model, timeout_s, environ)
        limits = endpoints.limits_of(f"langchain:{spec.base_url}")
        return Limited(chained if budget is None else Budgeted(chained, budget), limits)
    if spec.scheme == "replay":
        raise ModelSetupError(
            f"{spec.name} answers from a run's journals and is not opened by name",
            hint="use `muspsy replay RUN`",
        )
    from muspsy_sim.llm.local.model import LocalModel

    local = LocalModel(spec.name, spec.model, timeout_s, environ)
    endpoints.before_start(local.load)
    limits = endpoints.limits_of(spec.name)
    return Limited(local if budget is None else Budgeted(local, budget), limits)
