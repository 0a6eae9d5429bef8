"""One text message on its way through the channel, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass

from rasa.core.agent import Agent

from bot.channels.sms.payloads import Incoming
from bot.channels.sms.words import Command
from bot.languages import load_languages
from bot.state import SharedState
from bot.stores import ConversationStore, store_of

CHANNEL = "sms"


@dataclass
class TextMessage:
    """A message being answered.

    Attributes:
        agent: The assistant.
        state: What workers share.
        sender: Whose it is, as a hash.
        incoming: What arrived.
        command: What it means before anything else, if it does.
        hint: The language of the number's country, if that tells.
        is_late: Twilio has been given another answer meanwhile.
    """

    agent: Agent
    state: SharedState
    sender: str
    incoming: Incoming
    command: Command | None
    hint: str | None
    is_late: bool = False

    @property
    def id(self) -> str:
        """The message's name in its conversation."""
        return self.state.message_id(self.sender, self.incoming.sid)

    @property
    def likely_language(self) -> str:
        """The language to speak before anything else tells: the country's, else the first."""
        offered = load_languages().offered
        return self.hint if self.hint in offered else offered[0]

    @property
    def store(self) -> ConversationStore:
        """Where the conversation is kept."""
        return store_of(self.agent)
