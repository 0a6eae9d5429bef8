"""Rasa's response generator: one class for all languages and channels, in the same process."""

from __future__ import annotations

import logging
from typing import Any

from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.content_store import shipped_guidance, shipped_handoffs, shipped_wording
from bot.keys import Key
from bot.languages import load_languages
from bot.pieces import joined, parts
from bot.rendering import Renderer
from bot.say import Choice, Say

logger = logging.getLogger(__name__)

ID_CHANNELS = frozenset({"web", "sms", "shell", "ask"})
"""Our channels take choices back by id; Rasa's own shell gets the intent to send instead."""

PAGE_CHANNEL = "web"
"""The channel with a page, which shows a message in parts."""


class LocalizedResponseGenerator(NaturalLanguageGenerator):
    """Words what an action wants said; named in endpoints.yml as ``nlg: {type: …}``.

    Content that is incomplete stops the start-up here. In front of a patient it never falls
    silent: what cannot be said becomes "we could not answer" with the phone line.
    """

    def __init__(
        self,
        endpoint_config: EndpointConfig | None = None,
        domain: Domain | None = None,
        renderer: Renderer | None = None,
    ) -> None:
        """Loads and checks all wording.

        Args:
            endpoint_config: Given by Rasa, not used.
            domain: Given by Rasa, not used: responses do not stand in the domain.
            renderer: One with another clock, for tests.
        """
        self.renderer = renderer or Renderer(
            shipped_guidance(), shipped_wording(), handoffs=shipped_handoffs()
        )

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Renders one message.

        Args:
            utter_action: The key of the wording.
            tracker: Gives the language where the action did not.
            output_channel: The channel's name.
            **kwargs: `say` as :meth:`bot.say.Say.as_json` made it.

        Returns:
            Text and buttons as Rasa's channels expect them, and under `roi` what ours add.
        """
        try:
            say = self._say(utter_action, tracker, kwargs.get("say"))
            return self.message(say, output_channel)
        except Exception as error:
            # Fail soft: the type of the fault is logged, never what the person wrote.
            logger.error("could not word %s: %s", utter_action, type(error).__name__)
            failed = Say(key=Key.SYSTEM_FAILED.value, language=self._language(tracker))
            return self.message(failed, output_channel)

    def message(self, say: Say, channel: str) -> dict[str, Any]:
        """A rendered message, the same from an action and from a channel."""
        titles = self.renderer.choice_titles(say)
        plan = self.renderer.plan(say)
        pieces = self.renderer.pieces(say, channel, plan)
        return {
            "text": joined(pieces, channel),
            "buttons": [
                {"title": title, "payload": _payload(choice, channel)}
                for title, choice in zip(titles, say.choices, strict=True)
            ],
            "roi": {
                "key": say.key,
                "language": say.language,
                "topics": list(say.topics),
                "handoff": say.handoff,
                "plan": plan,
                "question": say.question,
                "notice": self.renderer.notice(say),
                "dates": say.dates(),
                "parts": parts(pieces) if channel == PAGE_CHANNEL else None,
            },
        }

    def _say(self, key: str, tracker: DialogueStateTracker, say: Any) -> Say:
        if say is None:
            return Say(key=key, language=self._language(tracker))
        return Say.parse_obj(say)

    @staticmethod
    def _language(tracker: DialogueStateTracker) -> str:
        offered = load_languages().answered
        language = tracker.get_slot("language")
        return language if language in offered else offered[0]


def _payload(choice: Choice, channel: str) -> str:
    if channel in ID_CHANNELS:
        return choice.id
    entities = ", ".join(f'"{name}": "{value}"' for name, value in choice.entities.items())
    return f"/{choice.intent}{{{entities}}}"
