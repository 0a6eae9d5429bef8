"""The key that people are hashed with in the database, kept there locked with the server's secret.

It is random and stays the same for good, so that a change of the secret changes nobody's id: an
"I want no more texts" holds for years, and secrets are to be changed more often than that. Whoever
has the database but not the secret cannot read it, nor guess phone numbers without it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

import sqlalchemy as sa
from cryptography.fernet import Fernet
from sqlalchemy.engine import Connection, Engine

from bot.database import make_tables, one_at_a_time
from bot.server_secrets import OLD_SETTING, SettingsError

_TABLE = sa.Table(
    "roi_keys",
    sa.MetaData(),
    sa.Column("secret", sa.String(64), primary_key=True),
    sa.Column("locked", sa.Text, nullable=False),
)


def data_key(engine: Engine, secrets: Sequence[str]) -> bytes:
    """The key of a database, made where there is none.

    It is locked once for each secret given; what others could open it with is removed.

    Args:
        engine: Of the database.
        secrets: The server's.

    Raises:
        SettingsError: None of the secrets opens it.
        bot.database.DatabaseError: The database cannot be used.
    """
    make_tables(engine, _TABLE.metadata)
    with one_at_a_time(engine) as connection:
        stored = {row.secret: row.locked for row in connection.execute(sa.select(_TABLE))}
        key = _opened(stored, secrets)
        _lock(connection, key, stored, secrets)
    return key


def _opened(stored: dict[str, str], secrets: Sequence[str]) -> bytes:
    if not stored:
        return Fernet.generate_key()
    for secret in secrets:
        locked = stored.get(_named(secret))
        if locked is not None:
            return _box(secret).decrypt(locked.encode())
    raise SettingsError(
        "the conversations in this database belong to another secret; add that one to "
        f"{OLD_SETTING}, or use another database"
    )


def _lock(
    connection: Connection, key: bytes, stored: dict[str, str], secrets: Sequence[str]
) -> None:
    wanted = {_named(secret): secret for secret in secrets}
    for name in stored.keys() - wanted.keys():
        connection.execute(sa.delete(_TABLE).where(_TABLE.c.secret == name))
    for name in wanted.keys() - stored.keys():
        locked = _box(wanted[name]).encrypt(key).decode()
        connection.execute(sa.insert(_TABLE).values(secret=name, locked=locked))


def _named(secret: str) -> str:
    return hmac.new(secret.encode(), b"roi.key.name", hashlib.sha256).hexdigest()


def _box(secret: str) -> Fernet:
    digest = hmac.new(secret.encode(), b"roi.key.lock", hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
