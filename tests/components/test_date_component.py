"""The Rasa component puts dates among the entities of a message."""

# Rasa carries no types of its own.
# mypy: disable-error-code="import-untyped"

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message

from bot.content_loader import ContentError
from bot.nlu import date_component
from bot.nlu.date_component import DateEntityExtractor, today_at_hospital


@pytest.fixture(autouse=True)
def _on_a_known_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(date_component, "today_at_hospital", lambda: date(2026, 11, 22))


def component(folder: Path, **config: Any) -> DateEntityExtractor:
    """The component as Rasa's graph creates it."""
    return DateEntityExtractor.create(
        {**DateEntityExtractor.get_default_config(), **config},
        LocalModelStorage(folder),
        Resource("dates"),
        ExecutionContext(GraphSchema({})),
    )


def entities(folder: Path, text: str, **data: Any) -> list[dict[str, Any]]:
    """The entities of one message after the component."""
    message = Message(data={"text": text, **data})
    assert component(folder).process([message]) == [message]
    found: list[dict[str, Any]] = message.get("entities", [])
    return found


def test_a_date_becomes_an_entity_with_its_place(tmp_path: Path) -> None:
    assert entities(tmp_path, "she died March 3rd") == [
        {
            "entity": "date",
            "value": "2026-03-03",
            "start": 9,
            "end": 18,
            "extractor": "DateEntityExtractor",
        }
    ]


def test_the_language_of_the_message_decides_the_order(tmp_path: Path) -> None:
    text = "3/4/2026"
    (english,) = entities(tmp_path, text)
    (spanish,) = entities(tmp_path, text, language={"code": "es"})
    assert (english["value"], spanish["value"]) == ("2026-03-04", "2026-04-03")


@pytest.mark.parametrize("language", [None, {}, {"code": None}])
def test_without_a_language_it_reads_english(tmp_path: Path, language: object) -> None:
    (entity,) = entities(tmp_path, "yesterday", language=language)
    assert entity["value"] == "2026-11-21"


def test_entities_of_earlier_components_stay(tmp_path: Path) -> None:
    earlier = {"entity": "item", "value": "autopsy", "start": 0, "end": 7}
    both = entities(tmp_path, "autopsy, died yesterday", entities=[earlier])
    assert [entity["entity"] for entity in both] == ["item", "date"]
    assert both[0] == earlier


def test_the_entities_are_part_of_the_output(tmp_path: Path) -> None:
    message = Message(data={"text": "yesterday"})
    component(tmp_path).process([message])
    assert "entities" in message.as_dict(only_output_properties=True)


def test_an_intent_with_a_slash_is_left_alone(tmp_path: Path) -> None:
    text = '/inform{"date": "2026-03-04"}'
    assert entities(tmp_path, text) == []
    earlier = [{"entity": "date", "value": "2026-03-04"}]
    assert entities(tmp_path, text, entities=earlier) == earlier


def test_a_message_without_text_is_left_alone(tmp_path: Path) -> None:
    message = Message(data={"intent": "greet"})
    component(tmp_path).process([message])
    assert message.get("entities") is None


def test_the_folder_is_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert entities(tmp_path, "yesterday")


def test_the_folder_can_be_chosen(tmp_path: Path) -> None:
    (tmp_path / "en.yml").write_text("language: en\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"en\.yml:1: months: field required"):
        component(tmp_path, content=str(tmp_path))


def test_a_folder_without_english_says_so(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"en\.yml:1: file: .* cannot be read"):
        component(tmp_path, content=str(tmp_path / "absent"))


def test_rasa_knows_it_as_an_entity_extractor() -> None:
    registered = DefaultV1Recipe._from_registry("DateEntityExtractor")
    assert registered.clazz is DateEntityExtractor
    assert registered.types == {DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR}
    assert registered.is_trainable is False


def test_today_is_a_date() -> None:
    assert isinstance(today_at_hospital(), date)
