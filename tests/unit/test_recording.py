from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.observed import Observed
from bot.recording import Recorded, SaveError, save
from bot.scenario import load_scenario
from bot.trace import trace


def observed(**changes: Any) -> Observed:
    values: dict[str, Any] = {
        "keys": ("question.subject",),
        "remarks": ("request.corrected",),
        "topics": (),
        "question": "subject",
        "choices": (("a1", "choice.subject.self"), ("b2", "choice.subject.child")),
        "plan": None,
        "handoff": None,
        "language": "es",
        "understood": {
            "text": "la factura",
            "intent": {"name": "inform", "confidence": 0.9},
            "intent_ranking": [
                {"name": "inform", "confidence": 0.9},
                {"name": "itemized_bill", "confidence": 0.08},
            ],
            "entities": [{"entity": "item", "value": "bill", "start": 3, "end": 10}],
            "language": {"code": "es", "confidence": 0.97, "clear": True, "sentence": False},
        },
        "slots": {"item": "bill"},
        "text": "¿De quién es?",
    }
    return Observed(**{**values, **changes})


TURNS = [
    Recorded({"say": "la factura: 100 %"}, observed()),
    Recorded({"number": "choice.subject.child"}, observed(question=None, choices=())),
    Recorded({"language": "en"}, observed(language="en")),
]


def test_a_saved_conversation_can_be_read_as_a_test(tmp_path: Path) -> None:
    path = save(TURNS, "the_bill", "corrections", "sms", folder=tmp_path)
    assert path == tmp_path / "corrections" / "the_bill.yml"
    scenario = load_scenario(path, ("en", "es", "pt"))
    assert scenario.languages == ("es",)
    assert scenario.channel == "sms"
    first, second, third = scenario.steps
    assert first.text("es") == "la factura: 100 %"
    assert first.expect.question == "subject"
    assert first.expect.choices == ("choice.subject.self", "choice.subject.child")
    assert first.expect.slots["item"] == "bill"
    assert second.number == "choice.subject.child"
    assert second.expect.looks_at("question")
    assert second.expect.question is None
    assert third.language == third.expect.language == "en"


def test_an_existing_file_is_never_written_over(tmp_path: Path) -> None:
    path = save(TURNS, "the_bill", "corrections", "web", folder=tmp_path)
    before = path.read_text(encoding="utf-8")
    with pytest.raises(SaveError, match="exists already"):
        save(TURNS[:1], "the_bill.yml", "corrections", "web", folder=tmp_path)
    assert path.read_text(encoding="utf-8") == before


@pytest.mark.parametrize("name", ["../out", "/etc/x", "a/b", "..", "", ".yml", "A b", "x" * 90])
def test_a_name_that_is_a_path_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(SaveError, match="a name has"):
        save(TURNS, name, "corrections", "web", folder=tmp_path)
    assert not list(tmp_path.rglob("*"))


def test_a_kind_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SaveError, match="the kinds are happy_path"):
        save(TURNS, "x", "../unit", "web", folder=tmp_path)


def test_a_folder_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "tests" / "privacy").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SaveError, match="leads out of"):
        save(TURNS, "x", "privacy", "web", folder=tmp_path / "tests")


def test_nothing_said_is_nothing_saved(tmp_path: Path) -> None:
    with pytest.raises(SaveError, match="nothing has been said"):
        save([], "x", "privacy", "web", folder=tmp_path)


def test_the_trace_names_evidence_runner_up_words_and_decision() -> None:
    shown = "\n".join(trace(observed()))
    assert "es (evidence: es 0.97, clear)" in shown
    assert "inform 0.90, itemized_bill 0.08" in shown
    assert 'item=bill ("factura")' in shown
    assert "acted on" in shown
    assert "request.corrected, question.subject" in shown


def test_the_trace_names_each_rule_and_statement_with_its_line_and_section() -> None:
    from bot.content_loader import load_yaml
    from bot.guidance.load import FOLDER

    plan = {
        "rules": ["estate"],
        "steps": [{"id": "executor_authorization", "text": ""}],
        **{part: [] for part in ("documents", "timing", "cost", "notes")},
        "contacts": [{"id": "him"}],
        "forms": [],
        "open_questions": ["destination"],
    }
    shown = "\n".join(trace(observed(plan=plan)))
    lines = (FOLDER / "routes.yml").read_text(encoding="utf-8").splitlines()
    number = int(shown.partition("routes.yml:")[2].partition(")")[0])
    assert "id: estate" in lines[number - 1]
    statement = load_yaml(FOLDER / "statements.yml")[1].line("statements", "executor_authorization")
    heading = "Requesting a Deceased Individual’s Medical Records"
    assert f'executor_authorization (statements.yml:{statement}, "{heading}")' in shown
    assert "open:       destination" in shown


def test_the_trace_of_a_refused_message_says_so() -> None:
    assert "refused before understanding" in "\n".join(trace(observed(understood={})))


def test_the_trace_of_an_emergency_names_the_rules() -> None:
    understood = {"intent": {"name": "emergency", "confidence": 1.0}, "emergency": "self_harm"}
    shown = "\n".join(trace(observed(understood=understood)))
    assert "emergency, by the rules for self_harm" in shown
