"""Connections that don't come about: why, and what to do. And answers read up to a limit."""

from __future__ import annotations

import os

import aiohttp


async def read_at_most(response: aiohttp.ClientResponse, size: int) -> bytes | None:
    """A body whole, decompressed; `None` where it is longer than `size` bytes."""
    pieces: list[bytes] = []
    left = size
    async for piece in response.content.iter_any():
        left -= len(piece)
        if left < 0:
            response.close()
            return None
        pieces.append(piece)
    return b"".join(pieces)


def reason_of(error: Exception) -> str:
    """Why no connection came about, in the system's words."""
    if isinstance(error, TimeoutError):
        return "it does not react"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        cause = error.certificate_error
        return f"its certificate: {getattr(cause, 'verify_message', '') or 'not trusted'}"
    if isinstance(error, aiohttp.ClientSSLError):
        reason = getattr(error.os_error, "reason", "") or "no TLS"
        return f"TLS: {reason.replace('_', ' ').lower()}"
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return f"the proxy that the environment names: {_system_says(error)}"
    return _system_says(error)


def _system_says(error: Exception) -> str:
    os_error = getattr(error, "os_error", None)
    number, said = getattr(os_error, "errno", None), getattr(os_error, "strerror", None)
    # asyncio puts its own words, address and all, in place of the system's; a resolver's errors
    # have negative numbers and words of their own.
    return os.strerror(number) if number and number > 0 else str(said or "no connection")


def what_to_do(error: Exception) -> str:
    """What to do where no connection came about."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "set SSL_CERT_FILE to the certificates to trust, or correct the host"
    if isinstance(error, aiohttp.ClientSSLError):
        return "write http:// where it speaks no TLS"
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return "correct HTTP_PROXY and HTTPS_PROXY, or name the host in NO_PROXY"
    return "start it, or correct the host and port"
