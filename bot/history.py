"""Reads from the table of events what a turn needs of a conversation, in few statements."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import ActiveLoop, SessionStarted, SlotSet

_Event = SQLTrackerStore.SQLEvent
_COLUMNS = (_Event.id, _Event.type_name, _Event.action_name, _Event.data)
_SENDER, _FIRST, _START = sa.bindparam("sender"), sa.bindparam("first"), sa.bindparam("start")


class _Statements(NamedTuple):
    newest: Any
    start: Any
    before: Any


def recent_rows(session: Any, sender_id: str, most: int) -> list[Any]:
    """The last events of the present session, with `id` and `data`, oldest first.

    Args:
        session: SQLAlchemy's.
        sender_id: The conversation.
        most: How many; before them come what set each slot and the open form last, so that the
            events lead to the state that all of them would lead to.
    """
    newest, start_of, before = _statements(most)
    rows = session.execute(newest, {"sender": sender_id}).all()[::-1]
    at = next(
        (i for i in reversed(range(len(rows))) if rows[i].type_name == SessionStarted.type_name),
        None,
    )
    if at is not None:
        return list(rows[at:])
    if len(rows) < most:
        return list(rows)
    # Begin where a turn begins: policies compare states from one listening to the next.
    first = next((i for i, row in enumerate(rows) if row.action_name == "action_listen"), 0)
    start = session.execute(start_of, {"sender": sender_id}).scalar() or 0
    given = {"sender": sender_id, "first": rows[first].id, "start": start}
    return [*session.execute(before, given), *rows[first:]]


@lru_cache(maxsize=4)
def _statements(most: int) -> _Statements:
    """Made once: putting a statement together takes as long as running it."""
    mine = _Event.sender_id == _SENDER
    newest = sa.select(*_COLUMNS).where(mine).order_by(_Event.id.desc()).limit(most)
    latest = sa.func.max(_Event.id)
    start = sa.select(latest).where(mine, _Event.type_name == SessionStarted.type_name)
    older = sa.and_(mine, _Event.id < _FIRST, _Event.id >= _START)
    slots = sa.select(latest).where(older, _Event.type_name == SlotSet.type_name)
    loops = sa.select(latest).where(older, _Event.type_name == ActiveLoop.type_name)
    ids = sa.or_(
        _Event.id.in_(slots.group_by(_Event.action_name)),
        _Event.id.in_(loops),
        _Event.id == _START,
    )
    before = sa.select(*_COLUMNS).where(mine, ids).order_by(_Event.id)
    return _Statements(newest, start, before)
