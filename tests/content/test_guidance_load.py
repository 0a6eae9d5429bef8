"""A mistake in the guidance files stops the start-up and names file, line, rule and mend."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bot.content_loader import ContentError
from bot.guidance.load import FOLDER, load_guidance

FILES = ("directory.yml", "statements.yml", "routes.yml", "topics.yml", "source-page.txt")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the guidance to break."""
    for name in FILES:
        shutil.copy(FOLDER / name, tmp_path / name)
    return tmp_path


def change(path: Path, old: str, new: str) -> int:
    """Replaces the first occurrence and returns the line it stood on."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"`{old}` does not stand in {path.name}; mend this test"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def problems(folder: Path) -> tuple[str, ...]:
    with pytest.raises(ContentError) as caught:
        load_guidance(folder)
    for problem in caught.value.problems:  # file, line, what, and how to mend it
        assert re.match(r".+\.yml:\d+: .+[.?!] .+[.?!]$", problem, re.DOTALL), problem
    return caught.value.problems


def the_problem(folder: Path, file: str, *words: str) -> str:
    """The problem of a file that has all these words."""
    found = [p for p in problems(folder) if f"{file}:" in p and all(word in p for word in words)]
    assert found, problems(folder)
    return found[0]


def test_the_shipped_guidance_loads():
    guidance = load_guidance()
    assert len(guidance.topics) == 27


def test_the_page_is_the_hospitals_page():
    original = FOLDER.parents[2].parent / "shared" / "source" / "roi-page.txt"
    if not original.exists():
        pytest.skip("the hospital's page itself is not at hand here")
    assert (FOLDER / "source-page.txt").read_bytes() == original.read_bytes()


# -- directory.yml -----------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["(617) 414-4213", "617-414-4213", "6174144213", "617.414.421"])
def test_a_malformed_phone_number_is_refused(folder, number):
    path = folder / "directory.yml"
    line = change(path, "value: 617.414.4213", f'value: "{number}"') - 2
    problem = the_problem(folder, "directory.yml", "him_phone", number)
    assert abs(int(problem.split(":")[1]) - line) <= 2
    assert "617.555.0123" in problem


@pytest.mark.parametrize("url", ["http://www.bmc.org/roi", "bmc.org", "ftp://bmc.org/form.pdf"])
def test_a_link_without_https_is_refused(folder, url):
    change(
        folder / "directory.yml",
        "  online_request:\n    url: null",
        "  online_request:\n    url: " + url,
    )
    the_problem(folder, "directory.yml", "online_request", "url")


def test_an_unknown_fact_is_named_with_those_there_are(folder):
    change(folder / "directory.yml", "phone: pathology_phone", "phone: patholgy_phone")
    problem = the_problem(folder, "directory.yml", "no fact `patholgy_phone`")
    assert "pathology_phone" in problem.split("write one of")[1]


def test_a_fax_number_is_no_phone_of_a_department(folder):
    line = change(folder / "directory.yml", "    fax: him_fax\n", "    fax: him_phone\n")
    problem = the_problem(folder, "directory.yml", "is a phone, not a fax")
    assert f"directory.yml:{line}:" in problem


def test_words_that_the_page_does_not_have_are_no_quote(folder):
    old = '"Phone: 617.414.4213"'
    line = change(folder / "directory.yml", old, '"Phone: 617.414.9999"')
    problem = the_problem(folder, "directory.yml", "do not stand on the page")
    assert f"directory.yml:{line}: facts.him_phone.quote" in problem


def test_a_fact_without_a_source_is_refused(folder):
    change(folder / "directory.yml", '    quote: "Phone: 617.414.4213"\n', "")
    the_problem(folder, "directory.yml", "him_phone", "section and quote")


def test_a_fact_from_outside_gives_its_reason(folder):
    change(folder / "directory.yml", "    outside: Emergency services", "    outside: ''  # ")
    the_problem(folder, "directory.yml", "emergency_number", "outside")


def test_a_heading_that_the_page_does_not_have_is_refused(folder):
    line = change(folder / "directory.yml", "Requesting an Autopsy Report", "Requesting Autopsies")
    problem = the_problem(folder, "directory.yml", "no heading `Requesting Autopsies`")
    assert f"directory.yml:{line}:" in problem


def test_an_unknown_section_is_refused(folder):
    line = change(folder / "directory.yml", "    section: privacy", "    section: privcy")
    problem = the_problem(folder, "directory.yml", "no section `privcy`")
    assert f"directory.yml:{line}:" in problem


def test_a_period_is_a_whole_number_of_days(folder):
    change(folder / "directory.yml", "value: 30\n", 'value: "thirty"\n')
    the_problem(folder, "directory.yml", "whole number of days")


def test_a_department_can_be_reached(folder):
    change(folder / "directory.yml", "    phone: pathology_phone\n", "")
    the_problem(folder, "directory.yml", "pathology", "needs a phone or a link")


def test_a_duplicated_key_is_refused(folder):
    change(folder / "directory.yml", "  him_fax:\n", "  him_phone:\n")
    problem = the_problem(folder, "directory.yml", "`him_phone` stands here twice")
    assert "Keep one" in problem


def test_a_misspelt_key_is_refused(folder):
    line = change(folder / "directory.yml", "    hours: him_hours", "    houers: him_hours")
    problem = the_problem(folder, "directory.yml", "houers", "`hours`")
    assert f"directory.yml:{line}:" in problem


# -- statements.yml ----------------------------------------------------------------------------


def test_a_statement_with_an_unknown_fact_is_refused(folder):
    old = "    facts: [cardiovascular_phone]"
    line = change(folder / "statements.yml", old, "    facts: [cardio_phone]")
    problem = the_problem(folder, "statements.yml", "no fact `cardio_phone`")
    assert f"statements.yml:{line}: statements.cardiac_call.facts" in problem


def test_a_statement_with_an_unknown_link_is_refused(folder):
    change(folder / "statements.yml", "    links: [city_registry]", "    links: [city_hall]")
    the_problem(folder, "statements.yml", "no link `city_hall`")


def test_a_statement_that_nothing_says_is_refused(folder):
    change(folder / "routes.yml", "statements: [mammogram_call]", "statements: [cardiac_call]")
    problem = the_problem(folder, "statements.yml", "no rule and no topic states this")
    assert "statements.mammogram_call" in problem
    assert "routes.yml or topics.yml" in problem


def test_a_statement_quotes_the_page(folder):
    old = '"Choose Send a message."'
    line = change(folder / "statements.yml", old, '"Choose Write a message."')
    problem = the_problem(folder, "statements.yml", "do not stand on the page")
    assert f"statements.yml:{line}: statements.mychart_send_message.quote" in problem


def test_a_statement_without_a_quote_is_marked_absent(folder):
    change(folder / "statements.yml", '    quote: "Choose Send a message."\n', "")
    the_problem(folder, "statements.yml", "mychart_send_message", "absent: true")


# -- routes.yml --------------------------------------------------------------------------------


def test_an_unknown_statement_is_refused(folder):
    old = "statements: [mammogram_call]"
    change(folder / "routes.yml", old, "statements: [mammogram_call, mammogram_fax]")
    the_problem(folder, "routes.yml", "no statement `mammogram_fax`")


def test_an_unknown_department_is_refused(folder):
    old = "contacts: [moakley_film_library]"
    change(folder / "routes.yml", old, "contacts: [moakly_film_library]")
    the_problem(folder, "routes.yml", "no department `moakly_film_library`", "moakley_film_library")


def test_an_unknown_form_is_refused(folder):
    change(folder / "routes.yml", "forms: [authorization_form]", "forms: [blue_form]")
    the_problem(folder, "routes.yml", "no form (a link) `blue_form`")


def test_overlapping_rules_are_named_with_the_answers_that_hit_both(folder):
    old = "when: {item: [cardiac_images]}"
    change(folder / "routes.yml", old, "when: {item: [cardiac_images, mammogram_images]}")
    problem = the_problem(folder, "routes.yml", "hits the rules cardiac, mammogram")
    assert "table `route`: item=mammogram_images" in problem
    assert "Leave one rule" in problem


def test_a_gap_is_named_with_the_answers_that_hit_nothing(folder):
    old = "when: {item: [records], sensitivity: [unsure]}"
    change(folder / "routes.yml", old, "when: {item: [records], sensitivity: [not_sensitive]}")
    problem = the_problem(folder, "routes.yml", "hits no rule")
    assert "table `sensitivity`: item=records, sensitivity=unsure" in problem
    assert "Add a rule" in problem


def test_a_rule_that_nothing_can_reach_is_refused(folder):
    # A rule with known values is always reached, so what cannot be reached has none.
    old = "  - id: mammogram\n    when: {item: [mammogram_images]}"
    new = old + "\n    then: {}\n  - id: idle\n    when: {item: [mammogram_images], subject: []}"
    change(folder / "routes.yml", old, new)
    the_problem(folder, "routes.yml", "`subject` has no values")


def test_an_unknown_field_of_a_rule_is_refused(folder):
    line = change(folder / "routes.yml", "when: {item: [cardiac_images]}", "when: {itm: [x]}")
    problem = the_problem(folder, "routes.yml", "no field `itm`")
    assert f"routes.yml:{line}:" in problem


def test_an_unknown_value_of_a_rule_is_named_with_the_rule(folder):
    line = change(folder / "routes.yml", "{item: [cardiac_images]}", "{item: [cardiac_image]}")
    problem = the_problem(folder, "routes.yml", "rule `cardiac`: `item` is never `cardiac_image`")
    assert f"routes.yml:{line}:" in problem
    assert "cardiac_images" in problem


def test_a_rule_id_stands_once(folder):
    line = change(folder / "routes.yml", "- id: mammogram\n", "- id: cardiac\n")
    problem = the_problem(folder, "routes.yml", "the id `cardiac` is taken")
    assert f"routes.yml:{line}:" in problem


def test_what_is_offered_must_exist(folder):
    change(folder / "routes.yml", "offer: [executor, ", "offer: [lawyer, ")
    the_problem(folder, "routes.yml", "`lawyer` is offered")


def test_each_field_can_be_answered_with_i_do_not_know(folder):
    change(folder / "routes.yml", "not_sensitive, sensitive, reproductive, unsure]", "sensitive]")
    assert problems(folder)


# -- topics.yml --------------------------------------------------------------------------------


def test_a_topic_requests_only_what_the_tables_know(folder):
    change(folder / "topics.yml", "request: {item: [bill]}", "request: {item: [invoice]}")
    the_problem(folder, "topics.yml", "no value `invoice`", "itemized_bill")


def test_a_topic_offers_only_topics(folder):
    line = change(folder / "topics.yml", "follow_ups: [fees, status_time,", "follow_ups: [prices,")
    problem = the_problem(folder, "topics.yml", "no topic `prices`")
    assert f"topics.yml:{line}:" in problem


def test_a_topic_without_answer_and_mode_is_refused(folder):
    change(folder / "topics.yml", "  cardiac_images:\n    mode: direct\n", "  cardiac_images:\n")
    the_problem(folder, "topics.yml", "cardiac_images", "either `mode` and `request`, or `answer`")


# -- whole files -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(ContentError, match=rf"{name}:1: file: "):
        load_guidance(folder)


def test_all_problems_are_told_in_one_go(folder):
    change(folder / "statements.yml", '"Choose Send a message."', '"Choose Write a message."')
    change(folder / "directory.yml", '"Phone: 617.414.4213"', '"Phone: 617.414.9999"')
    assert len(problems(folder)) >= 2
