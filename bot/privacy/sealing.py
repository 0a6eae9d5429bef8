"""Seals what has to be kept for a while although it may hold a personal detail.

An answer that is kept for a message which comes twice states the date that was asked about. It is
sealed with a key made of the server's secret and of what names the answer, which stands nowhere
in the database: the database alone, and even with the secret, does not open it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken


def seal(text: str, secret: str, purpose: str) -> str:
    """Encrypts and signs a text.

    Args:
        text: What to keep.
        secret: The server's.
        purpose: What it is kept for; without it nobody opens it.
    """
    return _fernet(secret, purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, secret: str, purpose: str, max_age: int | None = None) -> str | None:
    """The text that was sealed; None if it was sealed otherwise, changed, or is too old.

    Args:
        sealed: As :func:`seal` gave it.
        secret: The server's.
        purpose: As it was sealed for.
        max_age: In seconds.
    """
    try:
        return _fernet(secret, purpose).decrypt(sealed.encode(), ttl=max_age).decode()
    except (InvalidToken, UnicodeError):
        return None


def _fernet(secret: str, purpose: str) -> Fernet:
    key = hmac.new(secret.encode(), f"roi.seal:{purpose}".encode(), hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(key))
