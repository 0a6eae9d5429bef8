"""An answer in the alphabet and the size of text messages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.channels.sms.folding import fold_to_short_alphabet
from bot.channels.sms.pages import paginate
from bot.channels.sms.words import SmsWords
from bot.content_store import shipped_wording
from bot.keys import Key

Pages = tuple[str, ...]


def pages_of(texts: Sequence[str], language: str, words: SmsWords) -> Pages:
    """The pages of an answer, each in the alphabet and size of a text message.

    Args:
        texts: What is to be said, one below the other.
        language: The language it is in.
        words: Know the language's alphabet.
    """

    def fold(text: str) -> str:
        if words.alphabet(language) == "ucs2":
            return text
        return fold_to_short_alphabet(text, words.keeps_accents(language))

    whole = re.sub(r"\n{2,}", "\n", "\n".join(texts))
    hint = shipped_wording().text(language, Key.SMS_MORE.value, short=True)
    return paginate(whole, hint, fold)
