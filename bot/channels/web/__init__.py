"""The web chat: a page that works without script, and JSON messages beside it.

Named in credentials.yml as ``bot.channels.web.WebChannel``.
"""

from bot.channels.web.channel import WebChannel

__all__ = ["WebChannel"]
