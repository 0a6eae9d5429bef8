"""What the web chat is told by its surroundings: secret, HTTPS, who may embed it, limits."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bot.paths import VAR
from bot.retention import KEEP, keep_time
from bot.server_secrets import SettingsError, server_secrets

_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:\d{1,5})?|http://(localhost|127\.0\.0\.1)(:\d{1,5})?")


@dataclass(frozen=True)
class WebSettings:
    """How the web chat signs and sends its cookies.

    Attributes:
        secret: Signs sessions and forms; whoever knows it can read any conversation.
        secure: The page is served over HTTPS, so cookies are sent over nothing else.
        origins: The sites that may embed the chat and use its messages.
        proxies: How many proxies of ours stand in front, each adding to `X-Forwarded-For`.
        per_session: Messages a minute in one session.
        per_address: Messages a minute from one network address, which many people may share.
        new_per_address: Conversations a minute that may begin from one network address.
        demo: Serve the page that shows the embedded chat; for development.
        old_secrets: Former ones; what was signed with them still counts.
        keep: How long a conversation holds without a message.
    """

    secret: str = field(repr=False)
    secure: bool = False
    origins: tuple[str, ...] = ()
    proxies: int = 0
    per_session: int = 20
    per_address: int = 120
    new_per_address: int = 60
    demo: bool = False
    old_secrets: tuple[str, ...] = field(default=(), repr=False)
    keep: timedelta = KEEP

    @property
    def embedded(self) -> bool:
        """May another site show the chat, so that its cookie must travel there too?"""
        return self.secure and bool(self.origins)

    @classmethod
    def load(cls, environment: Mapping[str, str] = os.environ, var: Path = VAR) -> WebSettings:
        """Reads the environment; docs/web-chat.md describes each variable.

        Args:
            environment: Where the variables stand.
            var: The folder that keeps a random secret where ROI_SECRET is not set.

        Raises:
            SettingsError: A setting cannot be used.
        """
        secret, *old = server_secrets(environment, var)
        return cls(
            secret=secret,
            old_secrets=tuple(old),
            secure=_switch(environment, "ROI_SECURE_COOKIES", "behind HTTPS"),
            origins=_origins(environment.get("ROI_ALLOWED_ORIGINS", "")),
            proxies=number(environment, "ROI_TRUSTED_PROXIES", 0, least=0),
            per_session=number(environment, "ROI_SESSION_LIMIT", cls.per_session),
            per_address=number(environment, "ROI_ADDRESS_LIMIT", cls.per_address),
            new_per_address=number(environment, "ROI_CONVERSATION_LIMIT", cls.new_per_address),
            demo=_switch(environment, "ROI_DEMO", "while developing"),
            keep=keep_time(environment),
        )


def _switch(environment: Mapping[str, str], name: str, when: str) -> bool:
    value = environment.get(name) or "0"
    if value not in ("0", "1"):
        raise SettingsError(f"{name} must be 1 ({when}) or 0")
    return value == "1"


def number(environment: Mapping[str, str], name: str, default: int, least: int = 1) -> int:
    """A whole number from the environment.

    Raises:
        SettingsError: It is none, or too small.
    """
    value = environment.get(name) or str(default)
    if not (value.isascii() and value.isdigit() and least <= int(value) <= 1_000_000):
        raise SettingsError(f"{name} must be a whole number from {least} on, not `{value}`")
    return int(value)


def _origins(listed: str) -> tuple[str, ...]:
    origins = tuple(dict.fromkeys(listed.lower().replace(",", " ").split()))
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise SettingsError(
                f"ROI_ALLOWED_ORIGINS: `{origin}` is no origin; write https:// and the host, "
                "such as https://www.example.org, without a path or *"
            )
    return origins
