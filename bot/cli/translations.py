"""`roi translations`: what is unreviewed or outdated; files for translators, and back."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("--keys", action="store_true", help="name the entries, not only how many")
    steps = parser.add_subparsers(dest="step", metavar="STEP")
    stamp = steps.add_parser("stamp", help="mark translations as made from the present English")
    stamp.add_argument("language")
    stamp.add_argument("key", nargs="*", help="entries; all if none are named")
    out = steps.add_parser("export", help="write a file for a translator")
    back = steps.add_parser("import", help="take a translator's file back; all of it or nothing")
    for step in (out, back):
        step.add_argument("language")
        step.add_argument("file", type=Path, help="*.xlf (XLIFF 1.2) or *.xlsx")
    back.add_argument("--reviewer", help="who vouches for the whole file; it counts as reviewed")


def run(options: argparse.Namespace) -> int:
    """Lists, marks, writes or takes translations."""
    from bot.translations import TranslationError

    steps = {None: _list, "stamp": _stamp, "export": _export, "import": _import}
    try:
        if options.step is not None:
            _check_language(options.language)
        return steps[options.step](options)
    except TranslationError as error:
        print(error, file=sys.stderr)
        return 1


def _check_language(language: str) -> None:
    from bot.translations import TranslationError, translated_languages

    if language not in translated_languages():
        known = ", ".join(translated_languages())
        raise TranslationError(f"{language} is not translated to. Write one of: {known}.")


def _list(options: argparse.Namespace) -> int:
    from bot.translations import status, translated_languages

    for language in translated_languages():
        found = status(language)
        groups = {
            "unreviewed": found.unreviewed,
            "outdated": found.outdated,
            "missing": found.missing,
        }
        counts = ", ".join(f"{len(keys)} {name}" for name, keys in groups.items())
        print(f"{language}: {found.entries} entries, {counts}")
        if options.keys:
            for name, keys in groups.items():
                for key in keys:
                    print(f"  {name}: {key}")
    return 0


def _stamp(options: argparse.Namespace) -> int:
    from bot.translations import stamp

    changed = stamp(options.language, options.key)
    print(f"{options.language}: {len(changed)} entries marked")
    return 0


def _export(options: argparse.Namespace) -> int:
    from bot.translation_files import units, write_units
    from bot.translations import english_entries, status
    from bot.wording_files import FOLDER, merged, read_files

    entries = merged(read_files(FOLDER / options.language))
    found = status(options.language)
    statuses = dict.fromkeys(entries, "reviewed")
    for name, keys in (
        ("draft", found.unreviewed),
        ("outdated", found.outdated),
        ("missing", found.missing),
    ):
        statuses |= dict.fromkeys(keys, name)
    rows = list(units(english_entries(), entries, statuses))
    write_units(options.file, options.language, rows)
    print(f"{options.file}: {len(rows)} texts")
    return 0


def _import(options: argparse.Namespace) -> int:
    from datetime import date

    from bot.content_store import shipped_guidance
    from bot.translation_files import read_units
    from bot.translation_import import checked
    from bot.translations import english_entries, write_translations
    from bot.wording import known_placeholders
    from bot.wording_files import FOLDER, merged, read_files

    language, reviewer = options.language, (options.reviewer or "").strip() or None
    present = merged(read_files(FOLDER / language))
    translated, problems = checked(
        read_units(options.file, language),
        english_entries(),
        present,
        known_placeholders(shipped_guidance()),
    )
    if problems:
        print("\n".join(problems), file=sys.stderr)
        print(f"{len(problems)} problems; nothing was written", file=sys.stderr)
        return 1
    changed = write_translations(language, translated, reviewer, date.today())
    print(f"{language}: {len(translated)} entries taken, {len(changed)} changed")
    return 0
