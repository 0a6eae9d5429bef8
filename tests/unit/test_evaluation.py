"""The measures of `roi eval`, on outcomes made up for the purpose."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from bot.evaluation.confusion import confusion, draw
from bot.evaluation.labelled import Labelled, messages_of_jsonl, own_messages
from bot.evaluation.measures import Outcome, Tally, both_found
from bot.evaluation.report import Row, errors, safe_cell, table, write_errors
from bot.evaluation.understanding import outcome_of, outcome_of_answer


def parsed(intent: str, **more: object) -> dict[str, object]:
    ranking = [{"name": name, "confidence": 0.3} for name in ("fees", "status_time")]
    return {"intent": {"name": intent, "confidence": 0.5}, "intent_ranking": ranking, **more}


def test_top_1_is_what_is_acted_on_and_top_2_also_the_runner_up():
    tally = Tally(
        [
            (Labelled("a", "en", "fees"), Outcome(("fees", "human"))),
            (Labelled("b", "en", "human"), Outcome(("fees", "human"))),
            (Labelled("c", "en", "mychart"), Outcome(("fees", "human", "mychart"))),
            (Labelled("d", "en", "mychart", frozenset({"fees"})), Outcome(("fees",))),
        ]
    )
    assert tally.top_1 == 50.0
    assert tally.share("top 2", "messages") == 75.0


def test_refusals_count_by_what_the_person_is_told():
    tally = Tally(
        [
            (Labelled("a", "en", "out_of_scope"), Outcome(("out_of_scope",), refused=True)),
            (Labelled("b", "en", "out_of_scope"), Outcome(("fees", "out_of_scope"))),
            (Labelled("c", "en", "fees"), Outcome(("out_of_scope",), refused=True)),
            (Labelled("d", "en", "fees"), Outcome(("fees",))),
            (
                Labelled("e", "en", "fees", frozenset({"out_of_scope"})),
                Outcome(("out_of_scope",), refused=True),
            ),
        ]
    )
    assert tally.share("refused", "out of scope") == 50.0
    assert tally.share("false refusals", "in scope") == pytest.approx(100 / 3)


def test_alarms_are_counted_apart_from_emergencies_found():
    tally = Tally(
        [
            (Labelled("a", "en", "emergency"), Outcome(("emergency",), alarm=True)),
            (Labelled("b", "en", "emergency"), Outcome(("human",))),
            (Labelled("c", "en", "human"), Outcome(("emergency",), alarm=True)),
        ]
    )
    assert tally.counts["danger"] == 2
    assert tally.counts["danger found"] == 1
    assert tally.counts["false alarms"] == 1


def test_entity_f1_is_counted_over_annotated_messages_only():
    item, child, bill = ("item", "records"), ("subject", "child"), ("item", "bill")
    annotated = Labelled("a", "en", "fees", entities=frozenset({item, child}))
    tally = Tally(
        [
            (annotated, Outcome(("fees",), entities=frozenset({item, bill}))),
            (Labelled("b", "en", "fees"), Outcome(("fees",), entities=frozenset({bill}))),
        ]
    )
    assert tally.entity_f1 == 50.0  # one right of two found and two named


def test_nothing_counted_is_a_dash_and_no_hundred_percent():
    assert Tally().top_1 is None
    assert Tally().entity_f1 is None
    assert both_found([(Labelled("a", "en", "fees"), Outcome(("fees",)))]) is None
    assert table({"en": Row(Tally())})[1].split()[2] == "-"


def test_both_answers_count_in_either_order_but_a_third_does_not():
    asked = Labelled("a", "en", "fees", second="status_time")

    def share(*answered: str) -> float | None:
        return both_found([(asked, Outcome(answered, answered=answered))])

    assert share("status_time", "fees") == 100.0
    assert share("fees") == 0.0
    assert share("fees", "status_time", "human") == 0.0


def test_the_worst_language_stands_first():
    good = Tally([(Labelled("a", "en", "fees"), Outcome(("fees",)))])
    bad = Tally([(Labelled("a", "ht", "fees"), Outcome(("human",)))])
    lines = table({"en": Row(good), "ht": Row(bad)})
    assert [line.split()[0] for line in lines] == ["language", "ht", "en"]


def test_choices_offered_count_as_asked_back_and_in_their_order():
    outcome = outcome_of(parsed("clarify", candidates=["status_time", "human"]))
    assert outcome.asked_back
    assert outcome.topics == ("status_time", "human", "fees")
    assert not outcome.refused


def test_what_is_not_understood_counts_as_refused():
    outcome = outcome_of(parsed("nlu_fallback"))
    assert outcome.refused
    assert outcome.topics[0] == "out_of_scope"


def test_two_questions_come_before_the_runners_up():
    outcome = outcome_of(parsed("human", questions=["human", "mychart"]))
    assert outcome.topics == ("human", "mychart", "fees", "status_time")
    assert outcome.answered == ("human", "mychart")


def test_a_line_of_roi_ask_is_scored_by_the_topics_answered():
    outcome = outcome_of_answer({"topics": ["emergency"], "handoff": "emergency", "language": "es"})
    assert outcome.alarm
    assert outcome.topics == ("emergency",)
    assert outcome.language == "es"


def test_a_second_right_label_is_no_confusion():
    names, matrix = confusion(
        [
            (Labelled("a", "en", "fees", frozenset({"human"})), Outcome(("human",))),
            (Labelled("b", "en", "fees"), Outcome(("status_time",))),
        ]
    )
    assert names == ["fees", "status_time"]
    assert matrix.tolist() == [[1, 1], [0, 0]]


def test_the_picture_is_a_png(tmp_path: Path):
    draw(tmp_path / "confusion.png", ["a", "b"], np.array([[3, 1], [0, 0]]))
    assert (tmp_path / "confusion.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@cmd", "\t=1", "\r=1", " =HYPERLINK(1)", "＝1+1", "＠a"]
)
def test_no_cell_of_the_error_list_is_a_formula(text: str, tmp_path: Path):
    assert safe_cell(text) == f"'{text}"
    wrong = [(Labelled(text, "en", "fees"), Outcome(("human",)))]
    write_errors(tmp_path / "errors.csv", errors(wrong))
    with (tmp_path / "errors.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1][:4] == ["en", f"'{text}", "fees", "human"]


def test_an_ordinary_cell_stays_as_it_is():
    assert safe_cell("¿Cuánto cuesta? 617-555-0142 = ?") == "¿Cuánto cuesta? 617-555-0142 = ?"


def test_errors_name_the_fields_missed_and_made_up():
    message = Labelled("a", "en", "fees", entities=frozenset({("item", "records")}))
    outcome = Outcome(("fees",), entities=frozenset({("item", "bill")}))
    assert errors([(message, outcome)]) == [
        ("en", "a", "fees", "fees", "", "item records", "item bill")
    ]
    assert errors([(Labelled("b", "en", "fees"), Outcome(("fees",)))]) == []


def test_a_line_without_a_label_is_named(tmp_path: Path):
    path = tmp_path / "dev.jsonl"
    path.write_text(
        json.dumps({"text": "a", "lang": "en", "label": "fees"}) + '\n{"text": "b"}\n',
        encoding="utf-8",
    )
    with pytest.raises(ValueError, match=r"dev\.jsonl:2: .*lang"):
        messages_of_jsonl(path)


def test_our_own_sentences_are_read_with_their_fields():
    messages = own_messages("en")
    assert len(messages) > 300
    assert any(m.entities and ("subject", "self") in m.entities for m in messages)
