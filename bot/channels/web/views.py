"""Renders the templates: all text is escaped, all wording comes by key."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from sanic import Sanic

from bot.brand import shipped_brand
from bot.channels.web.assets import shipped_assets
from bot.channels.web.links import linked, phone_link
from bot.content_store import shipped_guidance, shipped_wording
from bot.keys import Key
from bot.languages import direction_in, load_languages
from bot.rendering import Renderer

TEMPLATES = Path(__file__).resolve().parent / "templates"

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
        app: The application that shows it.
        **values: What the template shows besides wording and phone lines.
    """
    page = _environment().get_template(template)
    # Where drafts are withheld, the page around the messages is in English and says so.
    spoken = shipped_wording().spoken(language, Key.PAGE_INTRO.value)
    return page.render(
        language=spoken,
        chosen=language,
        direction=direction_in(spoken),
        words=_words(spoken),
        lines=_lines(spoken),
        languages=[(code, load_languages().get(code)) for code in load_languages().answered],
        brand=_brand(),
        **values,
    )


def language_marks(language: str, around: str) -> Markup:
    """The `lang` and `dir` attributes of a text, nothing where they are those of the text around.

    Args:
        language: The language of the text.
        around: The language of the text around it.
    """
    if language == around:
        return Markup("")
    return Markup(' lang="{}" dir="{}"').format(language, direction_in(language))


def marked(text: str, language: str, key: str) -> Markup:
    """A text said in a message, marked where a withheld draft makes it another language.

    Args:
        text: As it was said.
        language: The message's.
        key: The wording it was made from.
    """
    spoken = shipped_wording().spoken(language, key)
    if spoken == language:
        return linked(text)
    return Markup("<span{}>{}</span>").format(language_marks(spoken, language), linked(text))


def worded(language: str, key: str) -> Markup:
    """A heading or button in the language of the message it stands in."""
    return marked(shipped_wording().text(language, key), language, key)


def open_now(language: str) -> Markup:
    """Whether the records office is open at this moment, however old the message is."""
    said = Renderer(shipped_guidance(), shipped_wording()).open_now(language)
    return marked(said, language, Key.SYSTEM_OPEN_UNTIL.value)


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
    environment.globals.update(
        asset=shipped_assets().url,
        language_marks=language_marks,
        marked=marked,
        open_now=open_now,
        worded=worded,
    )
    return environment


def _brand() -> dict[str, str | None]:
    assets = shipped_assets()
    return {
        "name": shipped_brand().name,
        "logo": assets.url(assets.logo) if assets.logo is not None else None,
    }


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
