"""Counts every answer as a text message and writes the table of docs/sms.md.

Run as ``.venv/bin/python -m scripts.sms_segments``; with ``--check`` it only compares.
"""

from __future__ import annotations

import sys
from datetime import datetime, timezone

from bot.channels.sms.rendering import pages_of
from bot.channels.sms.segments import count
from bot.channels.sms.words import shipped_words
from bot.content_store import shipped_guidance, shipped_wording
from bot.guidance.answer import about, brief_statements, follow_ups, starting_request
from bot.guidance.resolver import next_question, plan_of_answer, resolve
from bot.keys import Key
from bot.languages import load_languages
from bot.paths import PROJECT
from bot.rendering import Renderer
from bot.say import Choice, PlanIds, Say

DOCUMENT = PROJECT / "docs" / "sms.md"
BEGIN, END = "<!-- segments: begin -->", "<!-- segments: end -->"
_NOW = datetime(2026, 11, 21, 15, 0, tzinfo=timezone.utc)  # a Saturday: "closed" is the longest


def topic_answer(topic: str, language: str) -> Say:
    """What is said about a topic when nothing else is known, with all that can follow it."""
    guidance = shipped_guidance()
    spec = guidance.topics[topic]
    if spec.answer is not None:
        plan, asks_more = plan_of_answer(spec.answer), False
        topics, brief = (topic,), ()
    else:
        known = starting_request(guidance, topic, {}, {})
        plan, asks_more = resolve(guidance, known), next_question(guidance, known) is not None
        topics = about(guidance, topic, known, ())
        brief = brief_statements(guidance, topics[0], plan)
    names = () if spec.mode == "guided" else follow_ups(guidance, topics[0], asks_more)
    draft = shipped_wording().is_draft(language)
    return Say(
        key=f"topic.{topics[0]}",
        language=language,
        topics=topics,
        plan=PlanIds.of(plan),
        show_plan=spec.mode != "guided",
        brief=brief,
        choices=tuple(Choice(id=n, key=f"topic_title.{n}", intent=n) for n in names),
        after=(Key.LANGUAGE_DRAFT_NOTICE.value,) if draft else (),
    )


def pages(topic: str, language: str) -> tuple[str, ...]:
    """An answer as it is texted in the middle of a conversation, page by page."""
    renderer = Renderer(shipped_guidance(), shipped_wording(), lambda: _NOW)
    text = renderer.text(topic_answer(topic, language), "sms")
    return pages_of((text,), language, shipped_words())


def table() -> str:
    """The table in Markdown: a row for each topic, a column for each language."""
    languages = load_languages().offered
    lines = [
        "| topic | " + " | ".join(languages) + " |",
        "|---|" + "---|" * len(languages),
    ]
    for topic in shipped_guidance().topics:
        cells = (_cell(pages(topic, language)) for language in languages)
        lines.append(f"| `{topic}` | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(shown: tuple[str, ...]) -> str:
    return "+".join(str(count(page).segments) for page in shown)


def main(arguments: list[str]) -> int:
    """Writes the table, or checks it; 1 if it is out of date."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    wanted = f"{before}{BEGIN}\n{table()}\n{END}{after}"
    if "--check" in arguments:
        print("up to date" if wanted == text else "out of date: run python -m scripts.sms_segments")
        return int(wanted != text)
    DOCUMENT.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
