"""The SQL of conversations: reading what a turn needs, storing a turn, deleting, trimming."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import BotUttered, SessionStarted, UserUttered
from sqlalchemy.orm import Session

from bot.history import recent_rows

# Rasa replays every event of a conversation in each turn: 18 ms became 130 ms after 40 turns
# (DESIGN 3).
# What a conversation means lives in slots; policies and "say it again" look back two turns at most.
HISTORY = 40
"""Events handed back at most, about three turns, besides one for each slot and the open form."""

STORED = 3000
"""Events stored of one conversation, some 200 turns, when it has just been trimmed."""

TRIM_EVERY = 25
"""Turns after which a conversation is trimmed again."""

Event = SQLTrackerStore.SQLEvent
TABLES: sa.MetaData = Event.metadata
CONVERSATIONS = sa.Table(
    "roi_conversations",
    TABLES,
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("turn", sa.Integer, nullable=False),
    sa.Column("seen", sa.Float, nullable=False, index=True),
)
_ROW = CONVERSATIONS.c

_ONE_HOUR = 3600.0


class ConflictError(RuntimeError):
    """The conversation has gone on since it was read; saving now would mix two turns."""


def adopt_older(session: Session, now: float) -> None:
    """Lists conversations that were stored before there was a list of them.

    Args:
        session: Nobody else does the same meanwhile.
        now: Seconds since 1970.
    """
    if session.execute(sa.select(_ROW.sender_id).limit(1)).first() is None:
        last = sa.func.coalesce(sa.func.max(Event.timestamp), now)
        found = sa.select(Event.sender_id, sa.literal(1), last).group_by(Event.sender_id)
        session.execute(sa.insert(CONVERSATIONS).from_select(["sender_id", "turn", "seen"], found))


def turn_of(session: Session, sender_id: str) -> int:
    """How many turns of a conversation have been stored."""
    query = sa.select(_ROW.turn).where(_ROW.sender_id == sender_id)
    return session.execute(query).scalar() or 0


def last_seen(session: Session, sender_id: str) -> float | None:
    """When its last turn was stored, in seconds since 1970."""
    query = sa.select(_ROW.seen).where(_ROW.sender_id == sender_id)
    seen: float | None = session.execute(query).scalar()
    return seen


def recent(session: Session, sender_id: str) -> list[str]:
    """Its last events, and those older ones that its present state hangs on."""
    return [row.data for row in recent_rows(session, sender_id, HISTORY)]


def everything(session: Session, sender_id: str) -> list[str]:
    """All its events."""
    query = sa.select(Event.data).where(Event.sender_id == sender_id).order_by(Event.id)
    return list(session.execute(query).scalars())


def said(session: Session, sender_id: str, most: int) -> list[str]:
    """What was said last, and where its sessions began, oldest first."""
    kinds = (UserUttered.type_name, BotUttered.type_name, SessionStarted.type_name)
    mine = sa.and_(Event.sender_id == sender_id, Event.type_name.in_(kinds))
    newest = sa.select(Event.data).where(mine).order_by(Event.id.desc()).limit(most)
    return list(session.execute(newest).scalars())[::-1]


def store_turn(
    session: Session, sender_id: str, turn: int, now: float, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Stores one turn, if it follows those that are stored.

    Args:
        session: Committed by the caller.
        sender_id: Whose conversation.
        turn: How many turns of it had been stored when it was read.
        now: Seconds since 1970.
        rows: The new events.

    Raises:
        ConflictError: It does not.
    """
    present = {"turn": turn + 1, "seen": now}
    if turn == 0:
        try:
            new = sa.insert(CONVERSATIONS).values(sender_id=sender_id, **present)
            session.execute(new)
        except sa.exc.IntegrityError as error:
            raise ConflictError("the conversation exists already") from error
    else:
        mine = sa.and_(_ROW.sender_id == sender_id, _ROW.turn == turn)
        if session.execute(sa.update(CONVERSATIONS).where(mine).values(present)).rowcount != 1:
            raise ConflictError("the conversation has gone on, or is gone")
    session.execute(sa.insert(Event), rows)
    if (turn + 1) % TRIM_EVERY == 0:
        trim(session, sender_id)


def trim(session: Session, sender_id: str) -> None:
    """Removes old events of a conversation that goes on and on; its state stays as it is."""
    mine = _since_last_start(sender_id, session)
    cut = session.execute(
        sa.select(Event.id).where(mine).order_by(Event.id.desc()).offset(STORED - 1).limit(1)
    ).scalar()
    if cut is not None:
        kept = _state_before(session, mine, cut)
        old = sa.and_(Event.sender_id == sender_id, Event.id < cut, Event.id.not_in(kept))
        session.execute(sa.delete(Event).where(old).execution_options(synchronize_session=False))


def delete(session: Session, sender_ids: Sequence[str]) -> int:
    """Deletes conversations; gives the number of their events."""
    session.execute(sa.delete(CONVERSATIONS).where(_ROW.sender_id.in_(sender_ids)))
    gone = sa.delete(Event).where(Event.sender_id.in_(sender_ids))
    return int(session.execute(gone.execution_options(synchronize_session=False)).rowcount)


def silent_since(session: Session, moment: float, now: float, most: int) -> list[str]:
    """Conversations without a message since a moment.

    Args:
        session: Committed by the caller.
        moment: In seconds since 1970.
        now: Those that were last seen in the future, by a clock that was wrong, count as seen now.
        most: How many at most; the oldest first.
    """
    ahead = sa.update(CONVERSATIONS).where(_ROW.seen > now + _ONE_HOUR).values(seen=now)
    session.execute(ahead)
    query = sa.select(_ROW.sender_id).where(_ROW.seen <= moment).order_by(_ROW.seen).limit(most)
    # A turn that is being stored at this moment makes its conversation young again: leave it.
    return list(session.execute(query.with_for_update(skip_locked=True)).scalars())


def _since_last_start(sender_id: str, session: Session) -> Any:
    mine = Event.sender_id == sender_id
    begun = sa.and_(mine, Event.type_name == SessionStarted.type_name)
    start = session.execute(sa.select(sa.func.max(Event.id)).where(begun)).scalar()
    return mine if start is None else sa.and_(mine, Event.id >= start)


def _state_before(session: Session, mine: Any, first: int) -> list[int]:
    """The ids of older events that still count: each slot's last, the open form, the start."""
    older = sa.and_(mine, Event.id < first)
    latest = sa.select(sa.func.max(Event.id)).where(older)
    slots = latest.where(Event.type_name == "slot").group_by(Event.action_name)
    loop = latest.where(Event.type_name == "active_loop")
    start = latest.where(Event.type_name == SessionStarted.type_name)
    found = [session.execute(query).scalars().all() for query in (slots, loop, start)]
    return [number for numbers in found for number in numbers if number is not None]
