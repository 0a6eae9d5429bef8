"""Writes a conversation held in the shell as a regression test under ``tests/conversations/``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.observed import REQUEST_SLOTS, Observed
from bot.paths import PROJECT
from bot.scenario import KINDS, as_yaml, load_scenario

CONVERSATIONS = PROJECT / "tests" / "conversations"
_NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,79}")


class SaveError(ValueError):
    """The conversation was not saved; the message says why."""


@dataclass(frozen=True)
class Recorded:
    """One turn of the shell.

    Attributes:
        message: `say`, `number` or `language` of the step.
        turn: What it brought.
    """

    message: dict[str, str]
    turn: Observed


def save(
    turns: Sequence[Recorded],
    name: str,
    kind: str,
    channel: str,
    folder: Path = CONVERSATIONS,
) -> Path:
    """Writes a test that expects just what happened.

    Args:
        turns: The conversation so far.
        name: The file's name, with or without ``.yml``; no path.
        kind: The folder, one of :data:`bot.scenario.KINDS`.
        channel: The channel that it was held on.
        folder: Where the kinds stand.

    Returns:
        The file.

    Raises:
        SaveError: There is nothing to save, the name or the kind is none, or the file exists.
    """
    stem = name.removesuffix(".yml")
    if not _NAME.fullmatch(stem):
        raise SaveError("a name has small letters, digits and _ only, such as bill_for_my_son")
    if kind not in KINDS:
        raise SaveError(f"there is no kind `{kind}`; the kinds are {', '.join(KINDS)}")
    if not turns:
        raise SaveError("nothing has been said yet")
    path = folder / kind / f"{stem}.yml"
    if folder.resolve() not in path.resolve().parents:
        raise SaveError(f"{path} leads out of {folder}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(as_yaml(_scenario(turns, stem, channel)))
    except FileExistsError as error:
        raise SaveError(f"{path} exists already; choose another name") from error
    load_scenario(path, ())  # what is written can be read
    return path


def _scenario(turns: Sequence[Recorded], stem: str, channel: str) -> dict[str, Any]:
    language = turns[0].turn.language
    content: dict[str, Any] = {
        "name": stem.replace("_", " "),
        "why": "Saved from roi shell; say here what would be lost if it broke.",
        "languages": [language],
        "steps": [_step(recorded, language) for recorded in turns],
    }
    if channel != "web":
        content["channel"] = channel
    return content


def _step(recorded: Recorded, language: str) -> dict[str, Any]:
    turn = recorded.turn
    expect: dict[str, Any] = {
        "language": turn.language,
        "keys": [*turn.keys],
        "topics": [*turn.topics],
        "question": turn.question,
        "choices": [key for _, key in turn.choices],
        "handoff": turn.handoff,
        "slots": {name: turn.slots.get(name) for name in REQUEST_SLOTS},
    }
    for part in ("rules", "statements", "contacts", "forms"):
        if turn.plan_ids(part):
            expect[part] = [*turn.plan_ids(part)]
    message: dict[str, Any] = dict(recorded.message)
    if "say" in message:
        message["say"] = {language: message["say"]}
    return {**message, "expect": expect}
