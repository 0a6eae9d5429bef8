"""`roi check`: says whether all content can be used, and what to mend if not."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from bot.content_loader import ContentError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("language", nargs="*", help="also languages that are not offered yet")


def run(options: argparse.Namespace) -> int:
    """Checks every kind of content and prints all problems, one a line."""
    problems: list[str] = []
    for check in _checks(options.language):
        try:
            check()
        except ContentError as error:
            problems += error.problems
    for problem in dict.fromkeys(problems):
        print(problem)
    print(f"{len(set(problems))} problems" if problems else "all content can be used")
    return 1 if problems else 0


def _checks(languages: Sequence[str]) -> list[Callable[[], object]]:
    from bot.brand import shipped_brand
    from bot.channels.sms.words import shipped_words
    from bot.content_store import shipped_guidance, shipped_handoffs, shipped_wording
    from bot.languages import load_languages
    from bot.nlu.dates import DateFinder
    from bot.nlu.emergency_rules import EmergencyRules
    from bot.nlu.entities import load_matcher
    from bot.nlu.questions import QuestionSplitter
    from bot.paths import CONTENT
    from bot.privacy.redactor import shipped_redactor
    from bot.wording import SOURCE_LANGUAGE, load_wording

    return [
        shipped_guidance,
        load_languages,
        shipped_wording,
        shipped_handoffs,
        shipped_words,
        shipped_brand,
        lambda: load_matcher(shipped_guidance().routes),
        lambda: EmergencyRules.load(CONTENT / "emergency"),
        lambda: DateFinder.load(CONTENT / "dates"),
        shipped_redactor,
        QuestionSplitter.load,
        lambda: load_wording(shipped_guidance(), (SOURCE_LANGUAGE, *languages)),
        lambda: _check_completeness(languages),
    ]


def _check_completeness(languages: Sequence[str]) -> None:
    from bot.completeness import missing_parts
    from bot.content_store import shipped_guidance
    from bot.languages import load_languages

    wanted = dict.fromkeys((*load_languages().offered, *languages))
    missing = [line for code in wanted for line in missing_parts(code, shipped_guidance())]
    if missing:
        raise ContentError(*missing)
