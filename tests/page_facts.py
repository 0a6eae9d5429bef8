"""Reads tests/data/page_facts.yml: the facts of the hospital's page, with questions for each."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Extra

from bot.content_loader import validated

PAGE_FACTS = Path(__file__).resolve().parent / "data" / "page_facts.yml"


class _Model(BaseModel):
    class Config:
        extra = Extra.forbid
        frozen = True


class PageFact(_Model):
    """One fact; the keys are explained at the top of the file."""

    id: str
    quote: str
    statements: tuple[str, ...]
    facts: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    ask: dict[str, str | list[str]]

    def turns(self, language: str) -> list[str]:
        """What a person writes, turn by turn."""
        said = self.ask[language]
        return [said] if isinstance(said, str) else said


class PageFacts(_Model):
    """The file."""

    facts: tuple[PageFact, ...]
    not_facts: tuple[str, ...]


def load_page_facts() -> PageFacts:
    """The list, checked."""
    return validated(PAGE_FACTS, PageFacts)
