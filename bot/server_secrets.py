"""The server's secrets: from the environment or a file, refused when weak, changed without loss."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from bot.paths import VAR

SETTING, FILE_SETTING, OLD_SETTING = "ROI_SECRET", "ROI_SECRET_FILE", "ROI_SECRET_OLD"
SECRET_FILE = "secret"
MIN_LENGTH = 32

_MIN_DIFFERENT = 8
_MIN_UNIT = 16
_PLACEHOLDERS = (
    "changeme", "changethis", "replaceme", "yoursecret", "placeholder", "example", "insecure",
    "password", "notasecret", "mysecret", "supersecret", "qwerty", "letmein", "lorem",
)  # fmt: skip
_RANDOM = "set a random one, such as `openssl rand -hex 32` prints"


class SettingsError(RuntimeError):
    """A setting cannot be used; the message says which and how to mend it."""


def server_secrets(environment: Mapping[str, str] = os.environ, var: Path = VAR) -> tuple[str, ...]:
    """The secrets of this server, the same for all its channels: the first signs, all verify.

    Args:
        environment: ROI_SECRET, or ROI_SECRET_FILE with one a line; ROI_SECRET_OLD, former ones.
        var: The folder that keeps a random one where none is set. It goes on verifying after one
            is set, so that a machine that gets a secret of its own loses no session.

    Raises:
        SettingsError: One is weak, or cannot be read or kept.
    """
    given, file = environment.get(SETTING), environment.get(FILE_SETTING)
    if given is not None and file is not None:
        raise SettingsError(f"set {SETTING} or {FILE_SETTING}, not both")
    found: list[tuple[str, str]] = []
    if given is not None:
        found.append((SETTING, given))
    elif file is not None:
        found += [(FILE_SETTING, line) for line in _lines(Path(file))]
    old = environment.get(OLD_SETTING, "").replace(",", " ").split()
    kept = var / SECRET_FILE
    if not found or kept.exists():
        old.append(_kept_secret(kept))
    found += [(OLD_SETTING, each) for each in old]
    for name, secret in found:
        _refuse_weak(name, secret)
    return tuple(dict.fromkeys(secret for _, secret in found))


def _refuse_weak(name: str, secret: str) -> None:
    """Refuses what can be guessed; the message does not give it away."""
    if len(secret) < MIN_LENGTH:
        raise SettingsError(
            f"{name} is too short ({len(secret)} characters, at least {MIN_LENGTH} are needed); "
            f"{_RANDOM}"
        )
    letters = "".join(c for c in secret.lower() if c.isalnum())
    if any(word in letters for word in _PLACEHOLDERS):
        raise SettingsError(f"{name} looks like a placeholder from a document; {_RANDOM}")
    steps = [abs(ord(b) - ord(a)) for a, b in pairwise(secret)]
    in_a_row = sum(step <= 1 for step in steps) > len(steps) / 2  # 1234..., aaaa...
    if len(set(secret)) < _MIN_DIFFERENT or in_a_row or _unit(secret) < _MIN_UNIT:
        raise SettingsError(f"{name} can be guessed: it repeats itself; {_RANDOM}")


def _unit(text: str) -> int:
    """The length of the shortest text that gives this one when repeated."""
    return (text + text).index(text, 1)


def _lines(path: Path) -> list[str]:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        lines = path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{FILE_SETTING}: {path} cannot be read ({type(error).__name__}); "
            "check the path and that this user may read it"
        ) from error
    # Docker and Kubernetes show secrets to every user of their container, so reading is allowed.
    if mode & 0o022:
        raise SettingsError(f"{FILE_SETTING}: others can write to {path}; chmod go-w it")
    if not lines:
        raise SettingsError(f"{FILE_SETTING}: {path} is empty; write the secret on its first line")
    return lines


def _kept_secret(path: Path) -> str:
    """The secret of this machine: made once, readable by its owner only."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _write_new(path)
        mode = stat.S_IMODE(path.stat().st_mode)
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"the secret in {path} cannot be kept ({type(error).__name__}); "
            f"set {SETTING}, or make the folder writable"
        ) from error
    if mode & 0o077:
        raise SettingsError(f"others can read {path}; delete it, a new one will be made")
    if len(secret) < MIN_LENGTH:
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
