"""`roi export`: all that is kept of one person, as JSON, for their own request."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument(
        "--sender", required=True, help="phone number, session cookie or id, or conversation id"
    )
    parser.add_argument("--output", type=Path, help="a new file, readable by its owner only")


def run(options: argparse.Namespace) -> int:
    """Prints, or writes a file."""
    import asyncio
    import json
    import os
    from contextlib import closing

    from bot.channels.web.settings import WebSettings
    from bot.person import Person, open_store

    settings = WebSettings.load()
    with closing(open_store()) as store:
        kept = asyncio.run(Person(options.sender, store, settings).export())
    text = json.dumps(kept, ensure_ascii=False, indent=2) + "\n"
    if options.output is None:
        print(text, end="")
        return 0
    descriptor = os.open(options.output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return 0
