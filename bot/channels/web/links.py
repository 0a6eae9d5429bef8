"""Makes the directory's phone numbers and links in a text usable; nothing else becomes a link."""

from __future__ import annotations

import re
from functools import lru_cache

from markupsafe import Markup, escape

from bot.content_store import shipped_guidance

_COUNTRY = "+1"


def phone_url(number: str) -> str:
    """The `tel:` address of a number as the directory writes it, such as 617.555.0123 or 911."""
    digits = number.replace(".", "")
    return f"tel:{_COUNTRY}{digits}" if len(digits) > 3 else f"tel:{digits}"


def phone_link(number: str) -> Markup:
    """A number to call, kept from being turned round in right-to-left text."""
    return Markup('<bdi><a href="{}">{}</a></bdi>').format(phone_url(number), number)


def linked(text: str) -> Markup:
    """A text as safe HTML, with the directory's own numbers and addresses marked up."""
    pattern, phones, urls = _known()
    parts: list[Markup] = []
    end = 0
    for found in pattern.finditer(text):
        parts.append(escape(text[end : found.start()]))
        parts.append(_link(found.group(), phones, urls))
        end = found.end()
    parts.append(escape(text[end:]))
    return Markup("").join(parts)


def _link(known: str, phones: frozenset[str], urls: frozenset[str]) -> Markup:
    if known in phones:
        return phone_link(known)
    if known in urls:
        return Markup('<a href="{0}" rel="noopener noreferrer">{0}</a>').format(known)
    return Markup("<bdi>{}</bdi>").format(known)  # a fax number is for no phone


@lru_cache(maxsize=1)
def _known() -> tuple[re.Pattern[str], frozenset[str], frozenset[str]]:
    directory = shipped_guidance().directory
    by_kind: dict[str, set[str]] = {"phone": set(), "fax": set()}
    for fact in directory.facts.values():
        if fact.kind in by_kind:
            by_kind[fact.kind].add(str(fact.value))
    urls = {str(link.url) for link in directory.links.values() if link.url is not None}
    numbers = sorted(by_kind["phone"] | by_kind["fax"], key=len, reverse=True)
    # A number within a longer one is another number.
    patterns = [rf"(?<![\w.]){re.escape(number)}(?!\.?\w)" for number in numbers]
    patterns += [re.escape(url) for url in sorted(urls, key=len, reverse=True)]
    return re.compile("|".join(patterns)), frozenset(by_kind["phone"]), frozenset(urls)
