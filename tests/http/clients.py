"""Starts a real server; talks to it as a programme or as a browser without script does."""

from __future__ import annotations

import os
import queue
import re
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from bs4 import BeautifulSoup, Tag

PROJECT = Path(__file__).resolve().parents[2]
SECRET = "only-for-these-tests-" * 3
START_SECONDS = 600


@dataclass
class Server:
    """A running `roi serve`."""

    url: str
    log: list[str]
    process: subprocess.Popen[str]
    database: Path

    def sender(self, cookie: str) -> str:
        """The id in the database of the conversation that a session's cookie belongs to."""
        from bot.channels.web.sessions import Sessions
        from bot.state import SharedState

        state = SharedState(f"sqlite:///{self.database}", SECRET)
        try:
            return state.sender("web", Sessions(SECRET).read(cookie).id)
        finally:
            state.close()

    def post(self, body: Any, **options: Any) -> requests.Response:
        """A JSON message in a conversation of its own."""
        return requests.post(f"{self.url}/webhooks/web/messages", json=body, timeout=60, **options)


class Programme:
    """A client of the JSON messages that keeps its cookie."""

    def __init__(self, server: Server, language: str = "en") -> None:
        self.url = f"{server.url}/webhooks/web/messages"
        self.session = requests.Session()
        self.session.headers["Accept-Language"] = language

    def say(self, text: str, **more: Any) -> dict[str, Any]:
        return self.send({"text": text, **more})

    def send(self, body: dict[str, Any]) -> dict[str, Any]:
        response = self.session.post(self.url, json=body, timeout=60)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        assert all(message["text"].strip() for message in answer["messages"])
        return answer


@dataclass
class Browser:
    """A browser without script: reads the page, fills in its forms, follows redirects."""

    url: str
    language: str = "en"
    session: requests.Session = field(default_factory=requests.Session)
    page: BeautifulSoup = field(default_factory=lambda: BeautifulSoup("", "html.parser"))
    response: requests.Response = field(default_factory=requests.Response)

    def open(self) -> Browser:
        return self._shown(self._request("GET"))

    def say(self, text: str) -> Browser:
        return self.submit("send", text=text)

    def choose(self, title: str) -> Browser:
        button = next(b for b in self.page.select(".choices button") if b.text == title)
        return self.submit("choose", choice=str(button["value"]))

    def submit(self, form_name: str, **typed: str) -> Browser:
        fields = {str(i["name"]): str(i["value"]) for i in self._form(form_name).select("input")}
        return self._shown(self._request("POST", {**fields, **typed}))

    def token(self) -> str:
        return str(self._form("send").select_one("input[name=token]")["value"])  # type: ignore[index]

    @property
    def messages(self) -> list[tuple[str, str]]:
        """Speaker and text of each message of the transcript."""
        return [
            ("person" if "from-person" in item["class"] else "assistant", _text(item))
            for item in self.page.select("#transcript > li")
        ]

    @property
    def choices(self) -> list[str]:
        return [button.text for button in self.page.select(".choices button")]

    def _form(self, name: str) -> Tag:
        found = self.page.select_one(f"input[name=do][value={name}]")
        assert found is not None, f"there is no form {name}"
        return found.find_parent("form")  # type: ignore[return-value]

    def _request(self, method: str, data: dict[str, str] | None = None) -> requests.Response:
        headers = {"Accept-Language": self.language}
        return self.session.request(
            method, self.url, data=data, headers=headers, timeout=60, allow_redirects=True
        )

    def _shown(self, response: requests.Response) -> Browser:
        self.response = response
        self.page = BeautifulSoup(response.text, "html.parser")
        return self


def _text(item: Tag) -> str:
    """A message as it is read: its paragraphs and what its card lists, one below the other."""
    blocks = item.select(".text p:not(.actions), .text h2, .text h3, .text li")
    return "\n\n".join(_number(block) + block.get_text().strip() for block in blocks)


def _number(block: Tag) -> str:
    steps = block.find_parent("ol") if block.name == "li" else None
    if steps is None or "text" not in [c for p in steps.parents for c in p.get("class", [])]:
        return ""
    return f"{1 + len(block.find_previous_siblings('li'))}. "


def start(folder: Path, *options: str, **environment: str) -> subprocess.Popen[str]:
    """Starts `roi serve` with everything it writes in one folder."""
    # Rasa changes this one when it is imported, as it is in the process of the tests.
    inherited = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"}
    return subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "serve", *options],
        cwd=PROJECT,
        env={**inherited, "ROI_VAR": str(folder), "ROI_SECRET": SECRET, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_until_ready(process: subprocess.Popen[str], log: list[str]) -> str:
    """The address it answers at, once it does; its output goes on into the log."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            log.append(line)
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        line = lines.get(timeout=START_SECONDS)
        assert line is not None, "the server did not start:\n" + "".join(log)
        found = re.search(r"ready at (http://\S+)/", line)
        if found:
            return found.group(1)
