"""What arrives at the webhook: signed or not, once or again, text, picture, app or machine."""

from __future__ import annotations

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlencode

import pytest
import requests
from twilio.request_validator import RequestValidator

from bot.channels.sms.payloads import MAX_FORM
from bot.cli.__main__ import main
from bot.content_store import shipped_wording
from bot.keys import Key
from tests.sms.phone import TOKEN, URL, Phone, TextServer

FORM = "application/x-www-form-urlencoded; charset=UTF-8"


def said(key: Key, language: str = "en") -> str:
    return shipped_wording().text(language, key.value, short=True)


def raw(server: TextServer, body: bytes, signature: str | None, kind: str = FORM) -> int:
    headers = {"Content-Type": kind}
    if signature is not None:
        headers["X-Twilio-Signature"] = signature
    return requests.post(server.url, data=body, headers=headers, timeout=60).status_code


def sign(form: dict[str, str], token: str = TOKEN, url: str = URL) -> str:
    return str(RequestValidator(token).compute_signature(url, form))


def conversation_is_new(phone: Phone) -> bool:
    return said(Key.SMS_INTRO) in phone.text("hello")


# -- who may speak ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["none", "empty", "nonsense", "another token", "another address"])
def test_what_twilio_has_not_signed_is_refused_and_not_processed(phone, kind):
    form = phone.form("I need my records")
    signature = {
        "none": None,
        "empty": "",
        "nonsense": "nonsense",
        "another token": sign(form, token="f" * 32),
        "another address": sign(form, url="https://evil.example/webhook"),
    }[kind]
    assert raw(phone.server, urlencode(form).encode(), signature) == 403
    assert conversation_is_new(phone)


def test_a_parameter_that_was_changed_breaks_the_signature(phone):
    form = phone.form("hello")
    changed = urlencode({**form, "Body": "STOP"}).encode()
    assert raw(phone.server, changed, sign(form)) == 403
    added = urlencode({**form, "OptOutType": "STOP"}).encode()
    assert raw(phone.server, added, sign(form)) == 403


def test_the_public_address_counts_and_not_that_of_the_request(phone):
    form = phone.form("hello")
    inside = sign(form, url=phone.server.url)
    assert raw(phone.server, urlencode(form).encode(), inside) == 403
    other_line = sign(form, url=URL.replace("main", "other"))
    assert raw(phone.server, urlencode(form).encode(), other_line) == 403


def test_blank_parameters_are_part_of_what_is_signed(phone):
    assert phone.text("", FromCity="", FromZip="") == "\n".join(
        [said(Key.SMS_INTRO), said(Key.SYSTEM_EMPTY)]
    )


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"Body=" + b"a" * MAX_FORM, FORM, 413),
        (b"Body=" + b"a" * 500_000, FORM, 413),
        (b"Body=\xff", FORM, 400),
        (b"Body=%ff", FORM, 400),
        (b"Body=a&Body=b", FORM, 400),
        (b"&".join(b"a%d=b" % n for n in range(300)), FORM, 400),
        (b"", FORM, 403),
    ],
)
def test_a_request_that_is_no_form_of_twilio_is_refused(texting, body, kind, status):
    assert raw(texting, body, "signature", kind) == status


@pytest.mark.parametrize(
    "change", [{"MessageSid": ""}, {"MessageSid": "x"}, {"From": ""}, {"NumMedia": "many"}]
)
def test_a_signed_form_that_is_no_message_is_refused(phone, change):
    form = {**phone.form("hello"), **change}
    assert raw(phone.server, urlencode(form).encode(), sign(form)) == 400


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_the_webhook_only_takes_posts(texting, method):
    assert requests.request(method, texting.url, timeout=60).status_code == 405


# -- once and in order -------------------------------------------------------------------------


def test_a_message_delivered_again_gets_the_same_answer_and_moves_nothing(phone):
    form = phone.form("I need my records")
    first = phone.deliver(form)
    question = phone.text("1")
    assert phone.deliver(form) == first
    assert phone.deliver({**form, "NumSegments": "2"}) == first
    assert phone.text("say it again").endswith(question.rpartition("?")[2])


def test_deliveries_at_the_same_time_are_answered_once(phone):
    form = phone.form("I need my records")
    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(phone.deliver, [form] * 6))
    assert len(answers) == 1
    assert events_of_people(phone.server) >= 1
    assert said(Key.SMS_INTRO) not in phone.text("1"), "one conversation has begun, and goes on"


def test_texts_in_quick_succession_are_answered_in_order(phone):
    phone.text("hello")
    answers: dict[int, str] = {}
    texts = ["I need my records", "1", "2"]

    def send(index: int) -> None:
        answers[index] = phone.text(texts[index])

    threads = [threading.Thread(target=send, args=(index,)) for index in range(len(texts))]
    for thread in threads:
        thread.start()
        time.sleep(0.03)
    for thread in threads:
        thread.join()
    assert shipped_wording().text("en", "question.destination") in answers[0]
    assert shipped_wording().text("en", "question.sensitivity", short=True) in answers[1]
    assert said(Key.REQUEST_PLAN) in answers[2]


def events_of_people(server: TextServer) -> int:
    with closing(sqlite3.connect(server.folder / "roi.db")) as database:
        return int(
            database.execute("select count(*) from events where type_name = 'user'").fetchone()[0]
        )


# -- who else writes ---------------------------------------------------------------------------


@pytest.mark.parametrize("sender", ["whatsapp:+16175550188", "messenger:123", "rcs:+16175550188"])
def test_other_apps_are_told_to_send_an_sms(texting, sender):
    before = events_of_people(texting)
    assert Phone(texting, sender).text("I need my records") == said(Key.SMS_ONLY_TEXTS)
    spanish = Phone(texting, sender).text("¿Cómo puedo pedir mi expediente médico, por favor?")
    assert "WhatsApp" in spanish and "Mande un SMS" in spanish
    assert Phone(texting, sender).text("STOP") == ""
    assert events_of_people(texting) == before, "nothing of it is kept"


@pytest.mark.parametrize("sender", ["72645", "BankAlert", "+12", "+1617555012a"])
def test_machines_get_no_answer(texting, sender):
    assert Phone(texting, sender).text("Your code is 123456") == ""


def test_reports_about_messages_of_ours_get_no_answer(phone):
    assert phone.text("", SmsStatus="delivered", MessageStatus="delivered") == ""


# -- what is written ---------------------------------------------------------------------------


def test_a_picture_is_not_fetched_and_not_wanted(phone):
    answer = phone.text("", media=2)
    assert said(Key.SMS_NO_PICTURES) in answer and said(Key.SMS_INTRO) in answer
    beside = phone.text("How do I get my mammograms?", media=1)
    assert said(Key.SMS_NO_PICTURES) in beside and "617.414.4884" in beside


def test_an_inverted_exclamation_mark_is_left_alone(phone):
    phone.text("¡Hola! ¿Cómo pido mi expediente médico?")
    with closing(sqlite3.connect(phone.server.folder / "roi.db")) as database:
        rows = database.execute("select data from events where type_name = 'user'").fetchall()
    assert any(
        "\\u00a1Hola! \\u00bfC\\u00f3mo" in row[0] or "¡Hola! ¿Cómo" in row[0] for row in rows
    )
    assert not any("@Hola" in row[0] for row in rows)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ("😀👍🏽", Key.SYSTEM_UNREADABLE),
        ("   ", Key.SYSTEM_EMPTY),
        ("a" * 1600, Key.SYSTEM_TOO_LONG),
    ],
)
def test_what_says_nothing_gets_its_own_answer(phone, body, key):
    assert said(key) in phone.text(body)


def test_a_long_text_of_several_segments_is_one_message(phone):
    text = (
        "Good morning, I am writing to you because my new doctor has asked me to bring it all to "
        "my first visit next month, so my question is this: how do I get copies of my mammograms?"
    )
    assert len(text) > 160
    assert "617.414.4884" in phone.text(text)


def test_danger_comes_before_everything_else(phone):
    answer = phone.text("I want to die")
    assert "988" in answer and not answer.startswith(said(Key.SMS_INTRO))
    assert said(Key.SMS_INTRO) in phone.text("hello")


def test_no_number_and_no_text_is_stored_or_logged(phone):
    phone.text("I need my zebra records")
    phone.text("STOP")
    digits = phone.number.removeprefix("+")
    for path in phone.server.folder.iterdir():
        if path.is_file():
            assert digits.encode() not in path.read_bytes(), path
    log = "".join(phone.server.log)
    assert digits not in log and "zebra" not in log and TOKEN not in log


def test_the_simulator_talks_to_a_running_server(texting, monkeypatch, capsys):
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    monkeypatch.setenv("ROI_SMS_URL", URL)
    monkeypatch.setenv("ROI_SECRET", "only-for-these-tests-" * 3)
    number = Phone(texting).number
    address = texting.url.partition("?")[0]
    assert main(["sms-sim", "--to", address, "--from", number, "--repeat", "hello"]) == 0
    shown = capsys.readouterr().out
    assert shown.count(said(Key.SMS_INTRO)) == 2 and "segments: 1" in shown
    assert main(["sms-sim", "--to", address, "--from", number, "STOP"]) == 0
    assert "nothing is sent back" in capsys.readouterr().out
    assert main(["sms-sim", "--to", address, "--from", number, "--unsigned", "hello"]) == 1
    assert "refused: 403" in capsys.readouterr().out
