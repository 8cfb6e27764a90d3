"""No test reaches the network, and none sees the keys or settings of whoever runs it.

`pyproject.toml` denies sockets to every test; outside tests/unit the loopback interface is open.
A unit test that needs it says so with `@pytest.mark.allow_hosts(["127.0.0.1"])`.
"""

from __future__ import annotations

import os
from pathlib import Path

import orjson
import pytest
from hypothesis import settings

from muspsy_sim.records import values
from muspsy_sim.records.base import Record

TESTS = Path(__file__).resolve().parent
LOOPBACK = ["127.0.0.1", "::1"]
PRIVATE_PREFIXES = ("OPENAI_", "LANGSMITH_", "LANGCHAIN_", "MUSPSY_", "HF_")

# How long one example takes says more about the machine than about the code. In CI (the variable CI
# is set) Hypothesis itself picks a profile that draws the same examples each time.
settings.register_profile(
    "unhurried", settings.get_profile("ci" if os.environ.get("CI") else "default"), deadline=None
)
settings.load_profile("unhurried")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(TESTS) and not item.path.is_relative_to(TESTS / "unit"):
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))


@pytest.fixture(autouse=True)
def no_private_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(PRIVATE_PREFIXES) and name != "MUSPSY_SAMPLES":
            monkeypatch.delenv(name)


def _fits(cls: type[Record], given: dict[str, object]) -> None:
    """Refuse a record made without validation that validation would not make just so."""
    assert given.keys() == cls.model_fields.keys(), cls
    checked = cls.model_validate(given)
    # As it is written, where 1 is not 1.0.
    assert _written(checked.__dict__) == _written(given), cls


def _written(fields: dict[str, object]) -> bytes:
    return orjson.dumps(fields, default=vars, option=orjson.OPT_SORT_KEYS)


@pytest.fixture(autouse=True)
def what_is_made_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "check", _fits)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout that the tests lie in."""
    return TESTS.parent
