"""200 invented details go in through every channel; none is found in anything that comes out.

Looked through are all files that the assistant writes (the database with its freed pages and its
journal), all that its processes print, the error pages, and what other people's sessions get.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import requests
from twilio.request_validator import RequestValidator

from bot.cli.sms_sim import parameters
from tests.http.clients import PROJECT, SECRET, Browser, start, wait_until_ready
from tests.privacy.canaries import Canary, canaries, files_in, found, odd_word
from tests.sms.phone import TOKEN, URL

SETTINGS = {
    "TWILIO_AUTH_TOKEN": TOKEN,
    "ROI_SMS_URL": URL,
    "ROI_SESSION_LIMIT": "1000000",
    "ROI_ADDRESS_LIMIT": "1000000",
    "ROI_CONVERSATION_LIMIT": "1000000",
    "ROI_ALLOWED_ORIGINS": "https://www.example.org",
}
ENOUGH = 200
SECONDS = 300
DEATH = {"en": "March 3, 2026", "iso": "2026-03-03", "from": "2026-04-15", "typed": "03/03/2026"}


@dataclass
class Planted:
    """What was put in, and what came out."""

    traces: dict[str, list[bytes]] = field(default_factory=dict)
    out: dict[str, bytes] = field(default_factory=dict)

    def told(self, canary: Canary) -> Canary:
        name = f"{canary.language} {canary.kind} {canary.value}"
        self.traces[name] = list(canary.traces())
        return canary

    def odd(self, place: str) -> str:
        word = odd_word()
        self.traces[f"{place} {word}"] = [word.encode()]
        return word

    def got(self, place: str, response: requests.Response) -> None:
        headers = "\n".join(f"{k}: {v}" for k, v in response.headers.items())
        self.out[f"{place} ({len(self.out)})"] = headers.encode() + response.content


@pytest.fixture(scope="module")
def planted(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Planted:
    """Everything is said once, through all channels; the processes have ended."""
    all_of_them = canaries()
    by_web, by_page, by_text = all_of_them[0::6], all_of_them[1::6], all_of_them[2::6]
    asked, shelled, logged = all_of_them[3::6], all_of_them[4::6], all_of_them[5::6]
    planted = Planted()
    for canary in all_of_them:
        planted.told(canary)
    folder = tmp_path_factory.mktemp("canaries")
    with ExitStack() as ending:
        server = start(folder / "server", "--port", "0", **SETTINGS)
        ending.callback(server.kill)
        log: list[str] = []
        url = wait_until_ready(server, log)
        database = folder / "debug" / "roi.db"
        script = [str(PROJECT / "tests" / "privacy" / "debug_run.py"), str(database)]
        others = {
            "ask": run(folder, "ask", ["-m", "bot.cli", "ask", "--json"], json_lines(asked)),
            "shell": run(folder, "shell", ["-m", "bot.cli", "shell", "--trace"], lines(shelled)),
            "debug": run(folder, "debug", script, json_lines(logged)),
        }
        for process in others.values():
            ending.callback(process.kill)
        say_by_web(planted, url, by_web)
        say_by_page(planted, url, by_page)
        say_by_text(planted, url, by_text)
        plant_elsewhere(planted, url)
        look_as_another(planted, url)
        # While it runs: the write-ahead log is still there.
        planted.out |= files_in(folder / "server")
        server.terminate()
        assert server.wait(timeout=60) == 0
        for name, process in others.items():
            assert process.wait(timeout=SECONDS) == 0, name
            planted.out[f"output of {name}"] = typed_and_told(folder, name)[1].read_bytes()
    planted.out["output of serve"] = "".join(log).encode()
    planted.out |= files_in(folder)
    return planted


def test_there_are_enough_canaries_of_all_kinds_and_languages(planted: Planted) -> None:
    assert len(planted.traces) >= ENOUGH


def test_no_canary_is_found_in_files_logs_error_pages_or_other_peoples_answers(
    planted: Planted,
) -> None:
    assert found(planted.traces, planted.out) == []


def test_the_search_finds_what_is_there(planted: Planted) -> None:
    for name, forms in planted.traces.items():
        assert found({name: forms}, {"a file": b"\0x" + forms[-1] + b"y\0"})
    stored = b"".join(text for place, text in planted.out.items() if place.endswith("roi.db"))
    assert stored.count(b"***") >= len(planted.traces) / 4, "messages are stored, redacted"
    assert len(planted.out["output of debug"]) > 100_000, "everything was logged"
    assert b"***" in planted.out["output of ask"]
    # The shell prints no messages, but says that it has left details out.
    assert b"details.not_needed" in planted.out["output of shell"]


def test_a_date_of_death_is_shown_whole_and_kept_nowhere(planted: Planted) -> None:
    kept = {place: text for place, text in planted.out.items() if "roi.db" in place}
    assert kept
    assert found({"death": [d.encode() for d in DEATH.values()]}, kept) == []


# -- the channels ---------------------------------------------------------------------------------


def say_by_web(planted: Planted, url: str, spoken: list[Canary]) -> None:
    for number, canary in enumerate(spoken):
        body = {"text": canary.message, "language": canary.language}
        headers = {"Idempotency-Key": f"key-of-a-canary-{number:04d}"}
        session = requests.Session()
        for _ in (1, 2):  # sent again it gets the same answer
            answer = session.post(f"{url}/webhooks/web/messages", json=body, headers=headers)
            assert answer.status_code == 200, answer.text
            planted.got("the answer", answer)
        planted.got("the conversation", session.get(f"{url}/webhooks/web/conversation"))
        if number % 5 == 0:
            session.delete(f"{url}/webhooks/web/conversation")  # its pages are freed
    session = requests.Session()
    for text in ("autopsy report", f"she died on {DEATH['typed']}"):
        answer = session.post(f"{url}/webhooks/web/messages", json={"text": text})
    assert DEATH["en"] in answer.text, "what is shown is whole"
    again = session.get(f"{url}/webhooks/web/conversation").text
    assert DEATH["en"] in again
    session.post(f"{url}/webhooks/web/messages", json={"text": "what does it cost"})
    later = session.get(f"{url}/webhooks/web/conversation").text
    assert DEATH["en"] not in later and "***" in later


def say_by_page(planted: Planted, url: str, spoken: list[Canary]) -> None:
    for path, canary in zip(cycle(("/", "/webhooks/web/embed")), spoken, strict=False):
        browser = Browser(url + path, canary.language).open().say(canary.message)
        assert browser.response.status_code == 200
        planted.got("the page", browser.response)
    browser = Browser(f"{url}/").open().say("autopsy report").say(f"he died {DEATH['typed']}")
    assert DEATH["en"] in browser.response.text, "the page shows it whole"
    assert DEATH["en"] in browser.open().response.text, "and so when it is loaded again"
    assert DEATH["en"] not in browser.say("what does it cost").response.text


def say_by_text(planted: Planted, url: str, spoken: list[Canary]) -> None:
    for number, canary in enumerate(spoken):
        sender = f"+1617555{7000 + number}"
        planted.traces[f"sender {sender}"] = [sender[1:].encode()]
        more = {"ProfileName": planted.odd("ProfileName"), "FromCity": planted.odd("FromCity")}
        post_text(planted, url, parameters(canary.message, sender, **more))
        post_text(planted, url, parameters("MORE", sender))
    app = parameters(f"ssn {spoken[0].value}", "whatsapp:+16175557999")
    post_text(planted, url, app)
    for text in ("autopsy report", f"he died {DEATH['typed']}", "MORE", "MORE"):
        post_text(planted, url, parameters(text, "+16175557998"), keep=False)


def post_text(planted: Planted, url: str, form: dict[str, str], *, keep: bool = True) -> None:
    headers = {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(URL, form)}
    for _ in (1, 2):
        answer = requests.post(
            f"{url}/webhooks/sms/webhook?line=main", data=form, headers=headers, timeout=60
        )
        assert answer.status_code == 200, answer.text
        if keep:
            planted.got("the text message", answer)


def plant_elsewhere(planted: Planted, url: str) -> None:
    """In everything that is no message: fields, headers, cookies, addresses, broken bodies."""
    api, page, sms = (f"{url}/webhooks/{p}" for p in ("web/messages", "web", "sms/webhook"))
    for name in ("language", "choice", "metadata", "sender", "input_channel", "message_id"):
        body = {"text": "hello", name: planted.odd(f"field {name}")}
        planted.got("an error", requests.post(api, json=body))
    for name in ("User-Agent", "Referer", "X-Forwarded-For", "Accept-Language", "Origin",
                 "X-Request-Id", "Authorization", "X-Roi-Seen"):  # fmt: skip
        headers = {name: planted.odd(f"header {name}")}
        planted.got("an answer", requests.post(api, json={"text": "hello"}, headers=headers))
    for name in ("roi_session", "roi_shown", "other"):
        cookies = {name: planted.odd(f"cookie {name}")}
        planted.got("an answer", requests.get(f"{url}/", cookies=cookies))
    for key in (planted.odd("key"), planted.odd("long key") * 4):
        headers = {"Idempotency-Key": key}
        planted.got("an answer", requests.post(api, json={"text": "hi"}, headers=headers))
    json_type, form_type = "application/json", "application/x-www-form-urlencoded"
    for address, kind, text in (
        (api, json_type, '{"text": "%s'),
        (api, json_type, '["%s"]'),
        (api, json_type, '{"text": {"%s": 1}}'),
        (api, "text/plain", "%s"),
        (page, form_type, "token=x&do=send&text=%s"),
        (page, form_type, "do=%s"),
        (page, "multipart/form-data; boundary=x", "--x\r\n%s"),
        (sms, form_type, "Body=%s&From=%%2B16175550100"),
        (sms, json_type, '{"Body": "%s"}'),
    ):
        body = text % planted.odd(f"broken body {text}")
        headers = {"Content-Type": kind}
        planted.got("an error", requests.post(address, data=body, headers=headers))
    for path in (
        "/%s",
        "/webhooks/%s/webhook",
        "/webhooks/web/static/1/%s",
        "/?q=%s",
        "/webhooks/web?language=%s",
    ):
        planted.got("an error", requests.get(url + path % planted.odd(f"address {path}")))
    long = planted.odd("too long") + " word" * 400
    planted.got("an error", requests.post(api, json={"text": long}))


def look_as_another(planted: Planted, url: str) -> None:
    planted.got("another's page", requests.get(f"{url}/"))
    planted.got("another's conversation", requests.get(f"{url}/webhooks/web/conversation"))
    other = requests.Session()
    for text in ("hello", "say that again", "go back", "what is my name", "what did I write"):
        planted.got(
            "another's answer", other.post(f"{url}/webhooks/web/messages", json={"text": text})
        )
    for path in ("/health", "/ready", "/nothing"):
        planted.got("a check", requests.get(url + path))


def typed_and_told(folder: Path, name: str) -> tuple[Path, Path]:
    """What a process reads, which is not searched, and what it prints."""
    return folder.parent / f"{folder.name}-{name}.in", folder.parent / f"{folder.name}-{name}.out"


def run(folder: Path, name: str, command: list[str], said: str) -> subprocess.Popen[bytes]:
    """Starts a process of its own that is told everything at once."""
    inherited = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"}
    own = {"ROI_VAR": str(folder / name), "ROI_SECRET": SECRET, "PYTHONPATH": str(PROJECT)}
    (folder / name).mkdir()
    typed, told = typed_and_told(folder, name)
    typed.write_text(said, encoding="utf-8")
    with typed.open("rb") as file, told.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, *command], cwd=PROJECT, env={**inherited, **own, "COLUMNS": "200"},
            stdin=file, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip


def json_lines(spoken: list[Canary]) -> str:
    channels: Any = cycle(("web", "sms", "shell"))
    rows = [
        {"text": canary.message, "channel": channel, "sender": str(number)}
        for number, (canary, channel) in enumerate(zip(spoken, channels, strict=False))
    ]
    return "\n".join(json.dumps(row) for row in rows) + "\n"


def lines(spoken: list[Canary]) -> str:
    return "\n".join([*(canary.message for canary in spoken), ":quit"]) + "\n"
