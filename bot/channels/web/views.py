"""Renders the templates: all text is escaped, all wording comes by key."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sanic import Sanic

from bot.channels.web.links import linked, phone_link
from bot.channels.web.transcript import direction_of
from bot.content_store import shipped_guidance, shipped_wording
from bot.keys import Key
from bot.languages import load_languages
from bot.rendering import Renderer

TEMPLATES = Path(__file__).resolve().parent / "templates"
STYLE = Path(__file__).resolve().parent / "static" / "style.css"

ALWAYS_SHOWN = ("him", "interpreter_services")
"""The departments whose phone lines stand on every page."""

_WORDS = {
    name.removeprefix("PAGE_").lower(): key
    for name, key in Key.__members__.items()
    if name.startswith("PAGE_")
}


def render(template: str, language: str, app: Sanic, **values: Any) -> str:
    """Renders a page.

    Args:
        template: The file's name.
        language: An offered language.
        app: Knows where the style sheet is served.
        **values: What the template shows besides wording and phone lines.
    """
    page = _environment().get_template(template)
    return page.render(
        language=language,
        direction=direction_of(language),
        words=_words(language),
        lines=_lines(language),
        languages=[(code, load_languages().get(code)) for code in load_languages().offered],
        style=f"{app.url_for('web.style')}?v={style_version()}",
        **values,
    )


@lru_cache(maxsize=1)
def style_version() -> str:
    """Changes with the style sheet, so that browsers may keep it."""
    return hashlib.sha256(STYLE.read_bytes()).hexdigest()[:12]


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["linked"] = linked
    environment.filters["phone_link"] = phone_link
    return environment


def _words(language: str) -> dict[str, str]:
    return {name: shipped_wording().text(language, key.value) for name, key in _WORDS.items()}


def _lines(language: str) -> dict[str, Any]:
    """The phone lines that stand on every page."""
    wording, directory = shipped_wording(), shipped_guidance().directory
    departments = []
    for name in ALWAYS_SHOWN:
        department = directory.departments[name]
        line = {
            "name": wording.text(language, f"department.{name}"),
            "phone": str(directory.facts[department.phone].value) if department.phone else None,
            "hours": wording.fact(language, department.hours) if department.hours else None,
        }
        departments.append(line)
    return {
        "departments": departments,
        "open_now": Renderer(shipped_guidance(), wording).open_now(language),
        "relay": wording.text(language, Key.SYSTEM_RELAY.value),
    }
