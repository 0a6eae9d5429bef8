"""Sets `SURE_PART` of bot.nlu.several.

How many messages with two questions get both answers, and how many with one get two?

    python -m benchmarks.two_questions [MODEL]

Both are measured on our own sentences (tests/data/two_questions, tests/nlu) with the trained model.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from bot.content_store import shipped_guidance
from bot.evaluation.labelled import Labelled, own_messages, two_questions
from bot.languages import load_languages
from bot.nlu.questions import QuestionSplitter
from bot.nlu.several import Part, Several, items_of
from bot.quiet import configure_logging, prepare_environment

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)
Read = tuple[Labelled, str, list[Part]]


def main() -> None:
    """Prints a row for each threshold."""
    prepare_environment()
    configure_logging()
    from bot.runtime import load_agent
    from bot.training import ensure_model

    agent = load_agent(Path(sys.argv[1]) if len(sys.argv) > 1 else ensure_model())
    read = asyncio.run(_read(agent))
    double = [each for each in read if each[0].second is not None]
    single = [each for each in read if each[0].second is None]
    print("threshold  both answered  one question taken for two")
    for sure in THRESHOLDS:
        several = Several(shipped_guidance(), sure)
        both = sum(
            set(several.topics(whole, parts)) == {message.label, message.second}
            for message, whole, parts in double
        )
        false = sum(bool(several.topics(whole, parts)) for _, whole, parts in single)
        print(f"{sure:9.1f}  {100 * both / len(double):13.1f}  {100 * false / len(single):26.2f}")


async def _read(agent: Any) -> list[Read]:
    splitter = QuestionSplitter.load()
    found: list[Read] = []
    for code in load_languages().offered:
        for message in (*own_messages(code), *two_questions(code)):
            whole = await agent.parse_message(message.text)
            language = (whole.get("language") or {}).get("code")
            parts = [
                _part(await agent.parse_message(text))
                for text in splitter.parts(message.text, language)
            ]
            # What the whole is taken for without its parts, since those replace it.
            ranking = whole.get("intent_ranking") or [{"name": whole["intent"]["name"]}]
            taken = ranking[0]["name"] if whole.get("questions") else whole["intent"]["name"]
            found.append((message, taken, parts))
    return found


def _part(parsed: dict[str, Any]) -> Part:
    ranking = {entry["name"]: entry["confidence"] for entry in parsed.get("intent_ranking") or []}
    return Part(ranking, items_of(parsed.get("entities") or []))


if __name__ == "__main__":
    main()
