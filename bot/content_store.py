"""The content of this installation, loaded and checked once for the whole process."""

from __future__ import annotations

from functools import lru_cache

from bot.guidance.load import Guidance, load_guidance
from bot.languages import load_languages
from bot.wording import Wording, load_wording


@lru_cache(maxsize=1)
def shipped_guidance() -> Guidance:
    """Directory, statements, decision tables and topics.

    Raises:
        bot.content_loader.ContentError: They cannot be used.
    """
    return load_guidance()


@lru_cache(maxsize=1)
def shipped_wording() -> Wording:
    """The wording of every offered language.

    Raises:
        bot.content_loader.ContentError: It cannot be used.
    """
    return load_wording(shipped_guidance(), load_languages().offered)
