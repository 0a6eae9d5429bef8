"""`roi`: what staff and operators run from the shell."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.content_loader import ContentError
from bot.quiet import configure_logging, prepare_environment

COMMANDS = {
    "ask": "answer messages without a server (arguments, standard input or JSON lines)",
    "shell": "talk to the assistant and see why it answers as it does",
    "serve": "serve the web chat",
    "cluster": "serve with several workers: PostgreSQL, Redis and nginx on this machine",
    "purge": "delete now the conversations that are over",
    "delete": "delete all that is kept of one person",
    "export": "all that is kept of one person, as JSON",
    "sms-sim": "text with a running server as Twilio would, signed",
    "train": "train the model if the data have changed",
    "eval": "measure how well messages are understood",
    "check": "check all content files",
    "new-language": "begin a language: its files, and what is to be done",
    "translations": "list, mark, export and import translations",
}
"""Each command has a module of its name in this package, with _ for -."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        arguments: Without the programme's name; the process's own if not given.

    Returns:
        The exit code: 0 done, 1 something has to be mended, 2 wrong usage.
    """
    parser = argparse.ArgumentParser(prog="roi", description="ROI Assistant")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, purpose in COMMANDS.items():
        command = commands.add_parser(name, help=purpose, description=purpose)
        _module(name).add_arguments(command)
    options = parser.parse_args(arguments)
    prepare_environment()
    configure_logging()
    try:
        return int(_module(options.command).run(options))
    except ContentError as error:
        print(error, file=sys.stderr)
        return 1
    except SQLAlchemyError as error:
        # What it says holds the statement and its values.
        print(
            f"roi {options.command}: the database failed ({type(error).__name__})", file=sys.stderr
        )
        return 1
    except (RuntimeError, OSError) as error:
        print(f"roi {options.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _module(command: str) -> Any:
    return importlib.import_module(f"bot.cli.{command.replace('-', '_')}")


if __name__ == "__main__":
    sys.exit(main())
