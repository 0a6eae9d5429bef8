"""Bytes over a socket, for what no well-behaved client sends."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit


@contextmanager
def connected(url: str, source: str = "127.0.0.1", seconds: float = 20) -> Iterator[socket.socket]:
    """A connection to a server; another loopback address as `source` is another asker."""
    address = urlsplit(url)
    assert address.hostname is not None
    where = (address.hostname, address.port)
    with socket.create_connection(where, seconds, source_address=(source, 0)) as connection:
        yield connection


def everything(connection: socket.socket) -> bytes:
    """All that comes until the other side is done."""
    received = b""
    try:
        while part := connection.recv(65536):
            received += part
    except ConnectionError:
        pass  # cut off: what has come before counts
    return received


def exchange(url: str, sent: bytes, source: str = "127.0.0.1") -> bytes:
    """All that is answered to some bytes, once nothing more is sent."""
    with connected(url, source) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return everything(connection)


def statuses(answer: bytes) -> list[int]:
    """The status of each answer in what came."""
    return [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]
