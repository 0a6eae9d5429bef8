"""What the web chat is told by its surroundings: the secret and whether it is behind HTTPS."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.paths import VAR

MIN_SECRET = 32
SECRET_FILE = "secret"


class SettingsError(RuntimeError):
    """A setting cannot be used; the message says which and how to mend it."""


@dataclass(frozen=True)
class WebSettings:
    """How the web chat signs and sends its cookies.

    Attributes:
        secret: Signs sessions and forms; whoever knows it can read any conversation.
        secure: The page is served over HTTPS, so cookies are sent over nothing else.
    """

    secret: str = field(repr=False)
    secure: bool = False

    @classmethod
    def load(cls, environment: Mapping[str, str] = os.environ, var: Path = VAR) -> WebSettings:
        """Reads ROI_SECRET and ROI_SECURE_COOKIES.

        Args:
            environment: Where the variables stand.
            var: The folder that keeps a random secret where ROI_SECRET is not set.

        Raises:
            SettingsError: A setting cannot be used.
        """
        given = environment.get("ROI_SECRET")
        if given is not None and len(given) < MIN_SECRET:
            raise SettingsError(
                f"ROI_SECRET is too short ({len(given)} characters); set at least {MIN_SECRET} "
                "random ones, such as `openssl rand -hex 32` prints, or unset it"
            )
        secure = environment.get("ROI_SECURE_COOKIES", "0")
        if secure not in ("0", "1"):
            raise SettingsError("ROI_SECURE_COOKIES must be 1 (behind HTTPS) or 0")
        return cls(given or _kept_secret(var / SECRET_FILE), secure == "1")


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
