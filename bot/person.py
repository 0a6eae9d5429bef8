"""What is kept of one person: found, shown to them, deleted, when they ask for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered

from bot.channels.sms.answers import OPTED_OUT
from bot.channels.web.chat import ENDED
from bot.channels.web.sessions import Sessions
from bot.channels.web.settings import WebSettings
from bot.database import database_url
from bot.paths import PROJECT
from bot.state import SharedState
from bot.stores import ConversationStore

_NUMBER = re.compile(r"\+\d{7,15}")
_CONVERSATION = re.compile(r"(web|sms):[0-9a-f]{64}")
_SESSION = re.compile(r"[\w-]{43}")
_PUNCTUATION = re.compile(r"[\s().-]")


class UnknownSenderError(RuntimeError):
    """What was given names nobody; the message says what does."""


@dataclass(frozen=True)
class Deleted:
    """What has been deleted of a person.

    Attributes:
        events: How many events their conversation had.
        others: How many kept answers and pages.
        opted_out: They want no text messages; that is still known.
    """

    events: int
    others: int
    opted_out: bool


class Person:
    """Somebody's conversation, by what they can tell of it."""

    def __init__(self, given: str, store: ConversationStore, settings: WebSettings) -> None:
        """Finds out whose conversation is meant.

        Args:
            given: A phone number, a session's cookie or id, or a conversation's id.
            store: The conversations.
            settings: The server's.

        Raises:
            UnknownSenderError: It is none of these.
            bot.server_secrets.SettingsError: The database belongs to another secret.
        """
        self._store = store
        self._state: SharedState = store.shared_state(settings.secret, settings.old_secrets)
        self._settings = settings
        self._session: str | None = None
        self.conversation = self._conversation(given.strip())

    async def delete(self) -> Deleted:
        """Deletes all that is kept of them but the wish to get no text messages."""
        if self._session is not None:
            await self._state.set_flag(ENDED, self._session, keep=self._settings.keep)
        events = await self._store.delete(self.conversation)
        others = await self._state.forget(self.conversation)
        return Deleted(events, others, await self._opted_out())

    async def export(self) -> dict[str, Any]:
        """All that is kept of them: what was said, to be read, and everything as it is stored."""
        tracker = await self._store.retrieve_full_tracker(self.conversation)
        events = list(tracker.events) if tracker is not None else []
        seen = await self._store.last_seen(self.conversation)
        until = seen + self._settings.keep.total_seconds() if seen is not None else None
        return {
            "conversation": self.conversation,
            "kept_until": _time(until),
            "messages": [_message(e) for e in events if isinstance(e, (UserUttered, BotUttered))],
            "remembered": {e.key: e.value for e in events if isinstance(e, SlotSet)},
            "wants_no_text_messages": await self._opted_out(),
            # Copies of answers for messages that come twice: only who has the message opens one.
            "sealed_answers_kept_until": [
                _time(expires) for expires in await self._state.kept(self.conversation)
            ],
            "as_stored": [event.as_dict() for event in events],
        }

    async def _opted_out(self) -> bool:
        return await self._state.has_flag(OPTED_OUT, self.conversation)

    def _conversation(self, given: str) -> str:
        number = _PUNCTUATION.sub("", given)
        if _NUMBER.fullmatch(number):
            return self._state.sender("sms", number)
        if _CONVERSATION.fullmatch(given):
            return given
        settings = self._settings
        if _SESSION.fullmatch(given):
            self._session = given
        else:
            sessions = Sessions(settings.secret, settings.old_secrets, max_age=float("inf"))
            session = sessions.read(given.rpartition("=")[2] or None)
            self._session = session.id if session.state == "continued" else None
        if self._session is None:
            raise UnknownSenderError(
                "--sender takes a phone number with its country (+16175550123), a browser's "
                "cookie roi_session or the id in it, or a conversation's id (web:..., sms:...)"
            )
        return self._state.sender("web", self._session)


def open_store() -> ConversationStore:
    """The configured database, to be read without the model.

    Raises:
        bot.database.DatabaseError: It cannot be used.
    """
    return ConversationStore(Domain.from_file(str(PROJECT / "domain.yml")), database_url())


def _message(event: UserUttered | BotUttered) -> dict[str, Any]:
    speaker = "person" if isinstance(event, UserUttered) else "assistant"
    return {"time": _time(event.timestamp), "speaker": speaker, "text": event.text}


def _time(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds")
