"""docs/web-api.yml says what the server does: real answers fit it, and no route is missing."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any

import pytest
import requests
from jsonschema import Draft202012Validator, RefResolver
from ruamel.yaml import YAML

from bot.languages import load_languages
from tests.http.clients import PROJECT, SECRET, Programme, Server

if TYPE_CHECKING:
    from rasa.core.agent import Agent

DOCUMENT: dict[str, Any] = YAML(typ="safe").load((PROJECT / "docs/web-api.yml").read_text("utf-8"))
MESSAGES, CONVERSATION = "/webhooks/web/messages", "/webhooks/web/conversation"


def check(value: Any, schema: dict[str, Any]) -> None:
    resolver = RefResolver("", DOCUMENT)
    problems = Draft202012Validator(schema, resolver=resolver).iter_errors(value)
    assert [f"{'/'.join(map(str, p.path))}: {p.message}" for p in problems] == []


def fits(response: requests.Response, path: str, method: str) -> Any:
    """The answer's content, once it is what the document says of this status."""
    described = DOCUMENT["paths"][path][method]["responses"][str(response.status_code)]
    if "$ref" in described:
        described = DOCUMENT["components"]["responses"][described["$ref"].rpartition("/")[2]]
    media_type = response.headers["Content-Type"].partition(";")[0]
    for name, header in described.get("headers", {}).items():
        check(int(response.headers[name]), header["schema"])
    check(response.json(), described["content"][media_type]["schema"])
    return response.json()


def test_every_schema_is_one() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    references = set(re.findall(r"'\$ref': '#/components/(\w+)/(\w+)'", str(DOCUMENT)))
    assert all(name in DOCUMENT["components"][kind] for kind, name in references)


def test_the_languages_that_may_be_asked_for_are_those_offered() -> None:
    assert DOCUMENT["components"]["schemas"]["Offered"]["enum"] == list(load_languages().offered)


@pytest.mark.parametrize("language", load_languages().offered)
def test_answers_fit_in_each_language(server: Server, language: str) -> None:
    programme = Programme(server, language)
    for body in ({"text": "MyChart", "language": language}, {"text": "😀"}, {"choice": "none"}):
        response = programme.session.post(programme.url, json=body, timeout=60)
        fits(response, MESSAGES, "post")
    said = fits(programme.session.get(server.url + CONVERSATION, timeout=60), CONVERSATION, "get")
    assert said["messages"][0]["speaker"] == "person"
    gone = programme.session.delete(server.url + CONVERSATION, timeout=60)
    assert fits(gone, CONVERSATION, "delete")["language"] == language


def test_a_whole_guided_request_fits(programme: Programme) -> None:
    asked: dict[str, str] = {"text": "I need my records"}
    plans = 0
    for _ in range(8):
        response = programme.session.post(programme.url, json=asked, timeout=60)
        last = fits(response, MESSAGES, "post")["messages"][-1]
        plans += last["plan"] is not None
        if not last["choices"] or plans:
            break
        asked = {"choice": last["choices"][0]["id"]}
    assert plans == 1


def test_errors_fit(server: Server) -> None:
    seen = set()
    for options in (
        {"json": {"text": 7}},
        {"json": {"text": "a" * 20_000}},
        {"json": {"text": "hello", "language": "xx"}},
        {"json": {"text": "hello"}, "headers": {"Idempotency-Key": "short"}},
        {"json": {"text": "hello"}, "headers": {"Origin": "https://evil.example"}},
        {"data": "text=hello"},
        {"data": "{", "headers": {"Content-Type": "application/json"}},
    ):
        response = requests.post(server.url + MESSAGES, timeout=60, **options)  # type: ignore[arg-type]
        seen.add(fits(response, MESSAGES, "post")["error"]["code"])
    assert len(seen) == 7


def test_asking_too_often_fits(embedded_server: Server) -> None:
    headers = {"X-Forwarded-For": f"2001:db8:{secrets.randbelow(9999)}::1"}
    for _ in range(13):
        response = requests.post(
            embedded_server.url + MESSAGES, json={"text": "hi"}, headers=headers, timeout=60
        )
    assert response.status_code == 429
    fits(response, MESSAGES, "post")


def test_readiness_fits(server: Server) -> None:
    fits(requests.get(f"{server.url}/ready", timeout=60), "/ready", "get")


def test_the_document_names_every_route_of_the_api(agent: Agent) -> None:
    from sanic import Sanic

    from bot.channels.web import WebChannel
    from bot.channels.web.http import API
    from bot.channels.web.settings import WebSettings
    from bot.server import build_app

    app = build_app(agent, WebChannel(WebSettings(SECRET)))
    try:
        routes = {
            (f"/{route.path}", method.lower())
            for route in app.router.routes
            for method in route.methods
            if f"/{route.path}" in (*API, "/ready") and method != "HEAD"
        }
    finally:
        Sanic._app_registry.pop(app.name)
    named = {(path, method) for path, item in DOCUMENT["paths"].items() for method in item}
    assert named == routes
