"""`roi shell`: in this process with the real assistant, and once as a process behind a pipe."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.languages import load_languages
from bot.paths import PROJECT


async def typed(*lines: str) -> AsyncIterator[str]:
    for line in lines:
        yield line


@pytest.fixture
def shell(agent: Any, conversation: Any) -> Any:
    from bot.cli.shell import Shell

    written: list[str] = []
    made = Shell(agent, conversation, written.append)
    made.written = written
    return made


async def shown(shell: Any, *lines: str, language: str | None = None) -> str:
    await shell.talk(typed(*lines), language)
    return "\n".join(shell.written)


async def test_a_number_picks_the_choice_shown_with_it(shell: Any) -> None:
    text = await shown(shell, "I need my medical records", "2")
    assert "  2) To my MyChart" in text
    assert "Are there sensitive details" in text


async def test_the_trace_shows_why(shell: Any) -> None:
    text = await shown(shell, ":trace", "my dad passed away in June and I need his chart")
    assert "Trace on." in text
    assert "intent:     deceased" in text
    assert "subject=deceased" in text
    assert "rule:       estate (table signature, routes.yml:" in text
    assert "Requesting a Deceased Individual’s Medical Records" in text


async def test_the_trace_of_the_last_answer_can_be_asked_for_afterwards(shell: Any) -> None:
    text = await shown(shell, "what does a copy cost", ":trace", ":trace")
    assert "intent:     fees" in text
    assert text.endswith("Trace off.")


async def test_another_language_goes_on_with_the_open_question(shell: Any) -> None:
    text = await shown(shell, "I need my medical records", ":lang es")
    assert "Le voy a responder en español." in text or "español" in text
    assert "1) A mí" in text


async def test_the_shell_can_begin_in_another_language(shell: Any) -> None:
    text = await shown(shell, "MyChart", language="pt")
    assert "MyChart" in text
    assert shell._recorded[-1].turn.language == "pt"


async def test_a_language_not_offered_is_named(shell: Any) -> None:
    offered = ", ".join(load_languages().answered)
    assert f"`xx` is not offered; the languages are {offered}" in await shown(shell, ":lang xx")


async def test_a_text_message_numbers_its_choices_itself(shell: Any) -> None:
    text = await shown(shell, ":channel sms", "I need my medical records")
    assert "Reply with a number." in text
    assert "\n  1) " not in text


async def test_a_new_conversation_knows_nothing_of_the_last(shell: Any) -> None:
    await shown(shell, "I need my medical records", ":again", "hello")
    assert shell._recorded[-1].turn.slots["item"] is None
    assert len(shell._recorded) == 1


async def test_a_saved_conversation_passes_as_a_test(
    shell: Any, agent: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.conversations.player import Player

    monkeypatch.setattr("bot.recording.save.__defaults__", (tmp_path,))
    lines = ("necesito mis records médicos", "3", "cuánto cuesta eso?", ":lang en", "no")
    text = await shown(shell, *lines, ":save la_prueba digressions")
    assert "Saved as" in text
    saved = tmp_path / "digressions" / "la_prueba.yml"
    assert await Player(agent, saved, "es").play() == []


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (":save ../x", "Not saved: a name has"),
        (":save x", "Not saved: nothing has been said"),
        (":save x nothing", "Not saved: there is no kind"),
        (":save", "Write it like this: :save FILE [KIND]"),
        (":lang", "Write it like this: :lang CODE"),
        (":channel fax", "There is no channel `fax`"),
        (":nonsense", "There is no command :nonsense"),
        (":", ":quit              leave"),
    ],
)
async def test_a_wrong_command_says_how_to_write_it(line: str, answer: str, shell: Any) -> None:
    assert answer in await shown(shell, line)


async def test_quit_ends_it(shell: Any) -> None:
    assert "Hello" not in await shown(shell, ":quit", "hello")


def test_the_shell_reads_a_pipe(model_path: Path) -> None:
    lines = "X-rays please\n\nquero meu prontu\xe1rio m\xe9dico\n".encode("latin-1") + b":quit\n"
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "shell", "--trace"],
        input=lines, capture_output=True, timeout=180, cwd=PROJECT, check=False,
    )  # fmt: skip
    output = done.stdout.decode("utf-8")
    assert done.returncode == 0, done.stderr.decode("utf-8")
    assert "rule:       radiology" in output
    assert "I got an empty message" in output
    assert "Traceback" not in done.stderr.decode("utf-8")
