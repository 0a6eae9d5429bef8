"""The script that other sites load, with the wording and colours that it cannot ask for."""

from __future__ import annotations

import json

from bot.brand import Brand
from bot.content_store import shipped_wording
from bot.keys import Key
from bot.languages import direction_in, load_languages

PLACE = "__CHAT__"
"""Stands in `static/embed.js` where this is put in."""


def embed_script(source: bytes, brand: Brand) -> bytes:
    """Fills in the script of the launcher.

    Args:
        source: `static/embed.js`.
        brand: Whose colours the launcher has.

    Returns:
        The script with the launcher's wording in each offered language.

    Raises:
        ValueError: The place to put it is missing.
    """
    script = source.decode("utf-8")
    if script.count(PLACE) != 1:
        raise ValueError(f"static/embed.js must name {PLACE} once")
    chat = {
        "css": brand.css,
        "words": {code: _words(code) for code in load_languages().answered},
    }
    return script.replace(PLACE, json.dumps(chat, ensure_ascii=True)).encode()


def _words(language: str) -> dict[str, str]:
    wording = shipped_wording()
    # Where drafts are withheld the launcher is in English, from left to right.
    spoken = wording.spoken(language, Key.PAGE_LAUNCH.value)
    return {
        "dir": direction_in(spoken),
        "title": wording.text(language, Key.PAGE_TITLE.value),
        "launch": wording.text(language, Key.PAGE_LAUNCH.value),
        "close": wording.text(language, Key.PAGE_CLOSE.value),
    }
