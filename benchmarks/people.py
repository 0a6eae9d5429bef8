"""People who talk with a server over HTTP, as the page does: with a key, and again if need be."""

from __future__ import annotations

import secrets
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import requests
from urllib3.exceptions import ProtocolError

PATH = "/webhooks/web"
PATIENCE = 60.0
"""Seconds that somebody tries again before giving up."""

_AT_ONCE = 0.02
"""Seconds within which a closed connection shows; a turn takes about as long."""

TALK = (
    "I need my records",
    "my mom passed away",
    "I am her daughter",
    "what does it cost",
    "how long does it take",
    "and her x-rays?",
    "where do I send the form",
    "thank you",
)


@dataclass
class Tally:
    """What many people experienced.

    Attributes:
        seconds: How long each message took until it had its answer, tries and all.
        again: How often a message was sent again, since the connection failed.
        reopened: How often a message found its kept connection closed and opened another, as
            browsers do: a server that stops closes those on which nothing is under way.
        soft: How often a message was answered with the phone lines only, and sent again.
        lost: Messages that had no answer in the end.
        reasons: Why messages were sent again, and how often each: a status, or how the connection
            failed.
    """

    seconds: list[float] = field(default_factory=list)
    again: int = 0
    reopened: int = 0
    soft: int = 0
    lost: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, **more: float) -> None:
        """Adds to it; safe from any thread."""
        with self._lock:
            for name, value in more.items():
                if name == "seconds":
                    self.seconds.append(value)
                else:
                    setattr(self, name, getattr(self, name) + int(value))

    def again_because(self, reason: str) -> None:
        """Notes that a message is sent again; safe from any thread."""
        with self._lock:
            self.again += 1
            self.reasons[reason] += 1

    def percentile(self, percent: float) -> float:
        """Seconds within which so many of the messages were answered."""
        ordered = sorted(self.seconds) or [0.0]
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]

    @property
    def median(self) -> float:
        """The median of the seconds."""
        return statistics.median(self.seconds) if self.seconds else 0.0


class Person:
    """One conversation; every message has a key and is sent again until it is answered."""

    def __init__(self, url: str, tally: Tally | None = None, language: str = "en") -> None:
        """Args: the server, where to note what happens, the browser's language."""
        self.url, self.tally = url, tally or Tally()
        self.http = requests.Session()
        self.http.headers["Accept-Language"] = language
        self.said: list[str] = []
        self.answer: dict[str, Any] = {}

    def say(self, text: str) -> dict[str, Any]:
        """Says something and waits for the answer."""
        return self._send({"text": text})

    def choose(self, number: int = 0) -> dict[str, Any]:
        """Picks one of the choices of the last answer."""
        choice_id = self.answer["messages"][-1]["choices"][number]["id"]
        return self._send({"choice": choice_id})

    def heard(self) -> list[dict[str, Any]]:
        """The conversation as the server keeps it."""
        answer = self.http.get(f"{self.url}{PATH}/conversation", timeout=PATIENCE)
        answer.raise_for_status()
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages

    def _send(self, body: dict[str, Any]) -> dict[str, Any]:
        key, begun = secrets.token_urlsafe(16), time.monotonic()
        while time.monotonic() - begun < PATIENCE:
            answer = self._try(body, key)
            if answer is not None:
                self.tally.add(seconds=time.monotonic() - begun)
                self.said.append(body.get("text", ""))
                self.answer = answer
                return answer
            time.sleep(0.2)
        self.tally.add(lost=1)
        raise AssertionError(f"no answer within {PATIENCE:.0f} seconds")

    def _try(self, body: dict[str, Any], key: str) -> dict[str, Any] | None:
        try:
            response = self._post(body, key)
        except requests.ConnectionError as error:
            self.tally.again_because(type(getattr(error.args[0], "reason", error.args[0])).__name__)
            return None
        if response.status_code >= 500:
            self.tally.again_because(f"status {response.status_code}")
            return None
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        if answer["messages"][-1]["text"] == phone_lines(answer["language"]):
            self.tally.add(soft=1)
            return None
        return answer

    def _post(self, body: dict[str, Any], key: str) -> requests.Response:
        address, headers = f"{self.url}{PATH}/messages", {"Idempotency-Key": key}
        begun = time.monotonic()
        try:
            return self.http.post(address, json=body, headers=headers, timeout=PATIENCE)
        except requests.ConnectionError as error:
            at_once = time.monotonic() - begun < _AT_ONCE
            if not (self.said and at_once and isinstance(error.args[0], ProtocolError)):
                raise
            self.tally.add(reopened=1)
            return self.http.post(address, json=body, headers=headers, timeout=PATIENCE)


@lru_cache(maxsize=16)
def phone_lines(language: str) -> str:
    """What is shown where nothing can be answered."""
    from bot.keys import Key
    from bot.nlg import LocalizedResponseGenerator
    from bot.say import Say

    failed = Say(key=Key.SYSTEM_FAILED.value, language=language)
    return str(LocalizedResponseGenerator().message(failed, "web")["text"])


@contextmanager
def talking(
    url: str, people: int, texts: Sequence[str] = TALK, pause: float = 0.0
) -> Iterator[tuple[Tally, list[Person]]]:
    """People who talk, one conversation after another, as long as the context lasts.

    Args:
        url: The server.
        people: How many at a time.
        texts: What each says.
        pause: Seconds between an answer and the next message.

    Yields:
        What they experience, and everybody who has talked; both grow meanwhile.
    """
    phone_lines("en")  # loads the wording before anybody waits for it
    tally, everybody, over = Tally(), [], threading.Event()

    def talk() -> None:
        while not over.is_set():
            person = Person(url, tally)
            everybody.append(person)
            for text in texts:
                if over.is_set():
                    break
                person.say(text)
                over.wait(pause)

    with ThreadPoolExecutor(people) as pool:
        running = [pool.submit(talk) for _ in range(people)]
        try:
            yield tally, everybody
        finally:
            over.set()
    for done in running:
        done.result()


def all_at_once(number: int, function: Callable[[int], Any]) -> list[Any]:
    """Calls a function so many times at the same time, each with its number."""
    together = threading.Barrier(number)

    def call(index: int) -> Any:
        together.wait()
        return function(index)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(call, range(number)))
