"""The wording of every language is complete, keeps the facts and claims nothing untrue."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bot.content_loader import ContentError, validated
from bot.content_store import shipped_guidance, shipped_wording
from bot.languages import load_languages
from bot.wording import (
    DYNAMIC,
    FOLDER,
    SOURCE_LANGUAGE,
    ResponseFile,
    load_wording,
    placeholders,
    required_keys,
)
from tests.wording_rules import rules

GUIDANCE = shipped_guidance()
LANGUAGES = load_languages().offered
TRANSLATIONS = [language for language in LANGUAGES if language != SOURCE_LANGUAGE]
TEXTS = {
    language: {
        key: entry
        for path in sorted((FOLDER / language).glob("*.yml"))
        for key, entry in validated(path, ResponseFile).responses.items()
    }
    for language in LANGUAGES
}
GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)


def variants(language: str) -> list[tuple[str, str, str]]:
    """Key, variant and template of everything a language says."""
    return [
        (key, name, template)
        for key, entry in TEXTS[language].items()
        for name, template in (("text", entry.text), ("sms", entry.sms))
        if template is not None
    ]


# -- complete ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_just_the_keys_that_are_asked_for(language):
    assert set(TEXTS[language]) == set(required_keys(GUIDANCE))


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_translation_keeps_every_placeholder_and_text_message(language):
    for key, entry in TEXTS[language].items():
        source = TEXTS[SOURCE_LANGUAGE][key]
        assert placeholders(entry.text) == placeholders(source.text), key
        assert (entry.sms is None) == (source.sms is None), key
        if entry.sms is not None and source.sms is not None:
            assert placeholders(entry.sms) == placeholders(source.sms), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_statement_names_the_facts_and_links_that_it_must(language):
    for name, statement in GUIDANCE.statements.items():
        named = placeholders(TEXTS[language][f"statement.{name}"].text)
        assert named >= {*statement.facts, *statement.links}, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unset_link_names_the_page_and_a_phone_line(language):
    for name, link in GUIDANCE.directory.links.items():
        if link.url is not None:
            continue  # configured here; test_a_configured_link_… has that case
        words = shipped_wording().fact(language, name)
        assert GUIDANCE.directory.facts[link.phone].value in words
        if name != "nondiscrimination_statement":  # it stands at the foot of every page
            assert "Release of Information" in words


# -- mistakes stop the start-up ----------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the English and Spanish wording to break."""
    for language in ("en", "es"):
        shutil.copytree(FOLDER / language, tmp_path / language)
    return tmp_path


def broken(folder: Path, name: str, old: str, new: str) -> str:
    """Changes one place and returns what loading says about it, with file and line."""
    path = folder / "es" / name
    text = path.read_text(encoding="utf-8")
    assert old in text, f"`{old}` does not stand in {name}; mend this test"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_wording(GUIDANCE, ("en", "es"), folder)
    assert all(re.search(r"es(/\w+\.yml)?:\d+: .+[.?]$", p) for p in caught.value.problems)
    return "\n".join(caught.value.problems)


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("labels.yml", "  page.you:", "  # page.you:", "page.you: this key is missing"),
        ("labels.yml", "  page.you:", "  page.yuo:", "nothing uses this key"),
        ("statements.yml", "al {cardiovascular_phone}", "al teléfono", "{cardiovascular_phone}"),
        ("statements.yml", "{mammogram_phone}", "{mamogram_phone}", "no fact {mamogram_phone}"),
        ("statements.yml", "{mammogram_phone}", "617.414.4884", "a number stands in the text"),
        ("statements.yml", "{mammogram_phone}", "{mammogram_phone", "the braces do not match"),
        ("topics.yml", "Con una cuenta activa", "Vea https://bmc.org.", "a link stands"),
        ("labels.yml", 'page.send: {text: "Enviar"', 'page.send: {text: " "', "is empty"),
        ("labels.yml", 'page.send: {text: "Enviar"', 'page.send: {text: "Send"', "in English"),
        ("dialogue.yml", ', sms: "Si no oye bien', ', smss: "Si no oye bien', "smss"),
        ("dialogue.yml", "language: es", "language: pt", "name of neither the file nor"),
        ("labels.yml", 'of: "', 'off: "', "off"),
        ("labels.yml", 'of: "', 'of: "x', "of"),
        ("labels.yml", "  page.send:", "  talk.thank: {text: x}\n  page.send:", "stands in"),
    ],
)
def test_a_mistake_in_a_translation_is_named(folder, name, old, new, says):
    assert says in broken(folder, name, old, new)


def test_a_text_message_stands_in_all_languages_or_in_none(folder):
    old = ', sms: "Si no oye bien: marque {relay_number} (relay)."'
    assert "`sms` must stand here" in broken(folder, "dialogue.yml", old, "")


def test_an_offered_language_without_wording_is_refused(folder):
    with pytest.raises(ContentError, match="no wording for `fr`"):
        load_wording(GUIDANCE, ("en", "fr"), folder)


def test_a_configured_link_takes_the_place_of_the_words(folder):
    url = "https://www.bmc.org/request"
    links = dict(GUIDANCE.directory.links)
    links["online_request"] = type(links["online_request"]).parse_obj(
        {**links["online_request"].dict(), "url": url}
    )
    directory = GUIDANCE.directory.copy(update={"links": links})
    guidance = type(GUIDANCE)(directory, GUIDANCE.statements, GUIDANCE.routes, GUIDANCE.topics)
    wording = load_wording(guidance, ("en", "es"), folder)
    for language in ("en", "es"):
        for short in (False, True):
            said = wording.text(language, "statement.request_online", short=short)
            assert url in said
            assert "Release of Information" not in said
        form = wording.text(language, "statement.download_form")
        assert "Release of Information" in form


# -- text messages -----------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_messages_keep_to_the_short_alphabet_where_the_language_can(language):
    # One letter outside GSM-7 halves what a text message holds.
    sms = {key: text for key, variant, text in variants(language) if variant == "sms"}
    outside = {key: set(text) - GSM_7 for key, text in sms.items() if not set(text) <= GSM_7}
    if rules(language).sms_alphabet == "gsm7":
        assert not outside
    else:
        assert len(outside) > 0.9 * len(sms), "it fits; write `sms_alphabet: gsm7`"


# -- what is claimed ---------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_pattern_finds_what_it_is_for(language):
    own = rules(language)
    assert [each.finds for each in (own.duty, *own.claims) if not each.found(each.finds)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_claims_to_have_sent_a_request_or_to_be_a_person(language):
    for key, variant, template in variants(language):
        for claim in rules(language).claims:
            assert not claim.found(template), (key, variant, claim.pattern)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "key", ["talk.bot_challenge", "topic.human", "topic.emergency", "topic.emergency.self_harm"]
)
def test_it_says_that_it_is_a_computer_program(language, key):
    expected = rules(language).program
    entry = TEXTS[language][key]
    assert expected in entry.text
    if entry.sms is not None:
        assert expected in entry.sms


# -- facts that are easy to get wrong ----------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_relay_is_named_in_one_text_only(language):
    keys = {key for key, _, text in variants(language) if "{relay_number}" in text}
    assert keys == {"system.relay"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_danger_gets_911_and_988(language):
    for _, variant, text in variants(language):
        assert "{crisis_line}" not in text or "{emergency_number}" in text, variant
    self_harm = TEXTS[language]["topic.emergency.self_harm"]
    assert self_harm.text.index("{crisis_line}") < self_harm.text.index("{emergency_number}")


@pytest.mark.parametrize("variant", ["text", "sms"])
def test_988_is_texted_in_english_and_spanish_only(variant):
    said = {
        language: getattr(TEXTS[language]["topic.emergency.self_harm"], variant)
        for language in LANGUAGES
    }
    assert "call or text {crisis_line}" in said["en"]
    assert "AYUDA al {crisis_line}" in said["es"]
    for language in set(LANGUAGES) - {"en", "es"}:
        assert said[language].count("{crisis_line}") == 1
    assert not re.search("mensagem|texto|AYUDA", said["pt"])
    assert "ligue para {crisis_line}" in said["pt"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_texting_911_is_said_to_work_in_english(language):
    in_english = rules(language).in_english
    entry = TEXTS[language]["topic.emergency"]
    assert in_english in entry.text
    assert in_english in (entry.sms or "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_attestation_is_reported_and_never_asserted_as_a_duty(language):
    keys = [
        "topic.reproductive_attestation",
        *(
            f"statement.{name}"
            for name, statement in GUIDANCE.statements.items()
            if statement.status == "verify"
        ),
    ]
    assert len(keys) == 5
    for key in keys:
        entry = TEXTS[language][key]
        for text in filter(None, (entry.text, entry.sms)):
            assert not rules(language).duty.found(text), (key, text)
    for key in ("topic.reproductive_attestation", "statement.attestation_asked"):
        entry = TEXTS[language][key]
        for text in filter(None, (entry.text, entry.sms)):
            assert re.search(rules(language).changed, text, re.IGNORECASE), (key, text)
    assert "{him_phone}" in TEXTS[language]["topic.reproductive_attestation"].text
    assert "{him_phone}" in TEXTS[language]["system.verify"].text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_death_is_met_with_sympathy(language):
    for key in ("topic.deceased", "topic.autopsy", "request.plan.deceased"):
        entry = TEXTS[language][key]
        for text in filter(None, (entry.text, entry.sms)):
            assert re.search(rules(language).sympathy, text), key


# -- what is remembered ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fresh():
    return load_wording(GUIDANCE, LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_that_a_turn_fills_in_is_filled_in_anew_each_time(language, fresh):
    wording, filled = shipped_wording(), 0
    for key, name, template in variants(language):
        short = name == "sms"
        for dynamic in placeholders(template) & DYNAMIC:
            said = [
                wording.text(language, key, short=short, **{dynamic: v}) for v in ("quagga", "")
            ]
            assert "quagga" in said[0] and "quagga" not in said[1]
            filled += 1
        wording.text(language, key, short=short)
        said = fresh.text(language, key, short=short)
        assert wording.text(language, key, short=short) == said  # now known
    assert filled > 10
