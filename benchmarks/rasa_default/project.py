"""Writes the project: Rasa's recommended pipeline on our sentences, a rule and stories an intent.

Where it could be made slower or faster by choice, it is made faster: conversations in memory, one
action a turn that looks its text up, no languages to tell apart, no guided request.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from benchmarks.sample import SEED, Cells, write_nlu
from bot.content_store import shipped_guidance, shipped_wording
from bot.nlg import LocalizedResponseGenerator
from bot.say import Choice, Say

_STORIES, _EXCHANGES = 15, 3
_FIELDS = ("item", "subject", "destination", "sensitivity", "requester")


def config(epochs: int, policy_epochs: int) -> dict[str, Any]:
    """The configuration that `rasa init` writes, with these epochs where it says 100."""
    learned = {"epochs": epochs, "constrain_similarities": True}
    return {
        "recipe": "default.v1",
        "assistant_id": "rasa-default",
        "language": "en",
        "pipeline": [
            {"name": "WhitespaceTokenizer"},
            {"name": "RegexFeaturizer"},
            {"name": "LexicalSyntacticFeaturizer"},
            {"name": "CountVectorsFeaturizer"},
            {
                "name": "CountVectorsFeaturizer",
                "analyzer": "char_wb",
                "min_ngram": 1,
                "max_ngram": 4,
            },
            {"name": "DIETClassifier", **learned},
            {"name": "EntitySynonymMapper"},
            {"name": "ResponseSelector", **learned},
            {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
        ],
        "policies": [
            {"name": "MemoizationPolicy"},
            {"name": "RulePolicy"},
            {"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": policy_epochs},
            {
                "name": "TEDPolicy",
                "max_history": 5,
                "epochs": policy_epochs,
                "constrain_similarities": True,
            },
        ],
    }


def write_project(folder: Path, cells: Cells, configuration: dict[str, Any]) -> None:
    """Writes everything that `rasa train`, `rasa run` and `rasa run actions` need."""
    intents = sorted({intent for _, intent in cells})
    write_nlu(cells, folder / "data" / "nlu")
    _dump(folder / "config.yml", configuration)
    _dump(folder / "domain.yml", _domain(intents))
    _dump(folder / "data" / "rules.yml", _rules(intents))
    _dump(folder / "data" / "stories.yml", _stories(intents))
    _dump(folder / "credentials.yml", {"rest": None})
    answers = json.dumps(_answers(intents), ensure_ascii=False)
    (folder / "answers.json").write_text(answers, encoding="utf-8")


def write_endpoints(folder: Path, actions_port: int) -> None:
    """Says where the action server is."""
    url = f"http://127.0.0.1:{actions_port}/webhook"
    _dump(folder / "endpoints.yml", {"action_endpoint": {"url": url}})


def _domain(intents: list[str]) -> dict[str, Any]:
    return {
        "version": "3.1",
        "intents": [*intents, "nlu_fallback"],
        "entities": list(_FIELDS),
        "slots": {
            field: {
                "type": "text",
                "influence_conversation": False,
                "mappings": [{"type": "from_entity", "entity": field}],
            }
            for field in _FIELDS
        },
        "actions": ["action_answer"],
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
    }


def _rules(intents: list[str]) -> dict[str, Any]:
    rules = [
        {"rule": name, "steps": [{"intent": name}, {"action": "action_answer"}]}
        for name in (*intents, "nlu_fallback")
    ]
    return {"version": "3.1", "rules": rules}


def _stories(intents: list[str]) -> dict[str, Any]:
    """Conversations of some exchanges, for the policies that learn from stories."""
    chance = random.Random(SEED)
    stories = []
    for number in range(_STORIES):
        steps: list[dict[str, str]] = []
        for intent in chance.sample(intents, _EXCHANGES):
            steps += [{"intent": intent}, {"action": "action_answer"}]
        stories.append({"story": f"conversation {number}", "steps": steps})
    return {"version": "3.1", "stories": stories}


def _answers(intents: list[str]) -> dict[str, Any]:
    """Our English answers, with as many buttons as ours have."""
    generator = LocalizedResponseGenerator()
    wording = shipped_wording()
    choices = tuple(
        Choice(id=str(number), key=f"topic_title.{topic}", intent=topic)
        for number, topic in enumerate(list(shipped_guidance().topics)[:3], start=1)
    )
    found: dict[str, Any] = {}
    for intent in intents:
        key = f"topic.{intent}" if wording.has(f"topic.{intent}") else "topic.out_of_scope"
        message = generator.message(Say(key=key, language="en", choices=choices), "web")
        found[intent] = {"text": message["text"], "buttons": message["buttons"]}
    return found


def _dump(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(content, file)
