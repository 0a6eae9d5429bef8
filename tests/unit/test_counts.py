"""What is counted of a turn comes from closed lists, whatever the turn was like."""

from __future__ import annotations

import io
import json
import logging
from dataclasses import dataclass
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from bot import counts, logs
from bot.counts import Turn, counted
from bot.keys import Key
from bot.metrics import Metrics, MetricsError, serve_metrics


@dataclass(frozen=True)
class Said:
    key: str = "topic.fees"
    topics: tuple[str, ...] = ("fees",)
    handoff: str | None = None


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> list[Turn]:
    told: list[Turn] = []
    monkeypatch.setattr(counts, "_listeners", [told.append])
    return told


@pytest.mark.parametrize(
    ("said", "recorded", "outcome", "topic", "handoff"),
    [
        (Said(), True, "answered", "fees", "none"),
        (Said(topics=()), True, "answered", "none", "none"),
        (Said(topics=("zebra",)), True, "answered", "other", "none"),
        (Said(key=Key.REPAIR_REPHRASE.value, topics=()), True, "fallback", "none", "none"),
        (Said(handoff="interpreter"), True, "handoff", "fees", "interpreter"),
        (Said(handoff="zebra"), True, "answered", "fees", "none"),
        (Said(key=Key.SYSTEM_TOO_LONG.value, topics=()), False, "refused", "none", "none"),
        (Said(key=Key.SYSTEM_FAILED.value, topics=()), False, "failed", "none", "none"),
    ],
)
def test_a_turn_is_counted_by_what_came_of_it(
    turns: list[Turn], said: Said, recorded: bool, outcome: str, topic: str, handoff: str
) -> None:
    with counted("web", "web:1") as counting:
        counting.note("en", (said,), recorded=recorded)
    (turn,) = turns
    assert (turn.outcome, turn.topic, turn.handoff) == (outcome, topic, handoff)


def test_what_is_in_no_list_becomes_other(turns: list[Turn]) -> None:
    with counted("zebra", "x:1") as counting:
        counting.note("quagga", (Said(),))
    assert (turns[0].channel, turns[0].language) == ("other", "other")


def test_a_turn_that_fails_is_counted_too(turns: list[Turn]) -> None:
    with pytest.raises(ValueError, match="zebra"), counted("web", "web:1"):
        raise ValueError("zebra")
    assert turns[0].outcome == "failed"


def test_the_readiness_check_is_not_counted(turns: list[Turn]) -> None:
    with counted("web", f"{counts.PROBE}1:en") as counting:
        counting.note("en", (Said(),))
    assert turns == []


def test_a_listener_that_fails_costs_nobody_the_answer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(turn: Turn) -> None:
        raise ValueError("zebra")

    monkeypatch.setattr(counts, "_listeners", [fail])
    with counted("web", "web:1") as counting:
        counting.note("en", (Said(),))
    assert "ValueError" in caplog.text and "zebra" not in caplog.text


def test_the_numbers_add_up_by_channel_language_and_topic() -> None:
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    metrics.turn(Turn("web", "ht", "fees", "answered", "none", 0.03))
    metrics.turn(Turn("web", "ht", "fees", "handoff", "interpreter", 0.03))
    metrics.turn(Turn("sms", "en", "none", "fallback", "none", 0.2))
    text = generate_latest(registry).decode()
    about = 'channel="web",language="ht"'
    assert f'roi_turns_total{{{about},outcome="answered",topic="fees"}} 1.0' in text
    assert f'roi_handoffs_total{{{about},to="interpreter",topic="fees"}} 1.0' in text
    assert 'roi_fallbacks_total{channel="sms",language="en",topic="none"} 1.0' in text
    assert 'roi_turn_seconds_bucket{channel="web",le="0.03"} 2.0' in text


@pytest.mark.parametrize("port", ["http", "-1", "70000"])
def test_a_port_that_is_none_is_refused_by_name(port: str) -> None:
    with pytest.raises(MetricsError, match="ROI_METRICS_PORT"):
        serve_metrics({"ROI_METRICS_PORT": port})


def test_numbers_are_served_only_where_a_port_is_set_and_on_loopback() -> None:
    assert serve_metrics({}) is None
    server = serve_metrics({"ROI_METRICS_PORT": "0"})
    assert server.server_address[0] == "127.0.0.1"
    server.shutdown()
    server.server_close()


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is logged as JSON."""
    stream = io.StringIO()
    monkeypatch.setattr(logging.getLogger(), "handlers", [logging.StreamHandler(stream)])
    logs.write_json()
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_turn_is_one_line_of_json(lines: Any) -> None:
    logs.note_request("4443c85d0ca58b8aa6cd99f10d8a9183")
    logs.log_turn(Turn("web", "en", "fees", "answered", "none", 0.0312345))
    (line,) = lines()
    assert line["request"] == "4443c85d0ca58b8aa6cd99f10d8a9183"
    assert line["turn"] == {
        "channel": "web",
        "language": "en",
        "topic": "fees",
        "outcome": "answered",
        "handoff": "none",
        "seconds": 0.0312,
    }


def test_an_exception_is_named_and_its_text_left_out(lines: Any) -> None:
    logs.note_request(None)
    try:
        raise ValueError("zebra")
    except ValueError:
        logging.getLogger("roi.test").exception("it failed")
    (line,) = lines()
    assert line["fault"] == "ValueError" and "zebra" not in json.dumps(line)
    assert "request" not in line


@pytest.mark.parametrize("forged", ["short", 'x" , "level": "info', "a" * 65, "zwei\nZeilen--"])
def test_a_number_of_a_request_that_is_none_is_not_logged(forged: str) -> None:
    logs.note_request(forged)
    assert logs.request_id.get() == ""


def test_another_form_of_logs_is_refused_by_name() -> None:
    with pytest.raises(logs.LogsError, match="ROI_LOGS"):
        logs.is_json({"ROI_LOGS": "xml"})
