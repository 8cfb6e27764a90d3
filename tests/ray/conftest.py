"""A server that speaks S3, and credentials for it.

This suite needs ray, s3fs and moto's server; without one of them it fails, and is not skipped. CI
installs them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
import ray  # noqa: F401 - it is to fail here where it is missing
import s3fs
from moto.server import ThreadedMotoServer

SECRET = "a-secret-access-key-0123456789"
_NAMES = count()


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of the server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty bucket, which this process and its children have the key to."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "an-access-key-id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    name = f"bucket-{next(_NAMES)}"
    s3fs.S3FileSystem(skip_instance_cache=True).mkdir(name)
    return f"s3://{name}"
