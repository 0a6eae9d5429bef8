"""How text messages are configured: from the environment, or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from bot.channels.web.settings import number
from bot.paths import VAR
from bot.retention import KEEP, keep_time
from bot.server_secrets import SettingsError, server_secrets

TOKEN, URL, LIMIT = "TWILIO_AUTH_TOKEN", "ROI_SMS_URL", "ROI_SMS_LIMIT"


@dataclass(frozen=True)
class SmsSettings:
    """What the channel must know.

    Attributes:
        token: Twilio's auth token; whoever knows it can speak for any number.
        url: The webhook's public address, just as it stands in Twilio's console.
        secret: The server's own; numbers are kept only as a hash, which it guards.
        old_secrets: Former ones.
        keep: How long a conversation is kept without a message.
        per_number: Messages a minute that one number gets answers to.
    """

    token: str = field(repr=False)
    url: str
    secret: str = field(repr=False)
    old_secrets: tuple[str, ...] = field(default=(), repr=False)
    keep: timedelta = KEEP
    per_number: int = 20

    @classmethod
    def load(cls, environment: Mapping[str, str] = os.environ, var: Path = VAR) -> SmsSettings:
        """Reads TWILIO_AUTH_TOKEN, ROI_SMS_URL, ROI_SMS_LIMIT and the server's secret.

        Args:
            environment: Where the variables stand.
            var: The folder that keeps a random secret where ROI_SECRET is not set.

        Raises:
            SettingsError: A setting is missing or cannot be used.
        """
        token, url = (environment.get(name, "").strip() for name in (TOKEN, URL))
        if not token:
            raise SettingsError(
                f"text messages need {TOKEN}, the auth token of the Twilio account; set it, or "
                f"unset {URL} to go without text messages"
            )
        if not url:
            raise SettingsError(
                f"text messages need {URL}, the webhook's address as it stands in Twilio's "
                f"console (https://.../webhooks/sms/webhook); set it, or unset {TOKEN}"
            )
        secret, *old = server_secrets(environment, var)
        limit = number(environment, LIMIT, cls.per_number)
        return cls(token, _checked(url), secret, tuple(old), keep_time(environment), limit)


def is_configured(environment: Mapping[str, str] = os.environ) -> bool:
    """Does the environment hold anything of the channel's? Without it there is no channel."""
    return any(environment.get(name, "").strip() for name in (TOKEN, URL))


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(
            f"{URL} must be a whole address, such as https://example.org/webhooks/sms/webhook"
        )
    # Twilio's connection settings (#rc=2) stand in the console only; they are not signed.
    return url.partition("#")[0]
