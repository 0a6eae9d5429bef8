"""People who write in a language that is not offered, with the real assistant."""

from __future__ import annotations

from typing import Any

import pytest

from bot.content_store import shipped_handoffs
from bot.languages import load_languages

WRITTEN = {
    "it": "vorrei una copia della mia cartella clinica",
    "ko": "제 의료 기록 사본을 받고 싶어요",
    "ja": "自分のカルテのコピーが欲しいです",
    "so": "waxaan rabaa nuqul ka mid ah diiwaankayga caafimaadka",
    "kea": "N kre un kopia di nha dokumentu di ospital",
    "fa": "من یک کپی از پرونده پزشکی خود می‌خواهم",
    "am": "የህክምና መዝገቤን ቅጂ እፈልጋለሁ",
    "km": "ខ្ញុំចង់បានច្បាប់ចម្លងនៃកំណត់ត្រាវេជ្ជសាស្ត្ររបស់ខ្ញុំ",
    "uk": "я хочу отримати копію моєї медичної картки",
}
NAMED = {
    "so": "somali",
    "kea": "kreyòl kabuverdianu",
    "ko": "한국어",
    "am": "I need an Amharic interpreter",
    "bn": "necesito intérprete de bengalí",
}


@pytest.mark.parametrize(("code", "text"), [*WRITTEN.items(), *NAMED.items()])
async def test_they_get_the_interpreter_line_in_their_own_language(
    conversation: Any, code: str, text: str
) -> None:
    result = await conversation.turn(f"test:handoff/{text}", "web", text=text)
    reply = result.replies[0]
    known = load_languages().get(code)
    assert known is not None
    assert (reply.handoff, reply.topics[0]) == ("interpreter", "interpreter")
    assert reply.notice is not None
    assert (reply.notice["language"], reply.notice["direction"]) == (code, known.direction)
    assert "617.414.5549" in reply.notice["text"] and known.english_name in reply.notice["text"]
    assert reply.text.startswith(reply.notice["text"])
    assert reply.language in load_languages().answered


async def test_they_can_go_on_in_a_language_that_is_offered(conversation: Any) -> None:
    sender = "test:handoff/goes on"
    result = await conversation.turn(sender, "web", text=WRITTEN["it"])
    titles = {title: choice for choice, title in result.replies[0].choices}
    assert set(titles) == {load_languages().get(code).name for code in load_languages().answered}
    chosen = await conversation.turn(sender, "web", choice=titles["Español"])
    assert chosen.language == "es"


async def test_an_interpreter_for_an_offered_language_comes_with_the_choice_to_go_on_in_it(
    conversation: Any,
) -> None:
    result = await conversation.turn(
        "test:handoff/offered", "web", text="I need a Spanish interpreter"
    )
    reply = result.replies[0]
    assert (reply.handoff, reply.notice) == ("interpreter", None)
    assert reply.choices[0][1] == "Español"


@pytest.mark.parametrize("text", ["ok", "hi", "MyChart", "si", "no", "3/4/2026", "Maria Oliveira"])
async def test_what_every_language_has_changes_nothing(conversation: Any, text: str) -> None:
    sender = f"test:handoff/nothing/{text}"
    await conversation.turn(sender, "web", text="hola, necesito mis records médicos")
    result = await conversation.turn(sender, "web", text=text)
    assert result.language == "es"
    assert all(reply.notice is None for reply in result.replies)


def test_every_language_written_here_has_a_notice() -> None:
    assert {*WRITTEN, *NAMED} <= set(shipped_handoffs())
