"""Whatever is known of a request, and in whatever order, there is a plan or a question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content_store import shipped_guidance
from bot.guidance.resolver import next_question, plan_of_answer, resolve

GUIDANCE = shipped_guidance()
FIELDS = {name: [*spec.values, *spec.groups] for name, spec in GUIDANCE.routes.fields.items()}
ANYTHING = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(values) for name, values in FIELDS.items()}
)
WHOLE = st.fixed_dictionaries(
    {name: st.sampled_from(spec.values) for name, spec in GUIDANCE.routes.fields.items()}
)


@given(ANYTHING)
def test_any_request_has_a_plan_or_a_question(known: dict[str, str]) -> None:
    plan, question = resolve(GUIDANCE, known), next_question(GUIDANCE, known)
    assert plan.contacts and plan.statements
    assert plan.complete == (question is None)
    if question is not None:
        assert question.field in plan.open_fields and question.offer


@given(ANYTHING)
def test_every_plan_cites_its_sources(known: dict[str, str]) -> None:
    plan = resolve(GUIDANCE, known)
    directory = GUIDANCE.directory
    assert all(directory.departments[name].section for name in plan.contacts)
    for statement in (GUIDANCE.statements[name] for name in plan.statements):
        assert statement.section in directory.sections
        assert bool(statement.quote) != statement.absent, "the page's words, or that it has none"


@given(WHOLE, st.permutations(list(FIELDS)))
def test_answers_in_any_order_lead_to_the_same_plan(
    answers: dict[str, str], order: list[str]
) -> None:
    known: dict[str, str] = {}
    for field in order:
        known[field] = answers[field]
        resolve(GUIDANCE, known)
        next_question(GUIDANCE, known)
    assert resolve(GUIDANCE, known) == resolve(GUIDANCE, dict(answers))


@given(WHOLE)
def test_asking_question_after_question_always_comes_to_an_end(answers: dict[str, str]) -> None:
    known: dict[str, str] = {}
    for _ in range(2 * len(FIELDS) + 1):
        question = next_question(GUIDANCE, known)
        if question is None:
            break
        offered = [*question.offer]
        known[question.field] = (
            answers[question.field] if answers[question.field] in offered else offered[0]
        )
    assert next_question(GUIDANCE, known) is None
    assert resolve(GUIDANCE, known).complete


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8), min_size=1, max_size=3))
def test_a_field_or_value_that_does_not_exist_is_named(known: dict[str, str]) -> None:
    if all(value in FIELDS.get(field, ()) for field, value in known.items()):
        return
    with pytest.raises(KeyError):
        resolve(GUIDANCE, known)


def test_every_answer_of_a_topic_cites_its_sources_too() -> None:
    answers = [topic.answer for topic in GUIDANCE.topics.values() if topic.answer is not None]
    for plan in map(plan_of_answer, answers):
        assert all(GUIDANCE.statements[name].section for name in plan.statements)
        assert all(GUIDANCE.directory.departments[name].section for name in plan.contacts)
