"""The second guards: what is stored, published, logged or kept, should a detail come that far."""

from __future__ import annotations

import json
import logging
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import structlog
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.localized import day_text, locale_of
from bot.privacy.events import GuardedBroker, published, without_details
from bot.privacy.logs import PrivacyPipeline, SafeFormatter, drop_details, guard_logs
from bot.privacy.passing import passed_dates, passing
from bot.privacy.sealing import seal, unseal
from bot.say import Say
from bot.stores import ConversationStore

TOLD = "my name is Jane Roe, ssn 123-45-6789, born 03/14/1985"
DETAILS = ("Jane", "Roe", "123-45-6789", "1985")
# As under `rasa run`; tests that load the model have set our own, which writes nothing.
NOT_QUIET = structlog.make_filtering_bound_logger(logging.DEBUG)
DEATH, FROM = date(2026, 3, 3), date(2026, 4, 15)


def person(
    text: str = TOLD, entities: list[dict[str, Any]] | None = None, note: str = ""
) -> UserUttered:
    parsed = {
        "text": text,
        "intent": {"name": "inform", "confidence": 1.0},
        "entities": entities or [{"entity": "other", "value": text, "start": 0, "end": len(text)}],
        "metadata": {"note": note or text, "language": "en"},
        "message_id": "1234567890123456",
    }
    return UserUttered(
        text, parsed["intent"], parsed["entities"], parsed, metadata={"note": note or text}
    )


def everything() -> list[Event]:
    return [
        ActionExecuted("action_session_start"),
        SessionStarted(),
        SlotSet("session_started_metadata", {"note": TOLD}),
        ActionExecuted("action_listen"),
        person(),
        SlotSet("language", "en"),
        SlotSet("answered", [TOLD]),
        BotUttered(
            TOLD.replace("my name is Jane Roe, ", ""), {"elements": [{"title": DETAILS[2]}]}
        ),
        ActionExecuted("action_listen"),
    ]


def as_text(events: list[Event]) -> str:
    return json.dumps([event.as_dict() for event in events], ensure_ascii=False)


def kept(events: list[Event]) -> list[Event]:
    """As they come back from the store."""
    return [Event.from_parameters(data) for data in without_details(events)]


def test_the_store_keeps_number_order_and_kind_of_events_but_no_details() -> None:
    before = everything()
    after = kept(before)
    assert [event.type_name for event in after] == [event.type_name for event in before]
    assert [event.timestamp for event in after] == [event.timestamp for event in before]
    assert not any(detail in as_text(after) for detail in DETAILS), as_text(after)
    assert all(detail in as_text(before) for detail in DETAILS), "those given stay as they are"


def test_what_has_no_details_is_stored_as_it_is() -> None:
    events: list[Event] = [SlotSet("item", "records"), person("I need my records from 2019")]
    assert without_details(events) == [e.as_dict() for e in events]


def test_ids_are_no_numbers_of_people() -> None:
    choices = [{"id": "1234567890.1", "key": "topic_title.fees", "intent": "fees", "entities": {}}]
    slot = SlotSet("choices", choices)
    assert kept([slot])[0].value == choices
    assert kept([person()])[0].parse_data["message_id"] == "1234567890123456"


@pytest.mark.parametrize(
    ("text", "where"), [("he died yesterday", (8, 17)), ("died 3 weeks ago please", (5, 16))]
)
def test_a_date_that_was_used_is_neither_in_the_entities_nor_in_the_text(
    text: str, where: tuple[int, int]
) -> None:
    start, end = where
    entity = {"entity": "date", "value": "2026-03-03", "start": start, "end": end}
    stored = kept([person(text, [entity], "-")])[0]
    assert stored.text == text[:start] + "***" + text[end:] == stored.parse_data["text"]
    assert "2026-03-03" not in as_text([stored]) and text[start:end] not in as_text([stored])


@pytest.mark.parametrize("language", ["en", "es", "pt", "ht", "fr", "vi", "zh-Hans", "ar", "ru"])
def test_an_answer_that_states_the_date_is_stored_without_it(language: str) -> None:
    days = [day_text(day, locale_of(language)) for day in (DEATH, FROM)]
    say = Say(key="topic.autopsy", language=language, death=DEATH, requestable_from=FROM)
    roi = {"parts": [{"text": f"({days[0]}) {days[1]}"}], "dates": say.dates()}
    event = BotUttered(f"{days[0]}: {days[1]}.", {}, {"say": say.as_json(), "roi": roi})
    stored = as_text(kept([event]))
    for trace in (*days, DEATH.isoformat(), FROM.isoformat()):
        assert trace not in stored
    assert "***" in stored


def test_an_event_broker_gets_no_details() -> None:
    sent: list[dict[str, Any]] = []

    class Broker:
        address = "somewhere"

        def publish(self, event: dict[str, Any]) -> None:
            sent.append(event)

    guarded = GuardedBroker(Broker())
    for event in everything():
        guarded.publish({"sender_id": "web:1234567890", **event.as_dict()})
    assert len(sent) == len(everything()) and guarded.address == "somewhere"
    assert not any(detail in json.dumps(sent) for detail in DETAILS)
    assert {event["sender_id"] for event in sent} == {"web:1234567890"}


async def test_what_is_saved_is_redacted_whoever_saves_it(tmp_path: Path) -> None:
    store = ConversationStore(Domain.empty(), f"sqlite:///{tmp_path / 'roi.db'}")
    tracker = DialogueStateTracker.from_events("web:a", everything())
    await store.save(tracker)
    tracker.update(person())
    await store.save(tracker)
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert not any(detail.encode() in stored for detail in DETAILS)
    full = await store.retrieve_full_tracker("web:a")
    assert len(full.events) == len(everything()) + 1


async def test_a_store_that_fails_names_no_values(tmp_path: Path) -> None:
    store = ConversationStore(Domain.empty(), f"sqlite:///{tmp_path / 'roi.db'}")
    with store.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'x'); END"
        )
    with pytest.raises(Exception, match="hide") as caught:
        await store.save(DialogueStateTracker.from_events("web:a", [person("plain words")]))
    assert "plain words" not in str(caught.value)


def test_the_published_facts_of_an_answer_stay() -> None:
    text = "HIM: 617.414.4213, 850 Harrison Avenue, Boston, MA 02118. April 22, 2024."
    assert published({"event": "bot", "text": text, "data": {}, "metadata": {}})["text"] == text


# -- logs -----------------------------------------------------------------------------------------


def log_line(call: Any) -> str:
    lines: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    logger, handler = logging.getLogger("tests.privacy"), Keeping()
    handler.setFormatter(SafeFormatter("%(levelname)s %(message)s"))
    logger.addHandler(handler)
    try:
        call(logger)
    finally:
        logger.removeHandler(handler)
    return "".join(lines)


def test_a_log_line_has_no_details() -> None:
    line = log_line(lambda logger: logger.error("could not handle %s", TOLD))
    assert "could not handle" in line and not any(detail in line for detail in DETAILS)


def test_a_logged_fault_says_where_and_what_kind_but_not_its_text() -> None:
    def fail(logger: logging.Logger) -> None:
        try:
            raise ValueError("plain words that somebody wrote")
        except ValueError:
            logger.exception("a fault")

    line = log_line(fail)
    assert "ValueError" in line and "test_privacy_guards.py" in line
    assert "plain words" not in line.replace('raise ValueError("plain words', "")


def test_rasas_hook_gives_our_pipeline_and_it_redacts() -> None:
    from rasa.plugin import plugin_manager
    from rasa.utils.log_utils import _anonymizer

    before = structlog.get_config()
    try:
        structlog.configure(
            processors=[structlog.processors.JSONRenderer()], wrapper_class=NOT_QUIET
        )
        guard_logs()
        assert isinstance(plugin_manager().hook.get_anonymization_pipeline(), PrivacyPipeline)
        event = _anonymizer(None, "debug", {"event": "x", "user_text": TOLD, "slot_values": [TOLD]})
        assert not any(detail in str(event) for detail in DETAILS)
    finally:
        structlog.configure(**before)


def test_json_logs_carry_no_local_variables_and_no_details() -> None:
    before = structlog.get_config()
    try:
        structlog.configure(
            processors=[
                structlog.processors.dict_tracebacks,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            logger_factory=structlog.stdlib.LoggerFactory(),
            wrapper_class=NOT_QUIET,
        )
        guard_logs()
        guard_logs()
        assert structlog.get_config()["processors"].count(drop_details) == 1
        values = {"person": TOLD}

        def fail(_: logging.Logger) -> None:
            try:
                raise ValueError(values["person"])
            except ValueError:
                structlog.get_logger("tests.privacy").error("failed", text=TOLD, exc_info=True)

        line = log_line(fail)
        assert "failed" in line and "ValueError" in line and "locals" not in line
        assert not any(detail in line for detail in DETAILS)
    finally:
        structlog.configure(**before)


# -- dates beside the message, and sealed answers ------------------------------------------------


def test_dates_are_passed_within_a_turn_only() -> None:
    with passing(("March 3rd 2026",)):
        assert passed_dates() == ("March 3rd 2026",)
    assert passed_dates() == ()


def test_a_sealed_text_opens_for_the_same_secret_and_purpose_only() -> None:
    sealed = seal("March 3, 2026", "a secret", "once:a:b")
    assert "March" not in sealed
    assert unseal(sealed, "a secret", "once:a:b") == "March 3, 2026"
    for secret, purpose in (("another", "once:a:b"), ("a secret", "once:a:c")):
        assert unseal(sealed, secret, purpose) is None
    assert unseal(sealed[:-2] + "AA", "a secret", "once:a:b") is None
    assert unseal("", "a secret", "once:a:b") is None and unseal("ü", "a secret", "x") is None
