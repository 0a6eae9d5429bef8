"""Which language to answer in.

An explicit choice goes before clear evidence in the message, that before the conversation so far,
that before the channel's hint (browser language, phone country), that before the default.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from bot.languages import same_language
from bot.nlu.language_id import LanguageEvidence

# What evidence too weak to change a conversation must reach to begin one, if nothing else is known.
_GOOD_GUESS = 0.7


@dataclass(frozen=True)
class LanguageDecision:
    """The language to answer in.

    Attributes:
        language: One of the offered codes.
        switched: It differs from the conversation so far, so the switch should be confirmed.
        unsupported: The language somebody asked for or clearly writes in, if it is not offered.
    """

    language: str
    switched: bool = False
    unsupported: str | None = None


def choose_language(
    explicit: str | None,
    evidence: LanguageEvidence,
    current: str | None,
    hint: str | None,
    offered: Sequence[str],
    default: str = "en",
    *,
    current_is_chosen: bool = False,
) -> LanguageDecision:
    """Decides which language to answer in.

    Args:
        explicit: The language chosen with this message, by button or by name.
        evidence: What the message says about its own language.
        current: The language of the conversation so far.
        hint: What the channel knows: a language tag or an Accept-Language header.
        offered: The languages that the assistant answers in.
        default: The language where nothing is known.
        current_is_chosen: Somebody asked for ``current`` earlier; only a whole sentence in another
            language changes it then.

    Returns:
        The decision.
    """
    before = offered_form(current, offered)
    resting = before or hinted(hint, offered) or _guessed(evidence, offered) or default
    if explicit is not None:
        wanted: str | None = explicit
    elif evidence.sentence or (evidence.clear and not (current_is_chosen and before)):
        wanted = evidence.code
        if wanted is not None and same_language(wanted, resting) and "-" not in wanted:
            wanted = resting  # "你好" is Chinese in both scripts
    else:
        wanted = None
    language = offered_form(wanted, offered) or resting
    return LanguageDecision(
        language=language,
        switched=before is not None and language != before,
        unsupported=wanted if wanted and offered_form(wanted, offered) is None else None,
    )


def offered_form(tag: str | None, offered: Sequence[str]) -> str | None:
    """The offered language that a tag means: "pt-BR" is answered in "pt", "zh-TW" in "zh-Hant".

    Args:
        tag: A language tag, if there is one.
        offered: The languages that the assistant answers in.
    """
    if not tag:
        return None
    wanted = tag.strip().replace("_", "-").casefold()
    for code in offered:
        if code.casefold() == wanted:
            return code
    same = [code for code in offered if same_language(code, wanted)]
    script = _script_of(wanted) if len(same) > 1 else None
    return next((code for code in same if script and code.endswith(script)), next(iter(same), None))


@lru_cache(maxsize=64)
def _script_of(tag: str) -> str | None:
    """The script that a tag names or implies: "Hant" for "zh-TW"."""
    try:
        script: str | None = Locale.parse(tag, sep="-").script
    except (UnknownLocaleError, ValueError):
        return None  # browsers send what they like
    return script


def hinted(hint: str | None, offered: Sequence[str]) -> str | None:
    """The offered language that a channel's hint means.

    Args:
        hint: A language tag or an Accept-Language header.
        offered: The languages that the assistant answers in.
    """
    # "pt-BR,pt;q=0.9,en;q=0.8": browsers list the languages in order of preference.
    tags = [part.partition(";")[0] for part in (hint or "").split(",")]
    return next((code for tag in tags if (code := offered_form(tag, offered))), None)


def _guessed(evidence: LanguageEvidence, offered: Sequence[str]) -> str | None:
    return offered_form(evidence.code, offered) if evidence.confidence >= _GOOD_GUESS else None
