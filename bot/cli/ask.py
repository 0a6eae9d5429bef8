"""`roi ask`: answers messages without a server; see DESIGN 7 for the keys it prints."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from pydantic import BaseModel, Extra, StrictStr, ValidationError

CHANNELS = ("web", "sms", "shell")


class AskLine(BaseModel):
    """One line of JSON input."""

    class Config:
        extra = Extra.ignore  # evaluation files carry labels and sources beside the text

    text: StrictStr
    lang: StrictStr | None = None
    sender: StrictStr | None = None
    channel: Literal["web", "sms", "shell"] = "web"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("text", nargs="*", help="messages; read from standard input if none")
    parser.add_argument(
        "--json",
        action="store_true",
        help='input is JSON lines {"text", "lang", "sender", "channel"}',
    )
    parser.add_argument("--lang", help="the language chosen, such as es")
    parser.add_argument("--channel", choices=CHANNELS, default="web")


def run(options: argparse.Namespace) -> int:
    """Answers each message with one JSON object on a line of its own."""
    return asyncio.run(_answer_all(options))


async def _answer_all(options: argparse.Namespace) -> int:
    from bot.conversation import Conversation
    from bot.runtime import load_agent
    from bot.training import ensure_model

    conversation = Conversation(load_agent(ensure_model()))
    failed = 0
    for number, line in enumerate(_lines(options), start=1):
        try:
            asked = _parse(line, options)
        except ValueError as error:
            print(json.dumps({"error": f"line {number}: {error}"}, ensure_ascii=False), flush=True)
            failed = 1
            continue
        answer = await _answer(conversation, asked)
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    return failed


def _lines(options: argparse.Namespace) -> Iterator[str]:
    source: Iterable[str] = options.text or sys.stdin
    for line in source:
        stripped = line.rstrip("\r\n")
        if stripped.strip() or options.text:
            yield stripped


def _parse(line: str, options: argparse.Namespace) -> AskLine:
    from bot.languages import load_languages

    if not options.json:
        asked = AskLine(text=line, lang=options.lang, channel=options.channel)
    else:
        try:
            asked = AskLine.parse_obj(json.loads(line))
        except json.JSONDecodeError as error:
            raise ValueError(f"this is no JSON ({error.msg})") from error
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            raise ValueError(f"{field}: {first['msg']}") from error
    if asked.lang is not None and load_languages().get(asked.lang) is None:
        raise ValueError(f"lang: `{asked.lang}` is no known language")
    return asked


async def _answer(conversation: Any, asked: AskLine) -> dict[str, Any]:
    from bot.privacy.redactor import shipped_redactor

    sender = f"ask:{asked.sender or uuid.uuid4().hex}"
    result = await conversation.turn(sender, asked.channel, text=asked.text, language=asked.lang)
    understood = await conversation.understood(sender)
    if understood.get("text") is None:
        understood = {}
    intent = understood.get("intent") or {}
    plans = [reply.plan for reply in result.replies if reply.plan is not None]
    handoffs = [reply.handoff for reply in result.replies if reply.handoff is not None]
    return {
        "text": shipped_redactor().redact(asked.text).text,
        "language": result.language,
        "intent": intent.get("name"),
        "confidence": intent.get("confidence"),
        "entities": [
            {"entity": entity.get("entity"), "value": entity.get("value")}
            for entity in understood.get("entities") or []
        ],
        "topics": list(dict.fromkeys(t for reply in result.replies for t in reply.topics)),
        "replies": [_shown(reply, asked.channel) for reply in result.replies],
        "plan": plans[-1] if plans else None,
        "handoff": handoffs[0] if handoffs else None,
    }


def _shown(reply: Any, channel: str) -> str:
    """A reply as text; choices that the channel shows as buttons follow as a list."""
    if channel == "sms" or not reply.choices:
        return str(reply.text)
    return "\n".join([reply.text, *(f"[{title}]" for _, title in reply.choices)])
