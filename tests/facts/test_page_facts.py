"""Every fact of the hospital's page can be brought out by a question, in every language."""

from __future__ import annotations

import pytest

from bot.content_store import shipped_wording
from bot.conversation import Conversation, Reply
from bot.languages import load_languages
from tests.page_facts import PageFact, load_page_facts

PARTS = ("steps", "documents", "timing", "cost", "notes")


@pytest.mark.parametrize("language", load_languages().offered)
@pytest.mark.parametrize("fact", load_page_facts().facts, ids=lambda fact: fact.id)
async def test_a_question_brings_out_the_fact(
    conversation: Conversation, fact: PageFact, language: str
) -> None:
    replies = await _asked(conversation, fact.turns(language), f"facts/{fact.id}/{language}")
    shown = "\n".join(reply.text for reply in replies)
    assert {reply.language for reply in replies} == {language}
    assert _stated(replies) & set(fact.statements), shown
    for name in (*fact.facts, *fact.links):
        assert shipped_wording().fact(language, name) in shown
    for department in fact.departments:
        assert shipped_wording().text(language, f"department.{department}") in shown


async def _asked(conversation: Conversation, turns: list[str], sender: str) -> list[Reply]:
    """The replies to all turns of a new conversation on the web."""
    results = [await conversation.turn(sender, "web", text=text) for text in turns]
    return [reply for result in results for reply in result.replies]


def _stated(replies: list[Reply]) -> set[str]:
    """The statements whose words the person reads."""
    return {
        entry["id"]
        for reply in replies
        for part in PARTS
        for entry in (reply.plan or {}).get(part, ())
        if entry["text"] in reply.text
    }
