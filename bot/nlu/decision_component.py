"""Emergency rules and thresholds as the last part of Rasa's pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.content_store import shipped_guidance
from bot.guidance.answer import topics_by_item
from bot.language_choice import offered_form
from bot.language_names import only_a_language, requested_interpreter
from bot.languages import load_languages
from bot.nlu.chinese_component import WRITTEN, restore
from bot.nlu.decision import (
    ANSWER,
    CHANGE_LANGUAGE,
    EMERGENCY,
    INTERPRETER,
    NOT_UNDERSTOOD,
    OUT_OF_SCOPE,
    UNSUPPORTED_LANGUAGE,
    Decision,
    Thresholds,
    as_answer,
    decide,
    is_bare,
    is_bare_item,
    with_wish_named,
)
from bot.nlu.emergency_rules import EmergencyRules
from bot.nlu.entities import FIELD_ENTITIES
from bot.nlu.intent_classifier import INTENT_RANKING, can_answer
from bot.nlu.question_component import PART
from bot.nlu.several import SURE_PART, Part, Several, items_of
from bot.paths import CONTENT


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class IntentDecider(GraphComponent):
    """Replaces the most probable intent by what the assistant should act on."""

    def __init__(self, thresholds: Thresholds, sure_part: float = SURE_PART) -> None:
        """Loads the emergency rules, the topics and the offered languages."""
        self._thresholds = thresholds
        self._several = Several(shipped_guidance(), sure_part, thresholds.emergency)
        self._by_item = topics_by_item(shipped_guidance())
        self._rules = EmergencyRules.load(CONTENT / "emergency")
        self._topics = frozenset(shipped_guidance().topics) - {EMERGENCY, OUT_OF_SCOPE}
        self._wishes = frozenset(
            name for name, topic in shipped_guidance().topics.items() if topic.mode is not None
        )
        self._languages = load_languages()

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The thresholds; see :class:`bot.nlu.decision.Thresholds` for what each does."""
        thresholds = {field.name: field.default for field in fields(Thresholds)}
        # P(topic) from which a part of a message counts as a question of its own.
        return {**thresholds, "sure_part": SURE_PART}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IntentDecider:
        """Takes the thresholds from config.yml."""
        names = [field.name for field in fields(Thresholds)]
        thresholds = Thresholds(**{name: float(config[name]) for name in names})
        return cls(thresholds, float(config["sure_part"]))

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the intent to act on; the classifier's ranking stays for `:trace`.

        Returns:
            The messages without the parts that `QuestionParts` put after them.
        """
        parts_of: list[tuple[Message, list[Message]]] = []
        for message in messages:
            if message.get(PART):
                parts_of[-1][1].append(message)
            else:
                parts_of.append((message, []))
        for message, parts in parts_of:
            text = message.get(TEXT)
            if text and not text.startswith("/"):
                self._decide(message, text, parts)
                restore(message)
        return [message for message, _ in parts_of]

    def _decide(self, message: Message, text: str, parts: list[Message]) -> None:
        # Rules and names of languages are written in both scripts of Chinese.
        written = message.get(WRITTEN) or text
        kind = self._rules.detect(written)
        if kind is None and text != written:
            kind = self._rules.detect(text)
        decision = self._decision(message, kind)
        questions = self._several.topics(
            decision.intent, [self._part(part) for part in parts], can_answer(message)
        )
        intent = {"name": decision.intent, "confidence": decision.confidence}
        if questions:
            # The last may lead to the guided request, which begins after its intent.
            intent = {"name": questions[-1], "confidence": self._thresholds.sure}
        message.set(INTENT, intent, add_to_output=True)
        message.set("questions", questions, add_to_output=True)
        choices = [] if questions else list(decision.choices)
        message.set("candidates", choices, add_to_output=True)
        message.set("emergency", kind, add_to_output=True)

    def _decision(self, message: Message, emergency: str | None) -> Decision:
        if emergency is None and (decision := self._about_language(message)) is not None:
            return decision
        named = [entity.get("entity") for entity in message.get(ENTITIES) or ()]
        if emergency is None and not any(character.isalpha() for character in message.get(TEXT)):
            # "9": the classifier would find a meaning in it. A date alone answers a question.
            return Decision(ANSWER, 1.0) if "date" in named else Decision(NOT_UNDERSTOOD, 0.0)
        answers = can_answer(message)
        decision = decide(
            self._ranking(message),
            self._thresholds,
            emergency,
            self._topics,
            any(entity in FIELD_ENTITIES for entity in named),
            answers,
            self._bare_item(message),
        )
        if answers and is_bare(message.get(TEXT), _places(message)):
            return as_answer(decision, self._wishes, self._thresholds)
        return decision

    def _ranking(self, message: Message) -> Sequence[dict[str, Any]]:
        return with_wish_named(message.get(INTENT_RANKING) or [], self._item_topic(message))

    def _part(self, message: Message) -> Part:
        return Part(
            {str(entry["name"]): float(entry["confidence"]) for entry in self._ranking(message)},
            items_of(message.get(ENTITIES) or []),
        )

    def _bare_item(self, message: Message) -> str | None:
        bare = is_bare_item(message.get(TEXT), _places(message))
        return self._item_topic(message) if bare else None

    def _item_topic(self, message: Message) -> str | None:
        """The topic of the item that it names, if it names one only."""
        items = items_of(message.get(ENTITIES) or [])
        return self._by_item.get(*items) if len(items) == 1 else None

    def _about_language(self, message: Message) -> Decision | None:
        """A language named, an interpreter wanted for one, or a message in one not offered."""
        text = message.get(WRITTEN) or message.get(TEXT)
        if requested_interpreter(text, self._languages) is not None:
            return Decision(INTERPRETER, 1.0)
        if only_a_language(text, self._languages) is not None:
            return Decision(CHANGE_LANGUAGE, 1.0)
        language = message.get("language") or {}
        if language.get("clear") and self._is_not_offered(language.get("code")):
            return Decision(UNSUPPORTED_LANGUAGE, float(language.get("confidence") or 0.0))
        return None

    def _is_not_offered(self, code: str | None) -> bool:
        # Traditional Chinese counts as offered where Simplified Chinese is.
        return offered_form(code, self._languages.offered) is None


def _places(message: Message) -> list[tuple[str, int, int]]:
    """The fields that it names and where."""
    return [
        (str(entity["entity"]), int(entity["start"]), int(entity["end"]))
        for entity in message.get(ENTITIES) or ()
        if entity.get("entity") in FIELD_ENTITIES
    ]
