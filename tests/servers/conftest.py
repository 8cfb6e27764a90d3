"""Real chat servers that nobody here wrote, on loopback, each with a small model made on the spot.

This suite needs torch, transformers[serving], gguf and llama-cpp-python[server]; without one of
them it fails, and is not skipped. CI installs them.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from muspsy_sim.llm.local.small import save

HERE = Path(__file__).parent
PATIENCE_S = 180.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def served(command: Sequence[str], port: int, log: Path) -> Iterator[str]:
    """A server in a process of its own, once it lists its models: its address with `/v1`."""
    address = f"http://127.0.0.1:{port}/v1"
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
        try:
            until = time.monotonic() + PATIENCE_S
            while True:
                assert process.poll() is None, log.read_text(errors="replace")[-3000:]
                assert time.monotonic() < until, log.read_text(errors="replace")[-3000:]
                try:
                    with urllib.request.urlopen(f"{address}/models", timeout=5):
                        break
                except (urllib.error.URLError, OSError):
                    time.sleep(0.3)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small model, with its GGUF file in it."""
    folder = tmp_path_factory.mktemp("small")
    save(folder)
    script, file = HERE / "gguf_file.py", folder / "small.gguf"
    subprocess.run([sys.executable, str(script), str(folder), str(file)], check=True)
    return folder


@pytest.fixture(scope="session")
def transformers_serve(small: Path) -> Iterator[str]:
    """A model string for `transformers serve`."""
    port = free_port()
    program = Path(sys.executable).with_name("transformers")
    command = [str(program), "serve", "--host", "127.0.0.1", "--port", str(port)]
    with served(command, port, small / "transformers.log") as address:
        yield f"{address}#{small}"


@pytest.fixture(scope="session")
def llama_cpp(small: Path) -> Iterator[str]:
    """A model string for a llama.cpp server."""
    port = free_port()
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(small / "small.gguf")]
    command += ["--host", "127.0.0.1", "--port", str(port), "--n_ctx", "16384"]
    with served(command, port, small / "llama_cpp.log") as address:
        yield f"{address}#small"
