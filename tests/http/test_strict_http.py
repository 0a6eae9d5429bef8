"""Requests that two servers could read in two ways are refused, and never become two requests."""

from __future__ import annotations

import pytest
import requests

from tests.http.clients import Server
from tests.http.raw import connected, exchange, statuses

HIDDEN = b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
"""A second request, for whoever takes it for one."""

FORM = b"POST /webhooks/web/messages HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"


def body(*headers: bytes, content: bytes = HIDDEN) -> bytes:
    return FORM + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + content


SMUGGLED = {
    "two lengths": (body(b"Content-Length: 0", b"Content-Length: 39"), 400),
    "the same length twice": (body(b"Content-Length: 39", b"Content-Length: 39"), 400),
    "a list of lengths": (body(b"Content-Length: 0, 39"), 400),
    "a length with a sign": (body(b"Content-Length: +0"), 400),
    "a negative length": (body(b"Content-Length: -1"), 400),
    "a length with an underscore": (body(b"Content-Length: 0_0"), 400),
    "a length in other digits": (body("Content-Length: ٠".encode()), 400),
    "no length at all": (body(b"Content-Length:"), 400),
    "a length of a terabyte": (body(b"Content-Length: 1099511627776"), 400),
    "chunks": (body(b"Transfer-Encoding: chunked", content=b"0\r\n\r\n" + HIDDEN), 411),
    "chunks and a length": (
        body(b"Content-Length: 5", b"Transfer-Encoding: chunked", content=b"0\r\n\r\n" + HIDDEN),
        411,
    ),
    "chunks by another name": (body(b"Transfer-Encoding: Chunked, identity"), 411),
    "chunks behind a tab": (body(b"Transfer-Encoding:\tchunked"), 411),
    "a space before the colon": (body(b"Content-Length : 39"), 400),
    "chunks with a space before the colon": (body(b"Transfer-Encoding : chunked"), 400),
    "a folded line": (body(b"X: a", b" Content-Length: 39"), 400),
    "a bare line feed": (body(b"X: a\nContent-Length: 39"), 400),
    "a bare carriage return": (body(b"X: a\rContent-Length: 39"), 400),
    "a NUL": (body(b"X: a\0b"), 400),
    "a line without a colon": (body(b"Content-Length"), 400),
    "a name with a space": (body(b"Content Length: 39"), 400),
}


@pytest.mark.parametrize("kind", SMUGGLED)
def test_no_request_hides_behind_another(server: Server, kind: str) -> None:
    sent, status = SMUGGLED[kind]
    answer = exchange(server.url, sent)
    assert statuses(answer) == [status]
    assert b"\r\nconnection: close\r\n" in answer.lower()
    assert b"content-security-policy: default-src 'none'" in answer.lower()
    assert b"\r\n\r\nok" not in answer


def test_a_request_with_a_length_is_one_request_and_the_next_another(server: Server) -> None:
    content = b'{"text": "MyChart"}'
    length = b"Content-Length: %d" % len(content)
    answer = b""
    with connected(server.url) as connection:
        connection.sendall(body(length, content=content + HIDDEN))
        while len(statuses(answer)) < 2 or b"\r\n\r\nok" not in answer:
            answer += connection.recv(65536)
    assert statuses(answer) == [200, 200]
    assert answer.endswith(b"\r\n\r\nok")


HOSTS = {
    "none": b"GET / HTTP/1.1\r\n\r\n",
    "empty": b"GET / HTTP/1.1\r\nHost:\r\n\r\n",
    "two": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "two in one": b"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
    "with a path": b"GET / HTTP/1.1\r\nHost: evil.example/a\r\n\r\n",
    "with a user": b"GET / HTTP/1.1\r\nHost: a@evil.example\r\n\r\n",
    "with markup": b"GET / HTTP/1.1\r\nHost: <script>\r\n\r\n",
    "in the address": b"GET http://evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("kind", HOSTS)
def test_a_host_that_is_none_is_refused(server: Server, kind: str) -> None:
    answer = exchange(server.url, HOSTS[kind])
    assert statuses(answer) == [400]
    assert b"evil.example" not in answer and b"<script>" not in answer


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example"},
        {"X-Original-URL": "/webhooks/rest/webhook", "X-Rewrite-URL": "/status"},
        {"Forwarded": "host=evil.example;proto=https"},
    ],
)
def test_no_answer_is_made_from_the_host(server: Server, headers: dict[str, str]) -> None:
    for path in ("/", "/nowhere", "/embed.js"):
        response = requests.get(server.url + path, headers=headers, timeout=60)
        assert response.status_code == (404 if path == "/nowhere" else 200)
        assert "evil.example" not in response.text + str(response.headers)


LONG = {
    "an address of 2,100 characters": (b"GET /%s HTTP/1.1\r\nHost: a\r\n\r\n" % (b"a" * 2100), 414),
    "70 headers": (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 70 + b"\r\n", 431),
    "a header of 9 kB": (b"GET / HTTP/1.1\r\nHost: a\r\nX: %s\r\n\r\n" % (b"a" * 9000), 413),
    "9 kB without an end": (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 9000, 413),
    "another protocol": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n\r\n", 400),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "a method of its own": (b"<script> / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "an address that is none": (b"GET //[::1:/ HTTP/1.1\r\nHost: a\r\n\r\n", 0),
    "an address that is no UTF-8": (b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "an escape in the address": (b"GET /\x1b[31mred HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "a web socket": (
        b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        400,
    ),
}


@pytest.mark.parametrize("kind", LONG)
def test_what_is_too_long_or_no_request_gets_one_plain_error(server: Server, kind: str) -> None:
    sent, status = LONG[kind]
    answer = exchange(server.url, sent)
    assert statuses(answer) == [status] or (not status and 400 <= statuses(answer)[0] < 500)
    assert b"content-security-policy: default-src 'none'" in answer.lower()
    for word in (b"Traceback", b"anic", b"script>", b"\x1b"):
        assert word not in answer


@pytest.mark.parametrize(
    "path",
    [
        "/../../../../etc/passwd",
        "/webhooks/web/static/x/../../../../../etc/passwd",
        "/webhooks/web/static/x/..%2f..%2f..%2fetc%2fpasswd",
        "/webhooks/web/static/x/%2e%2e/%2e%2e/pyproject.toml",
        "/webhooks/web/static/x/..\\..\\pyproject.toml",
        "/webhooks/web/static/x/..%5c..%5cpyproject.toml",
        "/webhooks/web/static/x/%00style.css",
        "/webhooks/web/static/x/style.css%00.html",
        "/webhooks/web/static/..%252f..%252fetc/passwd",
        "/webhooks/web/static//etc/passwd",
        "/webhooks/web/static/x/....//....//etc/passwd",
        "/webhooks/web/logo/../../templates/page.html",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/.git/config",
        "/.env",
        "/var/secret",
    ],
)
def test_no_path_leads_out_of_what_is_served(server: Server, path: str) -> None:
    answer = exchange(server.url, b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % path.encode())
    assert statuses(answer) == [404]
    for word in (b"root:", b"[project]", b"[core]", b"{% extends"):
        assert word not in answer


BREAKS = (
    "%0d%0aSet-Cookie:%20stolen=1",
    "%0aX-Injected:%201",
    "\u560d\u560aX-Injected: 1",
    "%E5%98%8A%E5%98%8DX-Injected:1",
)


@pytest.mark.parametrize("text", BREAKS)
def test_nobody_adds_a_header_to_an_answer(server: Server, text: str) -> None:
    for path in (f"/?language={text}", f"/{text}", f"/webhooks/web/style.css?v={text}"):
        for headers in (
            {},
            {"Accept-Language": "es%0d%0aX-Injected: 1", "X-Roi-Seen": text.encode().hex()},
            {"Cookie": f"roi_session={text.encode().hex()}", "Origin": "https://a%0d%0a.example"},
        ):
            response = requests.get(server.url + path, headers=headers, timeout=60)
            assert "X-Injected" not in response.headers
            assert "stolen" not in str(response.headers)


def test_nothing_of_a_request_stands_in_the_log(server: Server) -> None:
    mark = b"quokka"
    for sent in (
        b"GET /%s HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" % mark,
        b"GET /%s\xff HTTP/1.1\r\nHost: a\r\n\r\n" % mark,
        b"GET //[%s:/ HTTP/1.1\r\nHost: a\r\n\r\n" % mark,
        b"GET /?%s HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\nabc" % mark,
        b"POST / HTTP/1.1\r\nHost: %s\r\nExpect: %s\r\nContent-Length: 1\r\n\r\na" % (mark, mark),
        b'GET /embed.js?%s HTTP/1.1\r\nHost: a\r\nIf-None-Match: "%s"\r\n\r\n' % (mark, mark),
        b"%s / HTTP/1.1\r\nHost: a\r\n\r\n" % mark,
        body(b"Content-Length: 39", b"Idempotency-Key: \x1b[31m%s" % mark),
        body(b"Content-Length: 39", b"Idempotency-Key: %s" % mark),
    ):
        exchange(server.url, sent)
    assert requests.get(f"{server.url}/health", timeout=20).text == "ok"
    log = "".join(server.log)
    assert "quokka" not in log and "\x1b" not in log and "Traceback" not in log
