"""Whatever arrives from outside is read as what it is or refused with a code, never a fault."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.sms.payloads import Incoming, Webhook
from bot.channels.web.payloads import MessageRequest, PayloadError, read_message
from bot.channels.web.sessions import Sessions
from bot.content_store import shipped_guidance
from bot.nlu.entities import load_matcher
from tests.texts import ANY

TOKEN, ADDRESS = "token-of-a-test", "https://example.org/webhooks/sms/webhook"
SECRET = "a secret of these tests that is long enough"
FORM = "application/x-www-form-urlencoded"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY, inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.dictionaries(
    st.sampled_from(["MessageSid", "From", "Body", "NumMedia", "OptOutType", "SmsStatus", "x"]),
    ANY.map(lambda text: text.encode("utf-8", "replace").decode()),
)
MATCHER = load_matcher(shipped_guidance().routes)


def outcome(read: Callable[[], Any]) -> Any:
    """What was read, or the refusal; anything else that is raised fails the test."""
    try:
        return read()
    except PayloadError as error:
        return error


def refused(found: Any) -> bool:
    return isinstance(found, PayloadError) and found.code.isidentifier() and found.status < 500


@given(st.binary(max_size=2000), st.sampled_from([FORM, "text/plain", ""]), ANY)
def test_a_text_message_that_is_not_signed_is_refused(body: bytes, kind: str, signature: str):
    assert refused(outcome(lambda: Webhook(TOKEN, ADDRESS).read(kind, body, "", signature)))


@given(FIELDS)
def test_a_signed_form_is_a_message_or_refused(fields: dict[str, str]):
    webhook = Webhook(TOKEN, ADDRESS)
    signature = webhook._validator.compute_signature(ADDRESS, fields)
    found = outcome(lambda: webhook.read(FORM, urlencode(fields).encode(), "", signature))
    if isinstance(found, Incoming):
        assert found.body == fields.get("Body", "")
    else:
        assert refused(found) and found.status != 403


@given(st.binary(max_size=2000) | JSON.map(lambda value: json.dumps(value).encode()))
def test_a_json_body_is_a_message_or_refused(body: bytes):
    found = outcome(lambda: read_message("application/json", body))
    assert isinstance(found, MessageRequest) or refused(found)


@given(ANY)
@example("\ud800")  # no text at all, as bytes of a header may become
def test_no_invented_cookie_is_a_session(cookie: str):
    assert Sessions(SECRET).read(cookie).state != "continued"


@given(st.data())
def test_no_changed_cookie_is_a_session(data: st.DataObject):
    sessions = Sessions(SECRET)
    cookie = sessions.cookie(sessions.new())
    at = data.draw(st.integers(0, len(cookie) - 1))
    letter = data.draw(st.characters(max_codepoint=0x7F))
    changed = cookie[:at] + letter + cookie[at + 1 :]
    session = sessions.read(changed)
    # The last letter of base64 has bits that mean nothing.
    assert session.state != "continued" or sessions.read(cookie).id == session.id


@given(ANY)
def test_what_is_found_in_a_text_stands_in_it_and_is_a_value(text: str):
    fields = shipped_guidance().routes.fields
    for found in MATCHER.find(text):
        spec = fields[found.field]
        assert found.value in spec.values or found.value in spec.groups
        assert 0 <= found.start < found.end <= len(text)
