"""The SQL of conversations: reading what a turn needs, storing a turn, deleting, trimming."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import BotUttered, SessionStarted, UserUttered
from sqlalchemy.engine import Connection

from bot.history import NOTHING, Stored, StoredEvent, kept, state_of
from bot.prepared import Prepared

STORED = 3000
"""Events stored of one conversation, some 300 turns, when it has just been trimmed."""

TRIM_EVERY = 25
"""Turns after which a conversation is trimmed again."""

_EVENTS = SQLTrackerStore.SQLEvent.__table__
TABLES: sa.MetaData = _EVENTS.metadata
_EVENT = _EVENTS.c
CONVERSATIONS = sa.Table(
    "roi_conversations",
    TABLES,
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("turn", sa.Integer, nullable=False),
    sa.Column("seen", sa.Float, nullable=False, index=True),
    # What a turn needs, in one row: finding it among all events took longer with each turn.
    sa.Column("recent", sa.Text),
)
_ROW = CONVERSATIONS.c
_SENDER = sa.bindparam("sender")
_COLUMNS = ("sender_id", "type_name", "timestamp", "intent_name", "action_name", "data")

_ONE_HOUR = 3600.0

_FIND_TURN = Prepared(sa.select(_ROW.turn).where(_ROW.sender_id == _SENDER))
_FIND_RECENT = Prepared(sa.select(_ROW.turn, _ROW.recent).where(_ROW.sender_id == _SENDER))
_NEXT_TURN = Prepared(
    sa.update(CONVERSATIONS)
    .where(_ROW.sender_id == _SENDER, _ROW.turn == sa.bindparam("before"))
    .values({name: sa.bindparam(name) for name in ("turn", "seen", "recent")})
)


class ConflictError(RuntimeError):
    """The conversation has gone on since it was read; saving now would mix two turns."""


def add_columns(connection: Connection) -> None:
    """Adds the columns that a database of an older version lacks."""
    known = {column["name"] for column in sa.inspect(connection).get_columns(CONVERSATIONS.name)}
    if _ROW.recent.name not in known:
        if connection.dialect.name == "postgresql":
            # Whoever waits for the table holds up all who come after: others are being answered.
            connection.execute(sa.text("SET LOCAL lock_timeout = '500ms'"))
        added = sa.schema.CreateColumn(_ROW.recent).compile(dialect=connection.dialect)
        connection.execute(sa.text(f"ALTER TABLE {CONVERSATIONS.name} ADD COLUMN {added}"))


def adopt_older(connection: Connection, now: float) -> None:
    """Lists conversations that were stored before there was a list of them.

    Args:
        connection: Nobody else does the same meanwhile.
        now: Seconds since 1970.
    """
    if connection.execute(sa.select(_ROW.sender_id).limit(1)).first() is None:
        last = sa.func.coalesce(sa.func.max(_EVENT.timestamp), now)
        found = sa.select(_EVENT.sender_id, sa.literal(1), last).group_by(_EVENT.sender_id)
        columns = ["sender_id", "turn", "seen"]
        connection.execute(sa.insert(CONVERSATIONS).from_select(columns, found))


def last_seen(connection: Connection, sender_id: str) -> float | None:
    """When its last turn was stored, in seconds since 1970."""
    query = sa.select(_ROW.seen).where(_ROW.sender_id == sender_id)
    seen: float | None = connection.execute(query).scalar()
    return seen


def recent(connection: Connection, sender_id: str) -> tuple[Stored, list[StoredEvent]]:
    """Its last events, and those older ones that its present state hangs on."""
    found = _FIND_RECENT(connection, sender=sender_id).first()
    if found is None:
        return NOTHING, []
    read = Stored.read(found.turn, found.recent or "")
    if read is None:
        # Stored by another version, as may be while workers are replaced.
        stored, _ = everything(connection, sender_id)
        return stored, [json.loads(event["data"]) for event in stored.kept]
    return read


def everything(connection: Connection, sender_id: str) -> tuple[Stored, list[StoredEvent]]:
    """All its events."""
    # First the turn: one that is stored in between then ends in a conflict, not in a mix.
    turn = _FIND_TURN(connection, sender=sender_id).scalar() or 0
    query = sa.select(_EVENT.data).where(_EVENT.sender_id == sender_id).order_by(_EVENT.id)
    events = [json.loads(data) for data in connection.execute(query).scalars()]
    return Stored.after(turn, [kept(event) for event in events]), events


def said(connection: Connection, sender_id: str, most: int) -> list[str]:
    """What was said last, and where its sessions began, oldest first."""
    kinds = (UserUttered.type_name, BotUttered.type_name, SessionStarted.type_name)
    mine = sa.and_(_EVENT.sender_id == sender_id, _EVENT.type_name.in_(kinds))
    newest = sa.select(_EVENT.data).where(mine).order_by(_EVENT.id.desc()).limit(most)
    return list(connection.execute(newest).scalars())[::-1]


def store_turn(
    connection: Connection,
    sender_id: str,
    before: Stored,
    now: float,
    events: Sequence[StoredEvent],
) -> Stored:
    """Stores one turn, if it follows those that are stored.

    Args:
        connection: Committed by the caller.
        sender_id: Whose conversation.
        before: What was stored of it when it was read.
        now: Seconds since 1970.
        events: The new ones.

    Returns:
        What there is to read of it now.

    Raises:
        ConflictError: It does not.
    """
    rows = [_row(sender_id, event) for event in events]
    new = [kept(event, row["data"]) for event, row in zip(events, rows, strict=True)]
    after = Stored.after(before.turn + 1, [*before.kept, *new])
    present = {"turn": after.turn, "seen": now, "recent": after.text}
    if before.turn == 0:
        try:
            connection.execute(sa.insert(CONVERSATIONS).values(sender_id=sender_id, **present))
        except sa.exc.IntegrityError as error:
            raise ConflictError("the conversation exists already") from error
    elif _NEXT_TURN(connection, sender=sender_id, before=before.turn, **present).rowcount != 1:
        raise ConflictError("the conversation has gone on, or is gone")
    numbered = {f"{name}_{at}": value for at, row in enumerate(rows) for name, value in row.items()}
    _insert(len(rows))(connection, **numbered)
    if after.turn % TRIM_EVERY == 0:
        trim(connection, sender_id)
    return after


def _row(sender_id: str, event: StoredEvent) -> dict[str, Any]:
    """An event as Rasa's table has it."""
    return {
        "sender_id": sender_id,
        "type_name": event["event"],
        "timestamp": event.get("timestamp"),
        "intent_name": event.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": event.get("name"),
        "data": json.dumps(event),
    }


@lru_cache(maxsize=64)
def _insert(number: int) -> Prepared:
    """Inserts so many events with one statement, one visit to the database."""
    rows = [{name: sa.bindparam(f"{name}_{at}") for name in _COLUMNS} for at in range(number)]
    return Prepared(sa.insert(_EVENTS).values(rows))


def trim(connection: Connection, sender_id: str) -> None:
    """Removes old events of a conversation that goes on and on; its state stays as it is."""
    mine = _since_last_start(sender_id, connection)
    cut = connection.execute(
        sa.select(_EVENT.id).where(mine).order_by(_EVENT.id.desc()).offset(STORED - 1).limit(1)
    ).scalar()
    if cut is not None:
        named = (_EVENT.id, _EVENT.type_name.label("event"), _EVENT.action_name.label("name"))
        older = sa.select(*named).where(mine, _EVENT.id < cut).order_by(_EVENT.id)
        state = state_of([dict(row) for row in connection.execute(older).mappings()])
        over = sa.and_(_EVENT.sender_id == sender_id, _EVENT.id < cut)
        old = sa.and_(over, _EVENT.id.not_in([event["id"] for event in state]))
        connection.execute(sa.delete(_EVENTS).where(old))


def delete(connection: Connection, sender_ids: Sequence[str]) -> int:
    """Deletes conversations; gives the number of their events."""
    connection.execute(sa.delete(CONVERSATIONS).where(_ROW.sender_id.in_(sender_ids)))
    gone = sa.delete(_EVENTS).where(_EVENT.sender_id.in_(sender_ids))
    return int(connection.execute(gone).rowcount)


def silent_since(connection: Connection, moment: float, now: float, most: int) -> list[str]:
    """Conversations without a message since a moment.

    Args:
        connection: Committed by the caller.
        moment: In seconds since 1970.
        now: Those that were last seen in the future, by a clock that was wrong, count as seen now.
        most: How many at most; the oldest first.
    """
    ahead = sa.update(CONVERSATIONS).where(_ROW.seen > now + _ONE_HOUR).values(seen=now)
    connection.execute(ahead)
    query = sa.select(_ROW.sender_id).where(_ROW.seen <= moment).order_by(_ROW.seen).limit(most)
    # A turn that is being stored at this moment makes its conversation young again: leave it.
    return list(connection.execute(query.with_for_update(skip_locked=True)).scalars())


def _since_last_start(sender_id: str, connection: Connection) -> Any:
    mine = _EVENT.sender_id == sender_id
    begun = sa.and_(mine, _EVENT.type_name == SessionStarted.type_name)
    start = connection.execute(sa.select(sa.func.max(_EVENT.id)).where(begun)).scalar()
    return mine if start is None else sa.and_(mine, _EVENT.id >= start)
