"""Requests made from docs/web-api.yml, right ones and wrong ones: the answers are as it says."""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from tests.http.clients import PROJECT, Server

CONFIG = SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False}})
API = schemathesis.openapi.from_path(PROJECT / "docs/web-api.yml", config=CONFIG)


@API.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_server_answers_as_the_document_says(case: schemathesis.Case, server: Server) -> None:
    case.call_and_validate(base_url=server.url, timeout=60)
