"""Servers, each with one set of connections, one set of limits and what was learnt of its dialects.

All roles and episodes of a run that use a server share its `Endpoint`. `Endpoints` is opened with
the run and closed with it, within one event loop.
"""

from __future__ import annotations

import base64
import contextlib
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import orjson

from muspsy_sim.llm.dialects import Dialect
from muspsy_sim.llm.limits import Limits
from muspsy_sim.llm.model_strings import ModelSpec, key_variables
from muspsy_sim.llm.redaction import Secret
from muspsy_sim.records.errors import ModelSetupError

if TYPE_CHECKING:
    import aiohttp

_CONNECT_S = 15.0
_PROBE_S = 20.0
_MAX_LIST = 4 * 1024 * 1024
"""Bytes of a list of models that are read."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(slots=True)
class Endpoint:
    """One server under one identity. `repr` shows no secret."""

    base_url: str
    limits: Limits
    key: Secret | None = None
    key_variable: str = ""
    """The environment variable that its key is looked for in first."""
    user: Secret | None = None
    password: Secret | None = None
    query: tuple[tuple[str, Secret], ...] = ()
    dialects: dict[str, Dialect] = field(default_factory=dict)
    secrets: tuple[Secret, ...] = field(init=False, repr=False)
    """All that is sent and must not be shown, the encoded user and password included."""
    _session: aiohttp.ClientSession | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        held = [self.key, self.user, self.password, *(value for _, value in self.query)]
        if self.user is not None:
            held.append(Secret(_basic(self.user, self.password)))
        self.secrets = tuple(secret for secret in held if secret is not None)

    @property
    def loopback(self) -> bool:
        """Whether it runs on this machine, where no proxy stands between."""
        return urlsplit(self.base_url).hostname in _LOOPBACK

    def headers(self) -> dict[str, str]:
        """The headers that say who asks. A user in the address goes before a key."""
        if self.user is not None:
            return {"Authorization": f"Basic {_basic(self.user, self.password)}"}
        return {"Authorization": f"Bearer {self.key.reveal()}"} if self.key else {}

    def dialect(self, model: str, **at_first: str) -> Dialect:
        """What was learnt of how to speak to a model here."""
        return self.dialects.setdefault(model, Dialect(**at_first))  # type: ignore[arg-type]

    def session(self) -> aiohttp.ClientSession:
        """The connections to this server, opened when first needed."""
        if self._session is None:
            import aiohttp

            from muspsy_sim.llm.sending import WrittenAtOnce

            self._session = aiohttp.ClientSession(
                # The limit on calls at once is ours: a second one in the pool would only hide it.
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=self.headers(),
                trust_env=not self.loopback,
                # From Python 3.12 on aiohttp writes at once by itself.
                request_class=(
                    aiohttp.ClientRequest if sys.version_info >= (3, 12) else WrittenAtOnce
                ),
            )
        return self._session

    def params(self) -> dict[str, str]:
        """The query of the address, as it is sent."""
        return {name: value.reveal() for name, value in self.query}

    async def check(self) -> None:
        """Ask for the list of models. Raises `ModelSetupError` if nobody answers or lets us in."""
        import aiohttp

        from muspsy_sim.llm.connecting import reason_of, what_to_do

        try:
            async with self.session().get(
                f"{self.base_url}/models",
                params=self.params(),
                timeout=aiohttp.ClientTimeout(total=_PROBE_S, sock_connect=_CONNECT_S),
                allow_redirects=False,
            ) as response:
                status = response.status
        except (aiohttp.ClientConnectorError, TimeoutError) as error:
            raise ModelSetupError(
                f"no server answers at {self.base_url} ({reason_of(error)})",
                hint=what_to_do(error),
            ) from None
        except aiohttp.ClientHttpProxyError as error:
            raise ModelSetupError(
                f"the proxy lets nobody through to {self.base_url} ({error.status})",
                hint="correct HTTPS_PROXY, or name the host in NO_PROXY",
            ) from None
        except aiohttp.InvalidURL:
            raise ModelSetupError(
                f"the proxy for {self.base_url} is no http:// address",
                hint="correct HTTP_PROXY and HTTPS_PROXY, or name the host in NO_PROXY",
            ) from None
        except aiohttp.ClientError:
            return  # Something is there; what it can do shows when it is asked.
        if status in (401, 403):
            raise ModelSetupError(
                f"the server at {self.base_url} "
                + (f"refuses the key ({status})" if self.secrets else f"wants a key ({status})"),
                hint=self.credentials_hint,
            )

    async def serves(self) -> list[str]:
        """The models that the server lists; none where it lists none."""
        import aiohttp

        from muspsy_sim.llm.connecting import read_at_most

        try:
            async with self.session().get(
                f"{self.base_url}/models",
                params=self.params(),
                timeout=aiohttp.ClientTimeout(total=_PROBE_S, sock_connect=_CONNECT_S),
                allow_redirects=False,
            ) as response:
                raw = await read_at_most(response, _MAX_LIST)
            listed = orjson.loads(raw or b"null")
            return [str(each["id"]) for each in listed["data"]]
        except (aiohttp.ClientError, TimeoutError, ValueError, LookupError, TypeError):
            return []

    @property
    def credentials_hint(self) -> str:
        """What to do where the server does not let us in."""
        if self.user is not None:
            return "check the user and password in its address"
        return f"set {self.key_variable} to a key that it takes"

    async def aclose(self) -> None:
        """Close the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


class Endpoints:
    """All servers of a run: `async with Endpoints(...) as endpoints`.

    `concurrency` (calls at once) and `per_minute` (calls begun in a minute, `None` = no limit)
    hold for each server by itself; `outage_s`: seconds for which one that is gone is waited for.
    """

    def __init__(
        self, concurrency: int = 64, per_minute: float | None = None, outage_s: float = 0.0
    ) -> None:
        self._concurrency = concurrency
        self._outage_s = outage_s
        self._per_minute = per_minute
        self._open: dict[tuple[object, ...], Endpoint] = {}
        self._limits: dict[str, Limits] = {}
        self._to_load: list[Callable[[], Awaitable[None]]] = []

    def at(self, spec: ModelSpec, base_url: str, key: Secret | None) -> Endpoint:
        """The endpoint at an address under an identity; the same one for the same."""
        identity = (base_url, key, spec.user, spec.password, spec.query)
        if identity not in self._open:
            limits = self._new_limits()
            self._open[identity] = Endpoint(
                base_url,
                limits,
                key,
                "OPENAI_API_KEY" if spec.scheme == "openai" else key_variables(base_url)[0],
                spec.user,
                spec.password,
                spec.query,
            )
        return self._open[identity]

    def only(self) -> Endpoint | None:
        """The one endpoint that was opened; `None` where there is none, or more."""
        return next(iter(self._open.values())) if len(self._open) == 1 else None

    def limits_of(self, name: str) -> Limits:
        """The limits of a provider whose connections are not ours; the same ones for one name."""
        return self._limits.setdefault(name, self._new_limits())

    def _new_limits(self) -> Limits:
        return Limits(self._concurrency, self._per_minute, outage_s=self._outage_s)

    def before_start(self, load: Callable[[], Awaitable[None]]) -> None:
        """Have something made ready by `check`, such as weights read into memory."""
        self._to_load.append(load)

    def limits(self) -> list[Limits]:
        """The limits of all that is open, in the order in which it was opened."""
        return [*(endpoint.limits for endpoint in self._open.values()), *self._limits.values()]

    def share(self, concurrency: int, per_minute: float | None) -> None:
        """Hold another share of every limit; see `Limits.share`."""
        self._concurrency, self._per_minute = concurrency, per_minute
        for limits in self.limits():
            limits.share(concurrency, per_minute)

    async def check(self, *, load: bool = True) -> None:
        """Check that every server opened so far answers, and load what is local.

        `load` is false where others will ask what is local. Raises `ModelSetupError`.
        """
        for make_ready in self._to_load if load else ():
            await make_ready()
        for endpoint in list(self._open.values()):
            await endpoint.check()

    async def aclose(self) -> None:
        """Close all connections. Models opened through them can't be asked any more."""
        async with contextlib.AsyncExitStack() as closing:
            while self._open:
                closing.push_async_callback(self._open.popitem()[1].aclose)

    async def __aenter__(self) -> Endpoints:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _basic(user: Secret, password: Secret | None) -> str:
    both = f"{user.reveal()}:{password.reveal() if password else ''}"
    return base64.b64encode(both.encode()).decode()
