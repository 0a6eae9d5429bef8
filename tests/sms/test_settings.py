"""The channel is on, off, or says what it lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.channels.sms.settings import SmsSettings, is_configured
from bot.channels.web.settings import SettingsError
from tests.http.clients import SECRET, start

TOKEN = {"TWILIO_AUTH_TOKEN": "t" * 32}
URL = {"ROI_SMS_URL": "https://example.org:8443/webhooks/sms/webhook?a=b"}


def test_without_either_variable_there_is_no_channel():
    assert not is_configured({}) and not is_configured({"TWILIO_AUTH_TOKEN": " "})
    assert is_configured(TOKEN) and is_configured(URL)


@pytest.mark.parametrize(("given", "missing"), [(TOKEN, "ROI_SMS_URL"), (URL, "TWILIO_AUTH_TOKEN")])
def test_half_a_configuration_says_what_is_missing(tmp_path, given, missing):
    with pytest.raises(SettingsError, match=f"text messages need {missing}"):
        SmsSettings.load(given, tmp_path)


@pytest.mark.parametrize("url", ["example.org/sms", "ftp://example.org", "https://", "https://[x"])
def test_half_an_address_is_refused(tmp_path, url):
    with pytest.raises(SettingsError, match="must be a whole address"):
        SmsSettings.load({**TOKEN, "ROI_SMS_URL": url}, tmp_path)


@pytest.mark.parametrize("limit", ["0", "-1", "many", "1.5"])
def test_a_limit_that_is_none_is_refused(tmp_path, limit):
    with pytest.raises(SettingsError, match="ROI_SMS_LIMIT must be a whole number from 1 on"):
        SmsSettings.load({**TOKEN, **URL, "ROI_SMS_LIMIT": limit}, tmp_path)


def test_secrets_are_not_shown_and_connection_settings_are_not_signed(tmp_path):
    given = {**TOKEN, "ROI_SMS_URL": URL["ROI_SMS_URL"] + "#rc=2", "ROI_SECRET": SECRET}
    settings = SmsSettings.load(given, tmp_path)
    assert settings.url == URL["ROI_SMS_URL"]
    assert TOKEN["TWILIO_AUTH_TOKEN"] not in repr(settings) and SECRET not in repr(settings)


def test_the_server_does_not_start_with_half_a_configuration(tmp_path: Path):
    process = start(tmp_path, "--port", "0", **TOKEN)
    output, _ = process.communicate(timeout=240)
    assert process.returncode == 1
    assert output.startswith("roi serve: text messages need ROI_SMS_URL")


def test_the_id_of_a_conversation_does_not_tell_the_number():
    from bot.state import SharedState

    one, other = (SharedState("sqlite://", secret * 32) for secret in "ab")
    sender = one.sender("sms", "+16175550123")
    assert sender == one.sender("sms", "+16175550123")
    assert sender not in (other.sender("sms", "+16175550123"), one.sender("sms", "+16175550124"))
    assert sender.startswith("sms:") and len(sender) == 68
    one.close(), other.close()
