"""`http://…#MODEL`: any server that speaks chat completions, straight over aiohttp and orjson.

Redirects are not followed, since the key would go with them. Connections are the endpoint's; the
time limit is for one call from connecting to its last byte, waiting for admission not counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import aiohttp
import orjson

from muspsy_sim.llm.connecting import read_at_most, reason_of
from muspsy_sim.llm.dialects import speak
from muspsy_sim.llm.endpoints import Endpoint
from muspsy_sim.llm.model_strings import without_secrets
from muspsy_sim.llm.redaction import shown
from muspsy_sim.llm.seam import ModelFailure, Reply, Request
from muspsy_sim.llm.wire import MAX_BODY, Completion, failure_of, read_body, reply_from
from muspsy_sim.records.values import unchanging

_CONNECT_S = 15.0
_WHERE_IT_ENDS = "the address ends where `/chat/completions` begins: most end in /v1"
_JSON = {"Content-Type": "application/json"}


class HttpModel:
    """A model behind chat completions. `timeout_s` in seconds, for one call."""

    __slots__ = ("_dialect", "_endpoint", "_model", "_timeout", "name")

    def __init__(self, name: str, model: str, endpoint: Endpoint, timeout_s: float) -> None:
        self.name = name
        self._model = model
        self._endpoint = endpoint
        self._dialect = endpoint.dialect(model)
        self._timeout = call_timeout(timeout_s)

    async def reply(self, request: Request) -> Reply:
        """Answer one attempt. Raises `ModelFailure`."""
        completion = await speak(self._send, self._model, request, self._dialect)
        return reply_from(completion, request, self._endpoint.secrets)

    async def _send(self, body: dict[str, Any]) -> Completion:
        try:
            content = orjson.dumps(body)
        except TypeError:
            raise ModelFailure("bad_request", "the prompt holds text that is no Unicode") from None
        url = f"{self._endpoint.base_url}/chat/completions"
        answer = await post(self._endpoint, url, content, _JSON, self._timeout)
        if answer.status != 200:
            raise failed(answer, self._endpoint)
        return read_body(answer.raw, self._endpoint.secrets)


@unchanging
class Answer:
    """What a server sent back, whatever it is."""

    status: int
    headers: Mapping[str, str]
    raw: bytes


def call_timeout(seconds: float) -> aiohttp.ClientTimeout:
    """The time limit of one call; less for being let in at all."""
    return aiohttp.ClientTimeout(total=seconds, sock_connect=min(seconds, _CONNECT_S))


def failed(answer: Answer, endpoint: Endpoint) -> ModelFailure:
    """The failure that a status other than 200 is, with what to do about a key or an address."""
    if 300 <= answer.status < 400:
        where = next((v for k, v in answer.headers.items() if k.lower() == "location"), "")
        moved = f" to {shown(without_secrets(where), endpoint.secrets)}" if where else ""
        return ModelFailure(
            "bad_request",
            f"the server answered {answer.status}: it sends us on{moved}; "
            "name the address that answers itself",
        )
    failure = failure_of(answer.status, answer.headers, answer.raw, endpoint.secrets)
    if answer.status in (401, 403):
        hint = endpoint.credentials_hint
    elif answer.status == 404 and _strayed(failure.message, endpoint.base_url):
        hint = _WHERE_IT_ENDS
    else:
        return failure
    told = ModelFailure(failure.kind, f"{failure.message.removesuffix('.')}; {hint}")
    told.standing = failure.standing
    return told


def _strayed(said: str, base_url: str) -> bool:
    """Whether a 404 is about the address rather than about a model that is not there."""
    return not base_url.endswith("/v1") and not re.search(r"\bmodels?\b", said, re.IGNORECASE)


async def post(
    endpoint: Endpoint,
    url: str,
    content: bytes,
    headers: Mapping[str, str],
    within: aiohttp.ClientTimeout,
) -> Answer:
    """Send one body and read the whole answer. Raises `ModelFailure` where there is none."""
    failure: ModelFailure
    try:
        async with endpoint.session().post(
            url,
            data=content,
            headers=headers,
            params=endpoint.params(),
            timeout=within,
            allow_redirects=False,
        ) as response:
            return Answer(response.status, response.headers, await _read(response))
    except aiohttp.ClientConnectorError as error:
        why = reason_of(error)
        failure = ModelFailure("unreachable", f"no connection to {endpoint.base_url}: {why}")
    except aiohttp.ClientHttpProxyError as error:
        failure = ModelFailure(
            "auth" if error.status in (401, 403, 407) else "unreachable",
            f"the proxy lets nobody through to {endpoint.base_url} ({error.status})",
        )
    except aiohttp.InvalidURL:
        # The server's own address was read before; what is left is HTTP_PROXY or HTTPS_PROXY.
        failure = ModelFailure("bad_request", "the environment's proxy is no http:// address")
    except aiohttp.ConnectionTimeoutError:
        failure = ModelFailure("unreachable", f"{endpoint.base_url} lets no connection in")
    except TimeoutError:
        failure = ModelFailure("timeout", f"no whole answer within {within.total:g} s")
    except aiohttp.ClientResponseError:
        failure = ModelFailure("malformed", "the server's answer is no HTTP")
    except aiohttp.ClientError:
        failure = ModelFailure("cut_off", "the connection broke before the answer was whole")
    # Raised outside the handlers, or it would carry the client's error, headers and all.
    raise failure


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The whole body, refused once it is longer than `MAX_BODY`."""
    whole = await read_at_most(response, MAX_BODY)
    if whole is None:
        raise ModelFailure("malformed", f"the server's answer is longer than {MAX_BODY:,} bytes")
    return whole
