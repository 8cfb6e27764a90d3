"""Models by name: from the string in a recipe to something that answers requests.

`open_model` finds a model's key and connects it to its endpoint; what the string says is read by
`model_strings`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from muspsy_sim.llm.model_strings import ModelSpec, key_variables, parse_model, split_url
from muspsy_sim.llm.redaction import Secret
from muspsy_sim.records.errors import ModelSetupError

if TYPE_CHECKING:
    from muspsy_sim.llm.budget import Budget
    from muspsy_sim.llm.endpoints import Endpoint, Endpoints
    from muspsy_sim.llm.seam import Model

OPENAI_URL = "https://api.openai.com/v1"


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
