"""Rasa's custom actions: what to say, by key; wording, facts and rules stand elsewhere.

They run inside the assistant's process by default and unchanged under ``rasa run actions``.
"""

from actions.answer import ActionAnswerTopic, ActionEmergency
from actions.language import (
    ActionChangeLanguage,
    ActionUnsupportedLanguage,
    ActionUpdateLanguage,
)
from actions.repair import (
    ActionClarify,
    ActionNotUnderstood,
    ActionOutOfScope,
    ActionRepeat,
    ActionStartOver,
    ActionStop,
)
from actions.request import (
    ActionAskDestination,
    ActionAskItem,
    ActionAskRequester,
    ActionAskSensitivity,
    ActionAskSubject,
    ActionContinueRequest,
    ActionGoBack,
    ActionPlan,
    ActionStartRequest,
    ValidateRequestForm,
)
from actions.small_talk import ActionSmallTalk

__all__ = [
    "ActionAnswerTopic",
    "ActionAskDestination",
    "ActionAskItem",
    "ActionAskRequester",
    "ActionAskSensitivity",
    "ActionAskSubject",
    "ActionChangeLanguage",
    "ActionClarify",
    "ActionContinueRequest",
    "ActionEmergency",
    "ActionGoBack",
    "ActionNotUnderstood",
    "ActionOutOfScope",
    "ActionPlan",
    "ActionRepeat",
    "ActionSmallTalk",
    "ActionStartOver",
    "ActionStartRequest",
    "ActionStop",
    "ActionUnsupportedLanguage",
    "ActionUpdateLanguage",
    "ValidateRequestForm",
]
