"""The decision tables hit exactly one rule each time, and only questions that matter are asked."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content_store import shipped_guidance
from bot.guidance.model import UNSURE
from bot.guidance.resolver import (
    Plan,
    Question,
    candidates,
    every_request,
    is_worth_asking,
    next_question,
    plan_of_answer,
    remaining,
    resolve,
)
from bot.guidance.tables import combinations, matches

GUIDANCE = shipped_guidance()
ROUTES = GUIDANCE.routes
TABLES = [pytest.param(table, id=table.id) for table in ROUTES.tables]
MOST_QUESTIONS = 4
MOST_QUESTIONS_WHEN_THE_ITEM_IS_NAMED = 3


# -- requests to test with ---------------------------------------------------------------------


@st.composite
def partial_requests(draw: st.DrawFn) -> dict[str, str]:
    """What a person may have said so far: some fields, each a value or a group."""
    known = {}
    for field, spec in ROUTES.fields.items():
        value = draw(st.sampled_from([None, *spec.values, *spec.groups]))
        if value is not None:
            known[field] = value
    return known


def dialogues(known: dict[str, str] | None = None) -> Iterator[list[tuple[Question, str]]]:
    """Every way through the guided request, each as the questions and their answers."""
    start = known or {}
    question = next_question(GUIDANCE, start)
    if question is None:
        yield []
        return
    for value in question.offer:
        for rest in dialogues({**start, question.field: value}):
            yield [(question, value), *rest]


def completions(known: dict[str, str], fields: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """All ways to know the given fields after all, other than by "I don't know"."""
    options = [
        [v for v in candidates(ROUTES, field, known) if v != UNSURE] or [UNSURE] for field in fields
    ]
    for values in itertools.product(*options):
        yield {**known, **dict(zip(fields, values, strict=True))}


def rules_left(known: dict[str, str]) -> int:
    return sum(len(remaining(table, ROUTES, known)) for table in ROUTES.tables)


@lru_cache(maxsize=1)
def every_plan() -> list[tuple[dict[str, str], Plan]]:
    """Each complete request with its plan."""
    return [(request, resolve(GUIDANCE, request)) for request in every_request(ROUTES)]


def advice(plan: Plan) -> tuple[tuple[str, ...], ...]:
    return plan.contacts, plan.forms, plan.statements


# -- the tables --------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
def test_each_combination_of_answers_hits_exactly_one_rule(table):
    for answers in combinations(ROUTES, table):
        hits = [rule.id for rule in table.rules if matches(rule, answers)]
        assert len(hits) == 1, answers


@pytest.mark.parametrize("table", TABLES)
def test_each_rule_can_be_reached(table):
    reached = {
        rule.id
        for answers in combinations(ROUTES, table)
        for rule in table.rules
        if matches(rule, answers)
    }
    assert reached == {rule.id for rule in table.rules}


def test_every_complete_request_gets_a_plan_that_says_whom_to_reach_and_what_to_do():
    for request, plan in every_plan():
        assert plan.complete
        assert len(plan.rules) == len(ROUTES.tables)
        assert plan.contacts
        kinds = {GUIDANCE.statements[name].kind for name in plan.statements}
        assert "step" in kinds
        for names in advice(plan):
            assert len(set(names)) == len(names), f"stated twice for {request}"


def test_a_plan_names_only_what_the_directory_has():
    for _, plan in every_plan():
        assert set(plan.contacts) <= set(GUIDANCE.directory.departments)
        assert set(plan.forms) <= set(GUIDANCE.directory.links)
        assert set(plan.statements) <= set(GUIDANCE.statements)


def test_a_plan_states_things_in_the_order_of_doing():
    order = list(GUIDANCE.statements)
    for _, plan in every_plan():
        places = [order.index(name) for name in plan.statements]
        assert places == sorted(places)


def test_every_statement_is_said_somewhere():
    said = {name for _, plan in every_plan() for name in plan.statements}
    for topic in GUIDANCE.topics.values():
        if topic.answer is not None:
            said |= set(plan_of_answer(topic.answer).statements)
    assert said == set(GUIDANCE.statements)


def test_nothing_known_still_gives_a_phone_line():
    plan = resolve(GUIDANCE, {})
    assert plan.contacts == ("him",)
    assert not plan.complete


@pytest.mark.parametrize("known", [{"item": "parking"}, {"colour": "red"}])
def test_what_the_tables_do_not_have_is_refused(known):
    with pytest.raises(KeyError):
        resolve(GUIDANCE, known)


# -- what the page says, where people slip -----------------------------------------------------


@pytest.mark.parametrize(
    ("item", "contact"),
    [
        ("radiology_images", "radiology"),
        ("cardiac_images", "cardiovascular_testing"),
        ("mammogram_images", "moakley_film_library"),
        ("certificate", "city_registry"),
        ("birth_registration", "birth_registrar"),
        ("autopsy_report", "him"),
        ("records", "him"),
        ("bill", "him"),
    ],
)
def test_each_item_goes_to_its_own_department(item, contact):
    for request, plan in every_plan():
        if request["item"] == item:
            assert plan.contacts[0] == contact


def test_an_autopsy_report_needs_no_authorization_form():
    assert resolve(GUIDANCE, {"item": "autopsy_report"}).forms == ()


def test_a_proxy_needs_a_separate_written_authorization():
    plan = resolve(GUIDANCE, {"item": "autopsy_report", "requester": "proxy"})
    assert "autopsy_proxy_authorization" in plan.statements


def test_only_the_persons_own_records_go_to_mychart():
    own = resolve(GUIDANCE, {"item": "records", "subject": "self", "destination": "mychart"})
    assert "mychart_menu" in own.statements
    for subject in ("child", "dependent", "deceased", "other_adult"):
        known = {"item": "records", "subject": subject, "destination": "mychart"}
        plan = resolve(GUIDANCE, known)
        assert "mychart_menu" not in plan.statements
        assert "mychart_limits" in plan.statements


@pytest.mark.parametrize(
    ("subject", "statement"),
    [
        ("child", "representative_signature"),
        ("dependent", "representative_signature"),
        ("deceased", "executor_authorization"),
        ("other_adult", "other_adult_ask_him"),
    ],
)
@pytest.mark.parametrize("item", ["records", "bill"])
def test_whose_records_they_are_decides_who_signs(item, subject, statement):
    assert statement in resolve(GUIDANCE, {"item": item, "subject": subject}).statements


def test_sensitive_records_take_initials_and_up_to_thirty_days():
    plan = resolve(GUIDANCE, {"item": "records", "sensitivity": "sensitive"})
    assert {"initial_sections", "sensitive_time"} <= set(plan.statements)


def test_more_authorization_is_named_only_for_third_parties():
    for request, plan in every_plan():
        named = "additional_authorization" in plan.statements
        to_third_party = request["destination"] == "third_party"
        assert named == (to_third_party and request["item"] in ("records", "bill"))


# -- the questions -----------------------------------------------------------------------------


@given(partial_requests())
def test_any_answer_to_a_question_narrows(known):
    question = next_question(GUIDANCE, known)
    if question is None:
        return
    for value in question.offer:
        assert rules_left({**known, question.field: value}) < rules_left(known)


@given(partial_requests())
def test_a_field_that_is_known_is_not_asked(known):
    question = next_question(GUIDANCE, known)
    if question is not None and question.field in known:
        # Only a group is asked about again, and then among its members.
        group = ROUTES.fields[question.field].groups[known[question.field]]
        assert question.offer == group


@given(partial_requests())
def test_what_is_asked_can_change_the_plan(known):
    question = next_question(GUIDANCE, known)
    if question is None:
        return
    open_fields = tuple(f for f in ROUTES.fields if len(candidates(ROUTES, f, known)) > 1)
    others = tuple(field for field in open_fields if field != question.field)
    assert any(
        len({advice(resolve(GUIDANCE, full)) for full in completions(rest, (question.field,))}) > 1
        for rest in itertools.islice(completions(known, others), 200)
    )


@settings(max_examples=60)
@given(partial_requests())
def test_when_nothing_is_asked_no_answer_could_change_the_plan(known):
    if next_question(GUIDANCE, known) is not None:
        return
    asking = {
        field
        for table in ROUTES.tables
        if table.asks
        for rule in table.rules
        for field in rule.when
    }
    open_fields = tuple(
        f for f in ROUTES.fields if f in asking and len(candidates(ROUTES, f, known)) > 1
    )
    seen = set()
    for full in completions(known, open_fields):
        hit = set(resolve(GUIDANCE, full).rules)
        stated = [
            rule.then
            for table in ROUTES.tables
            if table.asks
            for rule in table.rules
            if rule.id in hit
        ]
        seen.add(
            tuple(
                frozenset(name for outcome in stated for name in getattr(outcome, part))
                for part in ("contacts", "forms", "statements")
            )
        )
    assert len(seen) == 1


@given(partial_requests())
def test_open_fields_are_those_worth_asking(known):
    plan = resolve(GUIDANCE, known)
    assert plan.open_fields == tuple(
        field for field in ROUTES.fields if is_worth_asking(GUIDANCE, field, known)
    )
    assert plan.complete == (next_question(GUIDANCE, known) is None)


@given(partial_requests())
def test_a_plan_can_be_given_at_any_time(known):
    plan = resolve(GUIDANCE, known)
    assert plan.contacts
    assert len(plan.rules) == len(ROUTES.tables)


@given(partial_requests(), st.randoms(use_true_random=False))
def test_any_way_of_answering_comes_to_an_end(known, random):
    asked = []
    while (question := next_question(GUIDANCE, known)) is not None:
        assert question not in asked
        asked.append(question)
        known = {**known, question.field: random.choice(question.offer)}
    assert len(asked) <= MOST_QUESTIONS
    assert resolve(GUIDANCE, known).complete


def test_no_dialogue_asks_more_than_four_questions_or_one_twice():
    for dialogue in dialogues():
        questions = [question for question, _ in dialogue]
        assert len(questions) <= MOST_QUESTIONS
        assert len(set(questions)) == len(questions)


@pytest.mark.parametrize("item", [v for v in ROUTES.fields["item"].values if v != UNSURE])
def test_who_names_what_they_need_answers_three_questions_at_most(item):
    lengths = [len(dialogue) for dialogue in dialogues({"item": item})]
    assert max(lengths) <= MOST_QUESTIONS_WHEN_THE_ITEM_IS_NAMED


@pytest.mark.parametrize(
    "known",
    [
        {"item": "cardiac_images"},
        {"item": "mammogram_images"},
        {"item": "radiology_images"},
        {"item": "certificate"},
        {"item": "birth_registration"},
        {"item": UNSURE},
    ],
)
def test_what_one_department_handles_needs_no_question(known):
    assert next_question(GUIDANCE, known) is None


def test_my_images_leads_to_which_images():
    question = next_question(GUIDANCE, {"item": "images"})
    assert question == Question("item", ROUTES.fields["item"].groups["images"])


def test_reaching_every_plan_takes_only_offered_answers_or_what_people_say_themselves():
    """What no question offers must be a value that a person can still say unasked."""
    spec = ROUTES.fields
    unoffered = {
        (field, value)
        for field in spec
        for value in spec[field].values
        if value not in spec[field].offer
        and not any(value in members for members in spec[field].groups.values())
    }
    assert unoffered == {
        ("subject", UNSURE),  # "I don't know" is understood without a button
        ("sensitivity", "reproductive"),  # a diagnosis is not asked for
        ("requester", "official"),
    }
