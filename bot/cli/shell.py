"""`roi shell`: staff talk to the assistant and see why it answers as it does; no port is opened."""

from __future__ import annotations

import argparse
import asyncio
import inspect
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.conversation import TurnResult
    from bot.observed import Observed
    from bot.recording import Recorded

CHANNELS = ("shell", "web", "sms")
HELP = """\
Write as a patient would; a number picks a choice.
:trace             show after each answer why it was given (again: stop showing)
:lang CODE         go on in a language, such as :lang es
:channel NAME      show answers as on the channel: shell, web, sms
:save FILE [KIND]  write the conversation as a test to tests/conversations/KIND/FILE.yml
:again             begin a new conversation
:help              show this
:quit              leave (or Ctrl-D)"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("--lang", help="the language to begin in, such as es")
    parser.add_argument("--channel", choices=CHANNELS, default="shell")
    parser.add_argument("--trace", action="store_true", help="begin with :trace on")


def run(options: argparse.Namespace) -> int:
    """Talks until the input ends."""
    from bot.conversation import Conversation
    from bot.runtime import load_agent
    from bot.training import ensure_model

    agent = load_agent(ensure_model())
    shell = Shell(agent, Conversation(agent), print, channel=options.channel)
    shell.tracing = options.trace
    asyncio.run(shell.talk(_lines(), options.lang))
    return 0


class Shell:
    """One member of staff's conversation; commands begin with a colon."""

    def __init__(
        self, agent: Any, conversation: Any, write: Callable[[str], object], channel: str = "shell"
    ) -> None:
        """Args: the agent, its conversation, where lines go, and the channel to imitate."""
        self._agent, self._conversation, self._write = agent, conversation, write
        self._channel = channel
        self.tracing = False
        self._begin()

    def _begin(self) -> None:
        self._sender = f"shell:{uuid.uuid4().hex}"
        self._recorded: list[Recorded] = []
        self._open: tuple[str, ...] = ()

    async def talk(self, lines: AsyncIterator[str], language: str | None = None) -> None:
        """Answers line by line until `:quit` or the end of the input."""
        self._write("ROI Assistant. :help lists the commands, :quit leaves.")
        if language is not None:
            await self._choose_language(language)
        async for line in lines:
            if not line.startswith(":"):
                await self._answer(line)
            elif not await self._command(*line[1:].split()):
                return

    async def _command(self, name: str = "help", *arguments: str) -> bool:
        """Runs a command; False ends the shell."""
        if name in ("quit", "exit", "q"):
            return False
        commands: dict[str, Callable[..., Any]] = {
            "help": self._help,
            "trace": self._toggle_trace,
            "lang": self._choose_language,
            "channel": self._choose_channel,
            "save": self._save,
            "again": self._again,
        }
        command = commands.get(name)
        if command is None:
            self._write(f"There is no command :{name}; :help lists them.")
            return True
        try:
            inspect.signature(command).bind(*arguments)
        except TypeError:
            usage = next(line for line in HELP.splitlines() if line.startswith(f":{name}"))
            self._write(f"Write it like this: {usage}")
            return True
        done = command(*arguments)
        if inspect.isawaitable(done):
            await done
        return True

    def _help(self) -> None:
        self._write(HELP)

    def _toggle_trace(self) -> None:
        self.tracing = not self.tracing
        if not self.tracing:
            self._write("Trace off.")
        elif self._recorded:
            self._show_trace(self._recorded[-1].turn)
        else:
            self._write("Trace on.")

    async def _choose_language(self, code: str) -> None:
        from bot.languages import load_languages

        offered = load_languages().answered
        if code not in offered:
            self._write(f"`{code}` is not offered; the languages are {', '.join(offered)}.")
            return
        await self._answer(None, code)

    def _choose_channel(self, name: str) -> None:
        if name not in CHANNELS:
            self._write(f"There is no channel `{name}`; the channels are {', '.join(CHANNELS)}.")
            return
        self._channel = name
        self._write(f"Answers are shown as on {name}.")

    def _again(self) -> None:
        self._begin()
        self._write("A new conversation.")

    def _save(self, name: str, kind: str = "happy_path") -> None:
        from bot.recording import SaveError, save

        channel = "web" if self._channel == "shell" else self._channel
        try:
            path = save(self._recorded, name, kind, channel)
        except (SaveError, OSError) as error:
            self._write(f"Not saved: {error}.")
            return
        self._write(f"Saved as {path}. Complete `name` and `why`, and the other languages.")

    async def _answer(self, text: str | None, language: str | None = None) -> None:
        from bot.observed import observe
        from bot.recording import Recorded

        result = await self._conversation.turn(
            self._sender, self._channel, text=text, language=language
        )
        turn = await observe(self._agent, self._sender, result)
        self._recorded.append(Recorded(self._step(text, language), turn))
        if turn.choices:
            self._open = tuple(key for _, key in turn.choices)
        self._show(result)
        if self.tracing:
            self._show_trace(turn)

    def _step(self, text: str | None, language: str | None) -> dict[str, str]:
        """How a test says this message: a number by what it stood for, and no personal details."""
        from bot.privacy.redactor import shipped_redactor

        if text is None:
            return {"language": str(language)}
        number = int(text) if text.strip().isdecimal() else 0
        if 1 <= number <= len(self._open):
            return {"number": self._open[number - 1]}
        return {"say": shipped_redactor().redact(text).text}

    def _show(self, result: TurnResult) -> None:
        for reply in result.replies:
            self._write("")
            self._write(reply.text)
            if self._channel != "sms":  # text messages number their choices themselves
                for number, (_, title) in enumerate(reply.choices, start=1):
                    self._write(f"  {number}) {title}")
        self._write("")

    def _show_trace(self, turn: Observed) -> None:
        from bot.trace import trace

        for line in trace(turn):
            self._write(line)


async def _lines() -> AsyncIterator[str]:
    """Lines typed at a terminal, with history and editing; or of a pipe, as they are."""
    if not sys.stdin.isatty():
        for raw in sys.stdin.buffer:
            yield raw.decode("utf-8", errors="replace").rstrip("\r\n")
        return
    from prompt_toolkit import PromptSession

    session: PromptSession[str] = PromptSession("> ")
    while True:
        try:
            yield await session.prompt_async()
        except (EOFError, KeyboardInterrupt):
            return
