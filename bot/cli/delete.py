"""`roi delete`: deletes all that is kept of one person."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument(
        "--sender", required=True, help="phone number, session cookie or id, or conversation id"
    )


def run(options: argparse.Namespace) -> int:
    """Deletes, and says how much; never what."""
    import asyncio
    from contextlib import closing

    from bot.channels.web.settings import WebSettings
    from bot.person import Person, open_store

    settings = WebSettings.load()
    with closing(open_store()) as store:
        deleted = asyncio.run(Person(options.sender, store, settings).delete())
    if deleted.events or deleted.others:
        print(f"deleted: a conversation of {deleted.events} events, {deleted.others} kept answers")
    else:
        print("nothing was kept of this sender")
    if deleted.opted_out:
        print("that this number wants no text messages stays known; START from it ends that")
    return 0
