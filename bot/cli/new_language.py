"""`roi new-language`: writes a new language's files and says what is to be done."""

from __future__ import annotations

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("code", help="the language's code in BCP 47, such as kea")


def run(options: argparse.Namespace) -> int:
    """Writes what does not exist yet and prints the list of what to do."""
    from bot.new_language import scaffold, to_do
    from bot.paths import PROJECT

    try:
        written = scaffold(options.code)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    for path in written:
        print(path.relative_to(PROJECT).as_posix())
    print(f"{len(written)} files written\n\nTo do:")
    for number, step in enumerate(to_do(options.code), start=1):
        print(f"{number}. {step}")
    return 0
