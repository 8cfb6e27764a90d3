"""Model strings: read without touching the network, and shown without their secrets.

A `ModelSpec`'s `name` is the string without user, password and query, so that it can be recorded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from muspsy_sim.llm.redaction import Secret
from muspsy_sim.records.errors import ModelSetupError, one_line

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
    if scheme.lower() in ("http", "https") and colon:
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
    elif re.match(r"[\w.-]+:\d+(?:[/#]|$)", text):
        hint = f"did you mean `http://{said}`?"
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
    if (
        not host
        or parts.scheme not in ("http", "https")
        or re.search(r"\s", address)
        or not _may_be_host(host)
    ):
        raise ModelSetupError(f"`{said}` is no address of a server", hint=f"write it as {KNOWN[2]}")
    host = f"[{host}]" if ":" in host else host
    path = re.sub(r"/chat/completions/?$", "", parts.path).rstrip("/")
    base_url = f"{parts.scheme}://{host}{'' if port is None else f':{port}'}{path}"
    user = Secret(unquote(parts.username)) if parts.username else None
    password = Secret(unquote(parts.password)) if parts.password else None
    query = tuple((k, Secret(v)) for k, v in parse_qsl(parts.query, keep_blank_values=True))
    return base_url, user, password, query


def _may_be_host(host: str) -> bool:
    """Whether a name can be looked up at all: no empty part, none of more than 63 characters."""
    if ":" in host:
        return True  # An address of IPv6, which `urlsplit` has read.
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True


def key_variables(base_url: str) -> tuple[str, ...]:
    """The environment variables that may hold the key for a server, the most particular first.

    `MUSPSY_API_KEY_HOST_PORT`, `MUSPSY_API_KEY_HOST`, `MUSPSY_API_KEY`; the host in capitals, with
    `_` for every other sign.
    """
    parts = urlsplit(base_url)
    host = re.sub(r"\W", "_", (parts.hostname or "").upper())
    port = () if parts.port is None else (f"MUSPSY_API_KEY_{host}_{parts.port}",)
    return (*port, f"MUSPSY_API_KEY_{host}", "MUSPSY_API_KEY")
