"""Style sheets and scripts: kept for good under their content's name, nothing else is served."""

from __future__ import annotations

import re

import pytest
import requests

from bot.brand import shipped_brand
from bot.channels.web.assets import BASE, shipped_assets
from tests.http.clients import Server

FOR_GOOD = "public, max-age=31536000, immutable"


def get(server: Server, path: str, **headers: str) -> requests.Response:
    return requests.get(server.url + path, headers=headers, timeout=60)


@pytest.mark.parametrize("name", ["style.css", "chat.js", "embed.js", "brand.css"])
def test_an_asset_may_be_kept_for_good(server: Server, name: str) -> None:
    path = shipped_assets().url(name)
    packed = get(server, path, **{"Accept-Encoding": "gzip"})
    plain = get(server, path, **{"Accept-Encoding": "identity"})
    assert packed.status_code == plain.status_code == 200
    assert packed.content == plain.content
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"])
    assert "Content-Encoding" not in plain.headers
    for response in (packed, plain):
        assert response.headers["Cache-Control"] == FOR_GOOD
        assert response.headers["Vary"] == "Accept-Encoding"
        kind = "css" if name.endswith(".css") else "javascript"
        assert response.headers["Content-Type"] == f"text/{kind}; charset=utf-8"
        assert "Set-Cookie" not in response.headers


def test_an_old_version_gives_the_present_content_for_a_short_time(server: Server) -> None:
    response = get(server, f"{BASE}/000000000000/style.css")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "public, max-age=300"


def test_what_the_browser_has_is_not_sent_again(server: Server) -> None:
    tag = get(server, "/embed.js").headers["ETag"]
    again = get(server, "/embed.js", **{"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_the_embed_script_stands_at_an_address_that_stays(server: Server) -> None:
    response = get(server, "/embed.js")
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.content == get(server, shipped_assets().url("embed.js")).content


def test_the_brand_is_custom_properties_only(server: Server) -> None:
    style = get(server, "/webhooks/web/brand.css").text
    assert style == shipped_brand().css
    rules = re.sub(r"--[a-z-]+: #[0-9a-f]{6};", "", style)
    assert set(re.findall(r"[^\s{}]+", rules)) == {
        ":root",
        "@media",
        "(prefers-color-scheme:",
        "dark)",
    }


@pytest.mark.parametrize(
    "path",
    [
        f"{BASE}/000000000000/demo.html",
        f"{BASE}/000000000000/nothing.js",
        f"{BASE}/000000000000/..%2fchannel.py",
        f"{BASE}/000000000000/%2e%2e/channel.py",
        f"{BASE}/style.css",
        f"{BASE}/",
        "/webhooks/web/logo",
        "/chat.js",
    ],
)
def test_nothing_else_is_served(server: Server, path: str) -> None:
    assert get(server, path).status_code == 404
