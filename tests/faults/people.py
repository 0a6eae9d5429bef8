"""People who talk to a server that may be away as the page does: until each message is in."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import requests

from bot.content_store import shipped_wording
from bot.keys import Key
from tests.http.clients import Server

PHONE = "617.414.4213"
QUESTIONS = {
    "en": ["I need my records", "my own", "How do I get my mammograms?", "thank you"],
    "es": ["necesito mi expediente", "el mío", "¿Cuánto cuesta?", "gracias"],
    "fr": ["j'ai besoin de mon dossier", "le mien", "Combien ça coûte ?", "merci"],
}
GREETINGS = {"en": "hello", "es": "hola", "fr": "bonjour"}
PATIENCE = 600.0  # on a busy machine; a start takes ten


@dataclass
class Person:
    """Somebody who says one thing after the other, and what came back meanwhile."""

    server: Server
    language: str
    rounds: int = 3
    said: list[str] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    apologies: list[str] = field(default_factory=list)
    unreachable: int = 0
    problem: BaseException | None = None

    def __post_init__(self) -> None:
        self.session = requests.Session()
        self.session.headers["Accept-Language"] = self.language

    def greet(self) -> None:
        """Gets a session, which a message that is sent again needs."""
        self.say(GREETINGS[self.language])

    def talk(self) -> None:
        try:
            for number in range(self.rounds):
                for question in QUESTIONS[self.language]:
                    self.say(f"{question} {'!' * number}".strip())
        except BaseException as error:  # shown by the test, which runs in another thread
            self.problem = error

    def say(self, text: str) -> dict[str, Any]:
        """Sends a message again and again under its key until it is answered."""
        key, give_up = secrets.token_urlsafe(16), time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            answer = self._try(text, key)
            if answer is not None:
                self.said.append(text)
                self.answers.append(answer)
                return answer
            time.sleep(0.2)
        raise AssertionError(f"no answer within {PATIENCE:.0f} seconds; {self.apologies[-1:]}")

    def conversation(self) -> list[tuple[str, str]]:
        """Speaker and text of all that the server has."""
        url = f"{self.server.url}/webhooks/web/conversation"
        messages = self.session.get(url, timeout=60).json()["messages"]
        return [(message["speaker"], message["text"]) for message in messages]

    def check(self) -> None:
        """Nothing was lost, doubled or mixed, and whatever failed named the phone line."""
        if self.problem is not None:
            raise self.problem
        stored = self.conversation()
        assert [text for speaker, text in stored if speaker == "person"] == self.said
        answers = [m["text"] for answer in self.answers for m in answer["messages"]]
        assert [text for speaker, text in stored if speaker == "assistant"] == answers
        sessions = [answer["session"] for answer in self.answers]
        assert sessions == ["new"] + ["continued"] * (len(sessions) - 1)
        assert all(PHONE in apology for apology in self.apologies), self.apologies

    def _try(self, text: str, key: str) -> dict[str, Any] | None:
        url = f"{self.server.url}/webhooks/web/messages"
        headers = {"Idempotency-Key": key}
        try:
            response = self.session.post(url, json={"text": text}, headers=headers, timeout=60)
        except (requests.ConnectionError, requests.Timeout):
            self.unreachable += 1
            return None
        body = response.json()
        if response.status_code != 200:
            assert response.status_code in (500, 503), body
            self.apologies.append(body["error"]["message"])
            return None
        first = body["messages"][0]
        if first["text"] == shipped_wording().text(first["language"], Key.SYSTEM_FAILED.value):
            self.apologies.append(first["text"])
            return None
        return dict(body)


def all_talk(people: list[Person]) -> list[threading.Thread]:
    """Lets people talk at the same time."""
    threads = [threading.Thread(target=person.talk) for person in people]
    for thread in threads:
        thread.start()
    return threads
