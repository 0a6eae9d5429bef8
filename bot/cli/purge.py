"""`roi purge`: deletes now what is over; a running server does so by itself."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares no options; how long conversations are kept is a setting."""


def run(options: argparse.Namespace) -> int:
    """Purges, and says how much."""
    import asyncio
    from contextlib import closing

    from bot.channels.web.settings import WebSettings
    from bot.person import open_store
    from bot.purging import purge

    settings = WebSettings.load()
    with closing(open_store()) as store:
        state = store.shared_state(settings.secret, settings.old_secrets)
        done = asyncio.run(purge(store, state, settings.keep))
    hours = int(settings.keep.total_seconds() // 3600)
    print(
        f"deleted: {done.conversations} conversations without a message for {hours} hours "
        f"({done.events} events), {done.others} other entries whose time was over"
    )
    return 0
