"""`roi serve`: serves the web chat, and text messages where they are configured."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("--host", default="127.0.0.1", help="interface (127.0.0.1)")
    parser.add_argument("--port", type=_port, default=5005, help="port (5005); 0: any free one")
    parser.add_argument(
        "--database",
        type=Path,
        help="SQLite file for the conversations (ROI_DATABASE_URL, else var/roi.db)",
    )
    parser.add_argument(
        "--model", type=Path, help="another trained model than that of the present data"
    )


def run(options: argparse.Namespace) -> int:
    """Trains if needed, then answers until stopped."""
    import os

    os.umask(0o077)  # conversations and the secret are for nobody else on this machine

    from bot.data_key import data_key
    from bot.database import database_url, open_engine
    from bot.listener import bind
    from bot.redis_server import check_redis
    from bot.retention import keep_time
    from bot.server_secrets import server_secrets

    # Rasa takes seconds to import; what is wrong with these settings has been reported by then.
    database = database_url(options.database)
    keep_time()
    engine = open_engine(database)
    data_key(engine, server_secrets())
    engine.dispose()
    check_redis()
    with bind(options.host, options.port) as listener:
        from bot.channels.sms.channel import SmsChannel
        from bot.channels.sms.settings import is_configured
        from bot.channels.web import WebChannel
        from bot.observation import observe
        from bot.quiet import configure_logging
        from bot.runtime import load_agent
        from bot.server import build_app, serve
        from bot.training import ensure_model

        channel = WebChannel.from_credentials(None)
        texting = [SmsChannel.from_credentials(None)] if is_configured() else []
        agent = load_agent(options.model or ensure_model(), database)
        # Again: importing and loading Rasa has changed it.
        configure_logging(for_good=True)
        app = build_app(agent, channel, texting)
        observe(app)
        serve(app, listener)
    return 0


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise ValueError
    return port
