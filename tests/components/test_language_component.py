"""The language detector inside Rasa."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException, RasaException
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.intent_classifier import languages_of
from bot.nlu.language_component import LANGUAGES, LanguageDetector

LABELLED = {
    "en": ["how do i get my records", "where is the office", "i need a copy of my bill"],
    "es": ["como consigo mi expediente", "donde queda la oficina", "necesito una copia"],
}


@pytest.fixture
def parts(tmp_path: Path) -> tuple[LocalModelStorage, Resource, ExecutionContext]:
    """What Rasa hands to every component."""
    context = ExecutionContext(GraphSchema({}), model_id="test")
    return LocalModelStorage.create(tmp_path), Resource("language"), context


def config(**settings: Any) -> dict[str, Any]:
    """The component's configuration."""
    return {**LanguageDetector.get_default_config(), **settings}


def labelled_data() -> TrainingData:
    """Examples that carry their language, nested as Rasa nests it."""
    return TrainingData(
        [
            Message({"text": text, "intent": "x", "metadata": {"intent": {"language": code}}})
            for code, texts in LABELLED.items()
            for text in texts
        ]
    )


def test_it_learns_from_the_metadata_of_the_examples(parts: Any) -> None:
    detector = LanguageDetector.create(config(data="nowhere"), *parts)
    detector.train(labelled_data())
    (message,) = detector.process([Message({"text": "necesito mi expediente"})])
    assert message.get("language")["code"] == "es"


def test_it_learns_from_the_folders_where_the_examples_have_no_language(
    parts: Any, tmp_path: Path
) -> None:
    for code, texts in LABELLED.items():
        (tmp_path / "nlu" / code).mkdir(parents=True)
        lines = "".join(f"    - {text}\n" for text in texts)
        text = f"nlu:\n- intent: x\n  examples: |\n{lines}"
        (tmp_path / "nlu" / code / "records.yml").write_text(text, encoding="utf-8")
    detector = LanguageDetector.create(config(data=str(tmp_path / "nlu")), *parts)
    detector.train(TrainingData())
    (message,) = detector.process([Message({"text": "necesito mi expediente"})])
    assert message.get("language")["code"] == "es"


def test_what_it_learnt_is_loaded_again(parts: Any) -> None:
    LanguageDetector.create(config(), *parts).train(labelled_data())
    loaded = LanguageDetector.load(config(), *parts)
    (message,) = loaded.process([Message({"text": "where do i get a copy of my bill"})])
    assert message.as_dict(only_output_properties=True)["language"] == {
        "code": "en",
        "confidence": pytest.approx(1.0, abs=0.05),
        "clear": True,
        "sentence": True,
    }


def test_commands_are_left_alone(parts: Any) -> None:
    detector = LanguageDetector.create(config(), *parts)
    detector.train(labelled_data())
    (message,) = detector.process([Message({"text": "/session_start"})])
    assert message.get("language") is None


def test_each_example_is_told_its_languages_and_is_left_alone_else(
    parts: Any, tmp_path: Path
) -> None:
    for code, lines in (("en", "- ok\n    - my bill"), ("es", "- ok\n    - mi cuenta")):
        (tmp_path / code).mkdir()
        block = f"nlu:\n- intent: affirm\n  examples: |\n    {lines}\n"
        (tmp_path / code / "some.yml").write_text(block, encoding="utf-8")
    texts = ("ok", "my bill", "mi cuenta", "of nobody")
    data = TrainingData([Message({"text": text, "intent": "affirm"}) for text in texts])
    detector = LanguageDetector.create(config(data=str(tmp_path)), *parts)
    found = detector.process_training_data(data).training_examples
    assert [example.data for example in found] == [
        {"text": text, "intent": "affirm", LANGUAGES: languages}
        for text, languages in zip(texts, (["en", "es"], ["en"], ["es"], []), strict=True)
    ]


@pytest.mark.parametrize(
    ("known", "languages"),
    [
        ({LANGUAGES: ["en", "es"]}, ("en", "es")),
        ({"language": {"code": "fr", "clear": True}, "metadata": {"spoken": "ht"}}, ("fr",)),
        ({"language": {"code": "fr", "clear": False}, "metadata": {"spoken": "ht"}}, ("fr", "ht")),
        ({"language": {"code": None}, "metadata": {"spoken": "ht"}}, ()),
        ({"language": {"code": "ht"}, "metadata": {"spoken": "ht"}}, ("ht",)),
        ({"language": {"code": None}}, ()),
        ({}, ()),
    ],
)
def test_a_message_is_judged_in_the_languages_that_it_may_be_in(
    known: dict[str, Any], languages: tuple[str, ...]
) -> None:
    assert languages_of(Message({"text": "non", **known})) == languages


def test_an_empty_folder_stops_the_training_with_advice(parts: Any, tmp_path: Path) -> None:
    detector = LanguageDetector.create(config(data=str(tmp_path / "none")), *parts)
    with pytest.raises(InvalidConfigException, match="no training utterances. Put them into"):
        detector.train(TrainingData())


def test_a_model_without_it_is_refused(parts: Any) -> None:
    with pytest.raises(RasaException, match="Train it again with `rasa train`"):
        LanguageDetector.load(config(), *parts)
