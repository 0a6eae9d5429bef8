"""A phone that texts with a running server, through webhooks signed by Twilio's library."""

from __future__ import annotations

import itertools
import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import requests
from twilio.request_validator import RequestValidator

from bot.channels.sms.segments import count
from bot.cli.sms_sim import parameters
from tests.http.clients import start, wait_until_ready

TOKEN = "0123456789abcdef0123456789abcdef"
URL = "https://records.example.org:8443/texts/webhook?line=main"
_numbers = itertools.count(random.SystemRandom().randrange(1_000_000))


@dataclass
class TextServer:
    """A `roi serve` with text messages; it can be restarted with all it has stored."""

    folder: Path
    log: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None
    url: str = ""

    def start(self) -> None:
        settings = {"TWILIO_AUTH_TOKEN": TOKEN, "ROI_SMS_URL": URL}
        self.process = start(self.folder, "--port", "0", **settings)
        self.url = wait_until_ready(self.process, self.log) + "/webhooks/sms/webhook?line=main"

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        assert self.process.wait(timeout=60) == 0

    def post(self, form: dict[str, str]) -> requests.Response:
        """Delivers a form as Twilio does, signed for the public address."""
        signature = RequestValidator(TOKEN).compute_signature(URL, form)
        headers = {"X-Twilio-Signature": signature}
        return requests.post(self.url, data=form, headers=headers, timeout=60)


@dataclass
class Phone:
    """Somebody's phone, its number never given to anybody."""

    server: TextServer
    number: str = field(default_factory=lambda: f"+1617555{next(_numbers) % 10_000:04d}")

    def form(self, body: str, media: int = 0, **more: str) -> dict[str, str]:
        return parameters(body, self.number, media=media, **more)

    def text(self, body: str, media: int = 0, **more: str) -> str:
        """Texts, and gives the text that came back; "" is silence."""
        return self.deliver(self.form(body, media, **more))

    def deliver(self, form: dict[str, str]) -> str:
        response = self.server.post(form)
        assert response.status_code == 200, response.text
        assert response.headers["Content-Type"] == "text/xml; charset=utf-8"
        response.encoding = "utf-8"
        messages = texts_in(response.text)
        assert len(messages) <= 1, "one text a turn"
        for message in messages:
            assert 1 <= count(message).segments <= 3, message
        return "".join(messages)

    def whole(self, body: str, more: str) -> str:
        """Texts, and asks for more until all has come."""
        return "\n".join(self.pages(body, more))

    def pages(self, body: str, more: str) -> Iterator[str]:
        page = self.text(body)
        yield page
        for _ in range(9):
            if more.upper() not in page.rpartition("\n")[2]:
                return
            page = self.text(more)
            yield page
        raise AssertionError("there is no end to it")


def texts_in(twiml: str) -> list[str]:
    root = ElementTree.fromstring(twiml)
    assert root.tag == "Response"
    return [message.text or "" for message in root.iter("Message")]
