"""`roi eval`: how well the trained model understands; docs/nlu.md defines each figure."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from bot.paths import BUILD


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument(
        "file", nargs="?", type=Path, help="labelled messages as JSON lines, for a second table"
    )
    parser.add_argument("--model", type=Path, help="another model than the one for the data")
    parser.add_argument("--output", type=Path, default=BUILD / "eval", help="where to write")


def run(options: argparse.Namespace) -> int:
    """Prints a table for each set and writes the picture and the errors on our own sentences."""
    return asyncio.run(_evaluate(options))


async def _evaluate(options: argparse.Namespace) -> int:
    from bot.evaluation.confusion import confusion, draw
    from bot.evaluation.report import errors, shown, table, write_errors
    from bot.evaluation.run import (
        evaluate_file,
        evaluate_own,
        identified_only,
        language_shares,
    )
    from bot.languages import load_languages
    from bot.runtime import load_agent
    from bot.training import ensure_model

    agent = load_agent(options.model or ensure_model())
    offered = load_languages().offered
    own = await evaluate_own(agent, offered)
    print("tests/nlu and tests/data, in percent; docs/nlu.md says what each column counts")
    print("\n".join(table(own.rows)))
    for code in identified_only(offered):
        shares = map(shown, await language_shares(agent, code))
        print("{}: recognised in {} of sentences, {} of short texts".format(code, *shares))
    if options.file is not None:
        try:
            rows = await evaluate_file(agent, options.file)
        except ValueError as error:
            raise RuntimeError(str(error)) from error
        print(f"\n{options.file}")
        print("\n".join(table(rows)))
    options.output.mkdir(parents=True, exist_ok=True)
    draw(options.output / "confusion.png", *confusion(own.pairs))
    write_errors(options.output / "errors.csv", errors(own.pairs))
    print(f"\n{options.output}: confusion.png, errors.csv (our own sentences only)")
    return 0
