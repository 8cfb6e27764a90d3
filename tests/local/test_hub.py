"""What is asked of a hub, once, and what is said where it has no answer."""

from __future__ import annotations

import asyncio
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants

from muspsy_sim.llm.endpoints import Endpoints
from muspsy_sim.llm.local.naming import found
from muspsy_sim.llm.models import open_model
from muspsy_sim.records.errors import ModelSetupError


class Hub(http.server.ThreadingHTTPServer):
    """Knows the files of `files`; says of others what `says` is; breaks connections if `gone`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.files: set[str] = set()
        self.says = (404, "RepoNotFound")
        self.gone = False
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that was broken here."""


class _Answers(http.server.BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        if "/resolve/" in self.path:  # The library asks for things of its own as well.
            self.server.asked.append(self.path)
        if self.server.gone:
            raise ConnectionAbortedError
        here = self.path in self.server.files
        status, code = (200, "") if here else self.server.says
        self.send_response(status)
        for header, value in {
            "X-Error-Code": code,
            "X-Repo-Commit": "9" * 40,
            "ETag": '"1"',
            "Content-Length": "0",
        }.items():
            self.send_header(header, value)
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nobody reads it."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with Hub() as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.02,))
        serving.start()
        monkeypatch.setattr(constants, "ENDPOINT", server.url)
        monkeypatch.setattr(
            constants,
            "HUGGINGFACE_CO_URL_TEMPLATE",
            server.url + "/{repo_id}/resolve/{revision}/{filename}",
        )
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.upper(), raising=False)
        yield server
        server.shutdown()
        serving.join()


def test_a_model_that_the_hub_has_is_had_from_there(hub: Hub) -> None:
    hub.files = {"/org/m/resolve/main/config.json"}
    assert found("hf:org/m", "org/m") == "org/m"
    assert len(hub.asked) == 1


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ((404, "RepoNotFound"), "no folder org/m here and no such model at http"),
        ((403, "GatedRepo"), "must be let in by its makers"),
        ((418, ""), r"can't be asked for it \(HfHubHTTPError"),
    ],
)
def test_what_the_hub_says_is_told(hub: Hub, says: tuple[int, str], why: str) -> None:
    hub.says = says
    with pytest.raises(ModelSetupError, match=why) as caught:
        found("hf:org/m", "org/m")
    assert "\n" not in str(caught.value)
    assert len(hub.asked) == 1


def test_an_adapter_alone_at_the_hub_is_told(hub: Hub) -> None:
    hub.says = (404, "EntryNotFound")
    hub.files = {"/org/ad/resolve/main/adapter_config.json"}
    with pytest.raises(ModelSetupError, match=r"org/ad is an adapter without its base.*BASE\+org"):
        found("hf:org/ad", "org/ad")
    assert found("hf:b/b+org/ad", "org/ad", adapter=True) == "org/ad"
    assert found("hf:b/b", "b/b") == "b/b", "whoever reads it says what else it lacks"


def test_what_the_cache_holds_needs_no_hub(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    snapshot = tmp_path / "models--org--m" / "snapshots" / ("9" * 40)
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").touch()
    refs = tmp_path / "models--org--m" / "refs"
    refs.mkdir()
    (refs / "main").write_text("9" * 40)
    hub.gone = True
    assert found("hf:org/m", "org/m") == str(snapshot)
    with pytest.raises(
        ModelSetupError, match=r"no folder org/tinny here, and http.* can't be asked"
    ):
        found("hf:org/tinny", "org/tinny")
    assert len(hub.asked) == 2
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert found("hf:org/tinny", "org/tinny") == "org/tinny"
    assert len(hub.asked) == 2


async def test_an_id_that_nobody_answers_for_is_asked_for_once(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    hub.gone = True
    async with Endpoints() as endpoints:
        open_model("hf:org/tinny", endpoints)
        with pytest.raises(ModelSetupError, match="can't be asked"):
            await asyncio.wait_for(endpoints.check(), 60)
    assert hub.asked == ["/org/tinny/resolve/main/config.json"]
