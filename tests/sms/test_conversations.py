"""Whole conversations by text message, in every language, through a restart, and many at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.channels.sms.words import FILE, shipped_words
from bot.content_store import shipped_wording
from bot.keys import Key
from bot.languages import load_languages
from bot.text import fold
from tests.sms.phone import Phone, TextServer

LANGUAGES = load_languages().offered
SENTENCES = Path(__file__).resolve().parents[1] / "nlu"
WORDS = YAML(typ="safe").load(FILE.read_text("utf-8"))["languages"]


@cache
def sentences(language: str, intent: str) -> list[str]:
    paths = sorted((SENTENCES / language).glob("*.yml"))
    rows = [
        row for path in paths for row in YAML(typ="safe").load(path.read_text("utf-8"))["examples"]
    ]
    return [row["text"] for row in rows if row["intent"] == intent]


def squeezed(text: str, language: str) -> str:
    """Without line breaks, accents and the hints between pages, which may stand anywhere."""
    hint = shipped_wording().text(language, Key.SMS_MORE.value)
    folded = [fold(part) for part in (text, hint)]
    return "".join(folded[0].replace(folded[1], "").split())


def says(reply: str, key: str, language: str) -> bool:
    text = shipped_wording().text(language, key, short=True)
    return squeezed(text, language) in squeezed(reply, language)


def begun(server: TextServer, language: str) -> tuple[Phone, str]:
    """A conversation in which the guided request has been asked for, and its first answer."""
    for sentence in sentences(language, "start_request"):
        phone = Phone(server)
        reply = phone.whole(sentence, WORDS[language]["more"][0])
        if says(reply, "question.item", language):
            return phone, reply
    raise AssertionError(f"no sentence begins a request in {language}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_guided_request_by_text_message(texting, language):
    phone, reply = begun(texting, language)
    more, one = WORDS[language]["more"][0], WORDS[language]["numbers"][0]
    assert says(reply, "sms.intro", language)
    answers = {
        "question.item": "1", "question.subject": one, "question.destination": "1.",
        "question.sensitivity": "\u0662" if language == "ar" else "2",
    }  # fmt: skip
    for question, answer in answers.items():
        assert says(reply, question, language), question
        reply = phone.whole(answer, more)
        assert not says(reply, "sms.intro", language), "it is said once"
    assert says(reply, "request.plan", language)
    assert "617.414.4213" in reply and "617.414.4210" in reply
    assert "850 Harrison Avenue" in reply.replace("\n", " ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_stop_and_start_in_each_language(texting, language):
    phone, _ = begun(texting, language)
    assert says(phone.text("HELP"), "sms.help", language)
    assert says(phone.text(WORDS[language]["help"][0]), "sms.help", language)
    assert phone.text(WORDS[language]["stop"][0]) == ""
    assert phone.text("hello") == ""
    again = phone.text(WORDS[language]["start"][0])
    assert "Boston Medical Center" in again
    assert phone.text(sentences(language, "start_request")[0]) != ""


def test_a_stop_lasts_through_a_restart_until_start(texting):
    quiet, other = Phone(texting), Phone(texting)
    quiet.text("I need my records")
    by_sentence = Phone(texting)
    assert by_sentence.text("Please stop texting me") == ""
    stop = quiet.form("STOP", OptOutType="STOP")
    assert quiet.deliver(stop) == ""
    form = other.form("I need my records")
    before = other.deliver(form)
    texting.stop()
    texting.start()
    assert [quiet.text(text) for text in ("hello", "1", "I need my records", "")] == [""] * 4
    assert by_sentence.text("hello") == ""
    assert other.deliver(form) == before, "a retry gets the same answer from the new process"
    assert "What do you need" in quiet.text("START")
    left = quiet.text("1")
    assert not says(left, "question.sensitivity", "en"), "nothing is left of what was before"
    assert quiet.deliver(stop) == "", "a stop delivered again does not stop again"
    assert quiet.text("hello") != ""
    assert by_sentence.text("YES") != "" and by_sentence.text("hello") != ""


def test_help_is_answered_after_a_stop(phone):
    phone.text("STOP")
    assert says(phone.text("HELP"), "sms.help", "en")
    assert phone.text("hello") == ""


@pytest.mark.parametrize("word", ["STOP", "cancel", "End", "QUIT"])
def test_stop_words_never_mean_a_step_of_the_conversation(phone, word):
    phone.text("I need my records")
    assert phone.text(word) == ""
    assert phone.text("1") == ""


def test_the_rest_of_an_answer_is_kept_while_other_things_are_asked(phone):
    phone.text("hello")
    phone.text("I need my records")
    phone.text("1")
    plan = phone.text("1")
    assert plan.endswith(shipped_wording().text("en", "sms.more"))
    digression = phone.text("How do I get my mammograms?")
    assert "617.414.4884" in digression
    rest = phone.text("more")
    assert "617.414.4213" in rest
    assert phone.text("MORE") == shipped_wording().text("en", "sms.no_more")


def test_each_number_keeps_its_own_language(texting):
    spanish, english = Phone(texting), Phone(texting)
    assert "Pida" in spanish.text("¿Cómo puedo pedir mi expediente médico?")
    assert "Ask for" in english.text("How do I get my medical records?")
    spanish.text("ok")
    english.text("ok MyChart")
    assert says(spanish.text("INFO"), "sms.help", "es")
    assert says(english.text("INFO"), "sms.help", "en")


def test_a_country_code_is_only_a_hint(texting):
    number = "+52555555" + Phone(texting).number[-4:]
    assert says(Phone(texting, number).text("HELP"), "sms.help", "es")
    assert "Ask for" in Phone(texting, number).text("How do I get my medical records, please?")


def test_fifty_numbers_at_once(texting):
    topics = {
        "How do I get my mammograms?": "617.414.4884",
        "I need copies of my heart images": "617.638.8745",
        "who looked at my records without permission?": "617.638.7919",
        "I need an itemized bill": "617.414.4210",
        "what are your hours and phone number?": "617.414.4213",
    }
    phones = [Phone(texting) for _ in range(50)]
    assert len({phone.number for phone in phones}) == 50

    def talk(index: int) -> bool:
        question, number = list(topics.items())[index % len(topics)]
        answer = phones[index].text(question)
        return "HELP" in answer and number in answer + phones[index].text("more")

    with ThreadPoolExecutor(50) as pool:
        assert list(pool.map(talk, range(50))) == [True] * 50


def test_the_words_of_every_offered_language_are_there():
    assert set(LANGUAGES) <= set(WORDS) and shipped_words().alphabet("es") == "gsm7"
