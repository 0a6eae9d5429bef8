"""Its custom action, for `rasa run actions`: the English answer to the intent, looked up."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

ANSWERS: dict[str, dict[str, Any]] = json.loads(
    Path(os.environ["ROI_BENCH_ANSWERS"]).read_text(encoding="utf-8")
)


class ActionAnswer(Action):
    """Answers any intent with text and buttons."""

    def name(self) -> str:
        """As in its domain."""
        return "action_answer"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Says what is written down for the intent."""
        intent = tracker.latest_message["intent"].get("name")
        dispatcher.utter_message(**ANSWERS.get(intent, ANSWERS["out_of_scope"]))
        return []
