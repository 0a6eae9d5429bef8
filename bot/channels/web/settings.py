"""What the web chat is told by its surroundings: secret, HTTPS, who may embed it, limits."""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.paths import VAR

MIN_SECRET = 32
SECRET_FILE = "secret"

_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:\d{1,5})?|http://(localhost|127\.0\.0\.1)(:\d{1,5})?")


class SettingsError(RuntimeError):
    """A setting cannot be used; the message says which and how to mend it."""


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
    """

    secret: str = field(repr=False)
    secure: bool = False
    origins: tuple[str, ...] = ()
    proxies: int = 0
    per_session: int = 20
    per_address: int = 120
    new_per_address: int = 60
    demo: bool = False

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
        return cls(
            secret=server_secret(environment, var),
            secure=_switch(environment, "ROI_SECURE_COOKIES", "behind HTTPS"),
            origins=_origins(environment.get("ROI_ALLOWED_ORIGINS", "")),
            proxies=number(environment, "ROI_TRUSTED_PROXIES", 0, least=0),
            per_session=number(environment, "ROI_SESSION_LIMIT", cls.per_session),
            per_address=number(environment, "ROI_ADDRESS_LIMIT", cls.per_address),
            new_per_address=number(environment, "ROI_CONVERSATION_LIMIT", cls.new_per_address),
            demo=_switch(environment, "ROI_DEMO", "while developing"),
        )


def server_secret(environment: Mapping[str, str] = os.environ, var: Path = VAR) -> str:
    """The secret of this server, the same for all its channels.

    Args:
        environment: ROI_SECRET, if set.
        var: The folder that keeps a random one otherwise.

    Raises:
        SettingsError: It is too short or cannot be kept.
    """
    given = environment.get("ROI_SECRET")
    if given is not None and len(given) < MIN_SECRET:
        raise SettingsError(
            f"ROI_SECRET is too short ({len(given)} characters); set at least {MIN_SECRET} "
            "random ones, such as `openssl rand -hex 32` prints, or unset it"
        )
    return given or _kept_secret(var / SECRET_FILE)


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


def _kept_secret(path: Path) -> str:
    """The secret of this machine: made once, readable by its owner only."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _write_new(path)
        mode = stat.S_IMODE(path.stat().st_mode)
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"the secret in {path} cannot be kept ({type(error).__name__}); "
            "set ROI_SECRET, or make the folder writable"
        ) from error
    if mode & 0o077:
        raise SettingsError(f"others can read {path}; delete it, a new one will be made")
    if len(secret) < MIN_SECRET:
        raise SettingsError(f"the secret in {path} is too short; delete it")
    return secret


def _write_new(path: Path) -> None:
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
    # Unlike a rename, a link never replaces the secret that another process has just made.
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
