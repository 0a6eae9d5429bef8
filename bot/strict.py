"""Takes away what Rasa falls back to in silence where a store fails or is another than ours."""

from __future__ import annotations

from datetime import timedelta

from rasa.core.agent import Agent
from rasa.shared.core.domain import SessionConfig

from bot.stores import ConversationStore, store_of


def without_fallbacks(agent: Agent) -> ConversationStore:
    """Makes faults of the store show.

    Rasa puts a store around ours that says "there is no conversation" where one cannot be read,
    so that the person starts again from nothing, and saves to memory what cannot be stored.

    Args:
        agent: The loaded assistant.

    Returns:
        The store.

    Raises:
        TypeError: It is none of ours: endpoints.yml names another, or misspells ours, of which
            Rasa makes one in memory.
    """
    store = store_of(agent)
    agent.tracker_store = store
    if agent.processor is not None:
        agent.processor.tracker_store = store
    return store


def sessions_end_after(agent: Agent, keep: timedelta) -> None:
    """Begins anew when somebody comes back to a conversation that is over but not deleted yet.

    Args:
        agent: The loaded assistant.
        keep: How long conversations are kept.
    """
    if agent.domain is not None:
        agent.domain.session_config = SessionConfig(keep.total_seconds() / 60, False)
