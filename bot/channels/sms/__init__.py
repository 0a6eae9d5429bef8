"""Text messages (SMS) through Twilio, answered in the webhook's own response.

Named in credentials.yml as ``bot.channels.sms.SmsChannel``; docs/sms.md describes it.
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    # The words and the counting of segments need no Rasa, which takes seconds to import.
    if name == "SmsChannel":
        from bot.channels.sms.channel import SmsChannel

        return SmsChannel
    raise AttributeError(name)
