"""Nothing is ever said but what the directory holds: every answer, language and channel.

Answers are rendered as the actions do it, for every topic and for every plan that the decision
tables can give, with the office open, closed and on a holiday.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timezone
from functools import cache, lru_cache

import pytest

from bot.bidi import isolated
from bot.content_store import shipped_guidance, shipped_wording
from bot.guidance.answer import about, brief_statements, follow_ups, starting_request
from bot.guidance.calendar import business_days_after
from bot.guidance.load import SPECIAL_FOLLOW_UPS
from bot.guidance.resolver import Plan, every_request, next_question, plan_of_answer, resolve
from bot.keys import Key
from bot.languages import direction_in, load_languages
from bot.localized import day_text, hours_text, locale_of, time_text
from bot.pieces import SHORT_CHANNELS
from bot.rendering import Renderer
from bot.say import Choice, PlanIds, Say
from bot.wording import DYNAMIC
from tests.wording_rules import rules

GUIDANCE, WORDING = shipped_guidance(), shipped_wording()
LANGUAGES = load_languages().answered
CHANNELS = ("web", "sms", "shell")
CLOCKS = {
    "open": datetime(2026, 11, 23, 15, 0, tzinfo=timezone.utc),  # a Monday, 10:00 in Boston
    "closed": datetime(2026, 11, 21, 15, 0, tzinfo=timezone.utc),  # a Saturday
    "holiday": datetime(2026, 11, 26, 15, 0, tzinfo=timezone.utc),  # Thanksgiving
}
DEATH = date(2026, 9, 1)
RENDERERS = {
    clock: Renderer(GUIDANCE, WORDING, lambda now=now: now) for clock, now in CLOCKS.items()
}
# Without a plan of their own, these name a phone line in their words.
NAMES_A_LINE = {
    Key.REQUEST_STOPPED.value,
    Key.SYSTEM_FAILED.value,
    Key.SYSTEM_INVALID_REQUEST.value,
    Key.LANGUAGE_NOT_OFFERED.value,
    Key.REPAIR_GIVE_PHONE.value,
}


# -- everything that can be said ---------------------------------------------------------------


@lru_cache(maxsize=1)
def every_distinct_request() -> tuple[tuple[dict[str, str], Plan], ...]:
    """One complete request for each plan that the tables can give."""
    found: dict[tuple[tuple[str, ...], ...], tuple[dict[str, str], Plan]] = {}
    for request in every_request(GUIDANCE.routes):
        plan = resolve(GUIDANCE, request)
        loss = request["subject"] == "deceased" or request["item"] == "autopsy_report"
        key = (plan.contacts, plan.forms, plan.statements, (str(loss),))
        found.setdefault(key, (request, plan))
    return tuple(found.values())


def choices(names: tuple[str, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(id=n, key=f"topic_title.{n}", intent=n) for n in names)


def topic_answer(topic: str, said: dict[str, str], language: str, dated: bool = False) -> Say:
    """What actions/answer.py says about a topic."""
    spec = GUIDANCE.topics[topic]
    dates = {"death": DEATH, "requestable_from": business_days_after(DEATH, 30)} if dated else {}
    if spec.answer is not None:
        return Say(
            key=f"topic.{topic}",
            language=language,
            topics=(topic,),
            plan=PlanIds.of(plan_of_answer(spec.answer)),
            choices=choices(follow_ups(GUIDANCE, topic, False)),
        )
    known = starting_request(GUIDANCE, topic, said, {})
    plan = resolve(GUIDANCE, known)
    topics = about(GUIDANCE, topic, known, ())
    guided = spec.mode == "guided"
    asks_more = next_question(GUIDANCE, known) is not None
    return Say(
        key=f"topic.{topics[0]}",
        language=language,
        topics=topics,
        plan=PlanIds.of(plan),
        show_plan=not guided,
        brief=brief_statements(GUIDANCE, topics[0], plan),
        choices=() if guided else choices(follow_ups(GUIDANCE, topics[0], asks_more)),
        **dates,
    )


def plan_answer(request: dict[str, str], plan: Plan, language: str) -> Say:
    """What actions/request.py says at the end of the guided request."""
    loss = request["subject"] == "deceased" or request["item"] == "autopsy_report"
    return Say(
        key=(Key.REQUEST_PLAN_DECEASED if loss else Key.REQUEST_PLAN).value,
        language=language,
        plan=PlanIds.of(plan),
        brief=plan.statements,
        before=(Key.REQUEST_CORRECTED.value,),
        choices=choices(follow_ups(GUIDANCE, "medical_records", False)),
    )


def questions(language: str) -> Iterator[Say]:
    for field, spec in GUIDANCE.routes.fields.items():
        offered = tuple(
            Choice(id=v, key=f"choice.{field}.{v}", intent="inform", entities={field: v})
            for v in (*spec.offer, *(m for members in spec.groups.values() for m in members))
        )
        yield Say(key=f"question.{field}", language=language, choices=offered, question=field)


def small_texts(language: str) -> Iterator[Say]:
    """Everything else that is said, key by key."""
    filled_in = re.compile(r"^(system\.(open|closed|autopsy|relay|verify)|label\.|page\.)")
    human = GUIDANCE.topics["human"].answer
    for key in Key:
        if filled_in.match(key.value):
            continue
        if key is Key.REPAIR_GIVE_PHONE and human is not None:
            plan = PlanIds.of(plan_of_answer(human))
            yield Say(key=key.value, language=language, plan=plan, show_plan=False)
        else:
            yield Say(key=key.value, language=language)


@cache
def answers(language: str) -> tuple[Say, ...]:
    """All that can be said in a language, the plans without their repetitions."""
    said: list[Say] = [*questions(language), *small_texts(language)]
    for topic, spec in GUIDANCE.topics.items():
        said.append(topic_answer(topic, {}, language))
        if spec.mode is None:
            continue
        said.append(topic_answer(topic, {}, language, dated=True))
        for request, _ in every_distinct_request():
            own = all(request[f] in values for f, values in spec.request.items())
            if own:
                said.append(topic_answer(topic, request, language))
    said += [plan_answer(request, plan, language) for request, plan in every_distinct_request()]
    said.append(
        Say(
            key=Key.LANGUAGE_SWITCHED.value,
            language=language,
            after=(Key.LANGUAGE_DRAFT_NOTICE.value,),
        )
    )
    unique = {say.json(): say for say in said}
    return tuple(unique.values())


@cache
def everything(language: str, channel: str, clock: str) -> tuple[tuple[Say, str], ...]:
    renderer = RENDERERS[clock]
    return tuple((say, renderer.text(say, channel)) for say in answers(language))


every_channel = pytest.mark.parametrize("channel", CHANNELS)
every_language = pytest.mark.parametrize("language", LANGUAGES)
every_clock = pytest.mark.parametrize("clock", CLOCKS)


# -- facts -------------------------------------------------------------------------------------


def known_words(language: str, clock: str) -> list[str]:
    """Everything with a digit in it that an answer may hold, the longest first."""
    locale = locale_of(language)
    directory = GUIDANCE.directory
    hours = directory.facts["him_hours"].value
    words = [WORDING.fact(language, name) for name in (*directory.facts, *directory.links)]
    words += [hours_text(hours, locale)]
    words += [time_text(hours.opens, locale), time_text(hours.closes, locale)]
    words += [day_text(DEATH, locale), day_text(business_days_after(DEATH, 30), locale)]
    return sorted({w for w in words if re.search(r"\d", w)}, key=len, reverse=True)


@every_clock
@every_channel
@every_language
def test_every_number_is_a_fact_of_the_directory(language, channel, clock):
    known = known_words(language, clock)
    for say, text in everything(language, channel, clock):
        rest = text
        for words in known:
            rest = re.sub(rf"(?<!\d){re.escape(words)}(?!\d)", "", rest)
        rest = re.sub(r"^\d{1,2}\. ", "", rest, flags=re.MULTILINE)  # numbered steps
        if channel in SHORT_CHANNELS:
            rest = re.sub(r"(?<!\S)\d{1,2}\) ", "", rest)  # numbered choices
        assert not re.search(r"\d", rest), (say.key, re.findall(r".{0,30}\d.{0,30}", rest))


@every_channel
@every_language
def test_every_address_on_the_web_is_configured(language, channel):
    urls = {str(link.url) for link in GUIDANCE.directory.links.values() if link.url is not None}
    for say, text in everything(language, channel, "open"):
        found = re.findall(r"(?:https?://|www\.)\S+", text)
        assert {url.rstrip(".,;") for url in found} <= urls, say.key
        assert not re.search(r"\S@\S", text), say.key


@every_language
def test_every_street_address_is_the_hospitals(language):
    known = [fact.value for fact in GUIDANCE.directory.facts.values() if fact.kind == "address"]
    for channel in CHANNELS:
        for say, text in everything(language, channel, "open"):
            rest = text
            for address in known:
                rest = rest.replace(address, "")
            assert not re.search("Harrison|Yawkey|MA 0", rest), say.key


# -- form --------------------------------------------------------------------------------------


@every_clock
@every_channel
@every_language
def test_every_text_is_whole(language, channel, clock):
    apart = "".join(set(".,;:!?") - set(rules(language).space_before))
    for say, text in everything(language, channel, clock):
        assert text.strip(), say.key
        assert text == text.strip(), say.key
        assert not re.search(r"[{}]|None(?! of)|\bnull\b", text), (say.key, text)
        assert not re.search(r" {2,}|\n{3,}| \n|\n \S", text), (say.key, text)
        assert not re.search(r"[.!?]{2,}|[,;:]\.|\(\s*\)", text), (say.key, text)
        assert not re.search(rf" [{apart}](\s|$)", text), (say.key, text)
        for line in text.splitlines():
            assert line.strip("- 0123456789.") or not line.strip(), (say.key, line)


@every_language
def test_a_text_message_is_one_paragraph_with_its_choices_numbered(language):
    renderer = RENDERERS["open"]
    for say in answers(language):
        text = renderer.text(say, "sms")
        assert "\n" not in text, say.key
        titles = [isolated(title, direction_in(language)) for title in renderer.choice_titles(say)]
        assert all(f"{i}) {title}" in text for i, title in enumerate(titles, start=1)), say.key


@every_language
def test_buttons_are_named_and_differ(language):
    for say in answers(language):
        titles = RENDERERS["open"].choice_titles(say)
        assert all(title.strip() for title in titles)
        if say.question is None:
            assert len(set(titles)) == len(titles), say.key


def test_follow_ups_that_are_no_topics_have_titles_too():
    for name in SPECIAL_FOLLOW_UPS:
        assert WORDING.has(f"topic_title.{name}")


# -- the plan ----------------------------------------------------------------------------------


@every_channel
@every_language
def test_the_contacts_of_a_plan_are_named_with_their_lines(language, channel):
    departments, facts = GUIDANCE.directory.departments, GUIDANCE.directory.facts
    for say, text in everything(language, channel, "open"):
        if say.plan is None or not say.show_plan:
            continue
        for name in say.plan.contacts:
            phone = departments[name].phone
            if phone is not None:
                assert facts[phone].value in text, (say.key, name)
            if channel not in SHORT_CHANNELS:
                assert WORDING.text(language, f"department.{name}") in text, (say.key, name)


@every_channel
@every_language
def test_an_answer_always_leaves_a_way_to_reach_somebody(language, channel):
    ways = [f.value for f in GUIDANCE.directory.facts.values() if f.kind == "phone"]
    ways += [str(link.url) for link in GUIDANCE.directory.links.values() if link.url is not None]
    for say, text in everything(language, channel, "open"):
        # A first answer that leaves the plan to the guided request is followed by its questions.
        ends = say.plan is not None and say.show_plan
        if ends or say.key in NAMES_A_LINE:
            assert any(way in text for way in ways), (say.key, text)


@pytest.mark.parametrize("channel", ["web", "shell"])
@every_language
def test_a_plan_on_the_web_is_spelled_out_in_full(language, channel):
    for say, text in everything(language, channel, "open"):
        plan = RENDERERS["open"].plan(say)
        if plan is None or not say.show_plan:
            continue
        for part in ("steps", "documents", "timing", "cost", "notes"):
            assert all(entry["text"] in text for entry in plan[part]), say.key
        assert all(source in text for source in plan["sources"]), say.key


@every_language
def test_a_structured_plan_says_the_same_as_the_text(language):
    for say in answers(language):
        plan = RENDERERS["open"].plan(say)
        assert (plan is None) == (say.plan is None)
        if plan is None or say.plan is None:
            continue
        kinds = ("steps", "documents", "timing", "cost", "notes")
        shown = sorted(entry["id"] for part in kinds for entry in plan[part])
        assert shown == sorted(say.plan.statements)
        assert [contact["id"] for contact in plan["contacts"]] == list(say.plan.contacts)
        assert plan["complete"] == (not say.plan.open_fields)
        assert all(form["name"] for form in plan["forms"])


# -- relay, doubt, hours, dates ----------------------------------------------------------------


@every_channel
@every_language
def test_relay_is_named_once_where_calling_is_the_only_way_and_not_elsewhere(language, channel):
    relay = GUIDANCE.directory.facts["relay_number"].value
    for say, text in everything(language, channel, "open"):
        named = len(re.findall(rf"(?<!\d){relay}(?!\d)", text))
        assert named == int(only_by_phone(say)), (say.key, text)


def only_by_phone(say: Say) -> bool:
    """No link, form, address or message in MyChart; reckoned apart from the renderer."""
    plan, directory = say.plan, GUIDANCE.directory
    if plan is None or not plan.contacts or plan.forms:
        return False
    statements = [GUIDANCE.statements[name] for name in plan.statements]
    kinds = {directory.facts[fact].kind for statement in statements for fact in statement.facts}
    sections = {statement.section for statement in statements}
    linked = any(statement.links for statement in statements) or any(
        directory.departments[name].link for name in plan.contacts
    )
    return not linked and not kinds & {"address", "fax"} and "mychart" not in sections


@every_channel
@every_language
def test_what_staff_doubt_is_to_be_confirmed_with_him(language, channel):
    for say, text in everything(language, channel, "open"):
        if say.plan is None or not say.show_plan:
            continue
        doubted = any(GUIDANCE.statements[n].status == "verify" for n in say.plan.statements)
        verify = WORDING.text(language, "system.verify", short=channel in SHORT_CHANNELS)
        assert (verify in text) == doubted, say.key


@pytest.mark.parametrize("clock", CLOCKS)
@every_channel
@every_language
def test_the_hours_say_whether_the_office_is_open(clock, language, channel):
    text = RENDERERS[clock].text(topic_answer("contact_hours", {}, language), channel)
    assert {c: words in text for c, words in rules(language).office.items()} == {
        c: c == clock for c in CLOCKS
    }


@every_channel
@every_language
def test_a_date_of_death_gives_the_date_to_ask_from_on(language, channel):
    say = topic_answer("autopsy", {}, language, dated=True)
    text = RENDERERS["open"].text(say, channel)
    # Labor Day and Columbus Day do not count.
    assert day_text(date(2026, 10, 15), locale_of(language)) in text
    assert day_text(DEATH, locale_of(language)) in text


@every_channel
@every_language
def test_without_a_date_of_death_no_date_is_made_up(language, channel):
    text = RENDERERS["open"].text(topic_answer("autopsy", {}, language), channel)
    assert WORDING.text(language, "system.autopsy_ask_date") in text
    assert "2026" not in text


def test_every_placeholder_of_a_turn_is_filled_in_somewhere():
    assert {
        "open_now", "autopsy_date", "phone", "opens", "closes", "death", "from", "sections",
    } == DYNAMIC  # fmt: skip
