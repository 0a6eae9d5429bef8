"""Nobody holds the server up: neither by sending or reading slowly nor with many connections."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
import requests

from bot.http.connections import HEAD_SECONDS
from tests.http.clients import PROJECT, Server, wait_until_ready
from tests.http.guarded_app import ANSWER, BODY, HEAD, PER_ADDRESS, READER, TOTAL
from tests.http.raw import connected, everything, statuses

ASK = 4.0
"""Seconds between Sanic's looks at the clock, and some for a busy machine."""


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, str(PROJECT / "tests/http/guarded_app.py")],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    log: list[str] = []
    try:
        yield wait_until_ready(process, log)
        assert [line for line in log if "Traceback" in line or "rror" in line] == []
    finally:
        process.kill()
        process.wait()


def drip(connection: socket.socket, first: bytes, most: float) -> tuple[float, list[int]]:
    """Sends a byte every fifth of a second until cut off: how long that took, and the answers."""
    began, received = time.monotonic(), b""
    connection.sendall(first)
    connection.settimeout(0.2)
    while time.monotonic() - began < most:
        try:
            connection.sendall(b"a")
            part = connection.recv(65536)
            received += part
            if not part:
                break
        except TimeoutError:
            continue
        except ConnectionError:
            break
    return time.monotonic() - began, statuses(received)


SLOW = {
    "a head": (b"GET / HTTP/1.1\r\nHost: a\r\nX: ", HEAD, [408]),
    "a body": (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n", BODY, [408]),
    "a body nobody takes": (
        b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n",
        BODY,
        [405],
    ),
    "a next request": (b"GET /never HTTP/1.1\r\nHost: a\r\n\r\nGET /", ANSWER, [503]),
}


def test_a_byte_now_and_then_does_not_keep_a_connection(guarded: str) -> None:
    def attack(kind: str) -> tuple[float, list[int]]:
        first, deadline, _ = SLOW[kind]
        with connected(guarded) as connection:
            return drip(connection, first, deadline + ASK + 5)

    with ThreadPoolExecutor(len(SLOW)) as pool:
        found = dict(zip(SLOW, pool.map(attack, SLOW), strict=True))
    assert {kind: answered for kind, (_, answered) in found.items()} == {
        kind: answers for kind, (_, _, answers) in SLOW.items()
    }
    for kind, (_, deadline, _) in SLOW.items():
        assert deadline - 0.5 <= found[kind][0] <= deadline + ASK, kind


def test_a_connection_without_a_request_ends(guarded: str) -> None:
    with connected(guarded) as connection:
        began = time.monotonic()
        assert everything(connection) == b""
    assert time.monotonic() - began <= 5 + ASK


def test_who_does_not_read_the_answer_is_cut_off(guarded: str) -> None:
    with connected(guarded) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(READER + 2)
        assert requests.get(f"{guarded}/connections", timeout=10).text == "1"


def test_who_reads_slowly_but_steadily_gets_all_of_it(guarded: str) -> None:
    received = 0
    with connected(guarded) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        while part := connection.recv(1_000_000):
            received += len(part)
            time.sleep(0.05)
    assert received > 20_000_000


def open_to(url: str, number: int, sources: list[str], stack: ExitStack) -> list[socket.socket]:
    return [stack.enter_context(connected(url, sources[n % len(sources)])) for n in range(number)]


def is_open(connection: socket.socket) -> bool:
    connection.settimeout(0.3)
    try:
        return connection.recv(1, socket.MSG_PEEK) != b""
    except TimeoutError:
        return True
    except ConnectionError:
        return False


def test_one_address_has_only_so_many_connections(guarded: str) -> None:
    with ExitStack() as stack:
        mine = open_to(guarded, PER_ADDRESS + 5, ["127.0.0.7"], stack)
        for connection in mine[:PER_ADDRESS]:
            connection.sendall(b"GET /")
        with ThreadPoolExecutor(20) as pool:
            assert sum(pool.map(is_open, mine)) <= PER_ADDRESS
        assert requests.get(guarded, timeout=10).text == "ok", "others are served"


def test_those_who_only_hold_a_connection_give_way(guarded: str) -> None:
    time.sleep(1)
    with ExitStack() as stack:
        open_to(guarded, TOTAL, [f"127.0.1.{n}" for n in range(TOTAL)], stack)
        assert requests.get(guarded, timeout=10).text == "ok"
        assert int(requests.get(f"{guarded}/connections", timeout=10).text) <= TOTAL


def test_the_real_server_ends_a_slow_head(server: Server) -> None:
    with connected(server.url) as connection:
        took, answered = drip(connection, b"GET / HTTP/1.1\r\nHost: a\r\nX: ", HEAD_SECONDS + 9)
    assert answered == [408]
    assert HEAD_SECONDS - 0.5 <= took <= HEAD_SECONDS + ASK


def test_a_crowd_of_idle_connections_keeps_nobody_out(server: Server) -> None:
    with ExitStack() as stack:
        for number in range(400):
            source = f"127.0.2.{number % 200 + 1}"
            stack.enter_context(connected(server.url, source)).sendall(b"GET /")
        began = time.monotonic()
        assert requests.get(f"{server.url}/", timeout=20).status_code == 200
        assert time.monotonic() - began < 5
    assert "".join(server.log).count("\n") == 1, "nothing is logged about it"
