"""The content of this installation, loaded and checked once for the whole process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import cast, get_args

from bot.content_loader import ContentError
from bot.guidance.load import Guidance, load_guidance
from bot.handoff import load_handoffs
from bot.languages import load_languages
from bot.wording import Drafts, Wording, load_wording


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
        bot.content_loader.ContentError: It cannot be used, or ROI_DRAFTS has no meaning.
    """
    return load_wording(
        shipped_guidance(), load_languages().answered, drafts=drafts_setting(os.environ)
    )


def drafts_setting(environment: Mapping[str, str]) -> Drafts:
    """What becomes of wording that no translator has reviewed, from ROI_DRAFTS.

    Raises:
        bot.content_loader.ContentError: It is neither `show` nor `withhold`.
    """
    value = environment.get("ROI_DRAFTS") or "show"
    if value not in get_args(Drafts):
        raise ContentError(
            f"ROI_DRAFTS: `{value}` has no meaning. Set it to show or withhold, or not at all."
        )
    return cast(Drafts, value)


@lru_cache(maxsize=1)
def shipped_handoffs() -> Mapping[str, str]:
    """The interpreter notice of every language that is not offered.

    Raises:
        bot.content_loader.ContentError: It cannot be used.
    """
    return load_handoffs(load_languages())
