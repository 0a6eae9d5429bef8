"""Other sites may embed the chat and use its messages only where they are configured."""

from __future__ import annotations

import itertools

import pytest
import requests

from tests.http.clients import Server
from tests.http.conftest import OTHER_SITE

API = ("/webhooks/web/messages", "/webhooks/web/conversation")
_addresses = (f"198.51.100.{number}" for number in itertools.count(1))


def ask(server: Server, method: str, path: str, **headers: str) -> requests.Response:
    body = {"text": "hello"} if method == "POST" else None
    headers = {"X-Forwarded-For": next(_addresses), **headers}
    return requests.request(method, server.url + path, json=body, headers=headers, timeout=60)


def test_a_configured_site_may_use_the_messages(embedded_server: Server) -> None:
    cross = {"Origin": OTHER_SITE, "Sec-Fetch-Site": "cross-site"}
    for method, path in (("POST", API[0]), ("GET", API[1]), ("DELETE", API[1])):
        response = ask(embedded_server, method, path, **cross)
        assert response.status_code == 200
        assert response.headers["Access-Control-Allow-Origin"] == OTHER_SITE
        assert response.headers["Access-Control-Allow-Credentials"] == "true"
        assert response.headers["Access-Control-Expose-Headers"] == "Retry-After"
        assert response.headers["Vary"] == "Origin"


def test_an_error_can_be_read_by_a_configured_site_too(embedded_server: Server) -> None:
    headers = {"X-Forwarded-For": next(_addresses), "Origin": OTHER_SITE}
    response = requests.post(embedded_server.url + API[0], data="{", headers=headers, timeout=60)
    assert response.status_code == 415
    assert response.headers["Access-Control-Allow-Origin"] == OTHER_SITE


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://www.example.org",
        "https://www.example.org.evil.example",
        "https://www.example.org:8443",
        "null",
    ],
)
def test_any_other_site_is_refused(embedded_server: Server, origin: str) -> None:
    for method, path in (
        ("POST", API[0]),
        ("GET", API[1]),
        ("DELETE", API[1]),
        ("OPTIONS", API[0]),
    ):
        response = ask(embedded_server, method, path, Origin=origin)
        assert (response.status_code, response.json()["error"]["code"]) == (403, "other_site")
        assert "Access-Control-Allow-Origin" not in response.headers
        assert "Set-Cookie" not in response.headers
        assert response.headers["Vary"] == "Origin"


@pytest.mark.parametrize("path", API)
def test_the_preflight_names_what_may_be_sent(embedded_server: Server, path: str) -> None:
    asked = {
        "Origin": OTHER_SITE,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,idempotency-key",
    }
    response = ask(embedded_server, "OPTIONS", path, **asked)
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == OTHER_SITE
    assert response.headers["Access-Control-Allow-Methods"] == "GET, POST, DELETE"
    assert response.headers["Access-Control-Allow-Headers"] == "Content-Type, Idempotency-Key"
    assert response.headers["Access-Control-Max-Age"] == "600"


def test_without_a_list_there_is_no_preflight(server: Server) -> None:
    for path in API:
        assert ask(server, "OPTIONS", path, Origin=OTHER_SITE).status_code == 405


def test_only_the_embedded_page_may_be_framed_and_only_by_those_sites(
    server: Server, embedded_server: Server
) -> None:
    def framed_by(where: Server, path: str) -> str:
        policy = ask(where, "GET", path).headers["Content-Security-Policy"]
        return policy.partition("frame-ancestors ")[2].partition(";")[0]

    assert framed_by(embedded_server, "/webhooks/web/embed") == f"'self' {OTHER_SITE}"
    assert framed_by(embedded_server, "/") == "'none'"
    assert framed_by(embedded_server, "/webhooks/web/") == "'none'"
    assert framed_by(server, "/webhooks/web/embed") == "'none'"


def test_the_cookie_travels_into_the_frame_of_a_configured_site(embedded_server: Server) -> None:
    cookie = ask(embedded_server, "GET", "/webhooks/web/embed").headers["Set-Cookie"]
    assert cookie.startswith("__Host-roi_session=")
    for part in ("Path=/", "HttpOnly", "SameSite=None", "Partitioned", "Secure"):
        assert part in cookie.split("; ")


def test_behind_https_browsers_are_told_to_stay_there(embedded_server: Server) -> None:
    response = ask(embedded_server, "GET", "/")
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_the_demo_is_served_only_while_developing(server: Server, embedded_server: Server) -> None:
    shown = ask(embedded_server, "GET", "/demo")
    assert shown.status_code == 200 and shown.headers["Content-Type"].startswith("text/html")
    assert "frame-src 'self'" in shown.headers["Content-Security-Policy"]
    assert ask(server, "GET", "/demo").status_code == 404
