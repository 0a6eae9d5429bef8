"""`roi sms-sim`: sends signed webhooks to a running server, as Twilio would."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen
from xml.etree import ElementTree

NUMBER = "+16175550123"
"""One of those that are never given to anybody."""

_TO = "+16175550100"
_PATH = "/webhooks/sms/webhook"
_TIMEOUT = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("text", nargs="*", help="messages; typed one a line if none")
    parser.add_argument("--from", dest="sender", default=NUMBER, help=f"number ({NUMBER})")
    parser.add_argument(
        "--to", default=f"http://127.0.0.1:5005{_PATH}", help="address of the server"
    )
    parser.add_argument("--media", type=int, default=0, help="how many pictures come with it")
    parser.add_argument("--repeat", action="store_true", help="deliver each message twice")
    parser.add_argument("--unsigned", action="store_true", help="leave the signature out")


def run(options: argparse.Namespace) -> int:
    """Sends each message and prints what would be texted back, with its segments."""
    from bot.channels.sms.settings import SmsSettings

    settings = SmsSettings.load()
    failed = 0
    for line in options.text or _typed():
        params = parameters(line, options.sender, media=options.media)
        for _ in range(2 if options.repeat else 1):
            status, reply = send(
                options.to, params, settings.url, None if options.unsigned else settings.token
            )
            failed |= status != 200
            for shown in _shown(status, reply):
                print(shown, flush=True)
    return int(failed)


def parameters(body: str, sender: str, *, media: int = 0, **more: str) -> dict[str, str]:
    """The form that Twilio posts for one message.

    Args:
        body: The text.
        sender: The number it comes from.
        media: How many pictures come with it.
        **more: Other parameters, or others than these.
    """
    sid = ("MM" if media else "SM") + secrets.token_hex(16)
    form = {
        "MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "AccountSid": "AC" + "0" * 32,
        "From": sender, "To": _TO, "Body": body, "NumMedia": str(media), "NumSegments": "1",
        "SmsStatus": "received", "ApiVersion": "2010-04-01", "ToCountry": "US",
        "FromCountry": "US", "FromCity": "", "FromState": "MA", "FromZip": "",
    }  # fmt: skip
    for index in range(media):
        form[f"MediaUrl{index}"] = f"https://api.twilio.com/Media/ME{'0' * 31}{index}"
        form[f"MediaContentType{index}"] = "image/jpeg"
    return {**form, **more}


def send(address: str, params: Mapping[str, str], url: str, token: str | None) -> tuple[int, str]:
    """Posts a form, signed for the public address.

    Args:
        address: Where the server answers.
        params: The form.
        url: The public address that the server is configured with.
        token: Twilio's auth token; None leaves the signature out.

    Returns:
        The status and the answer's body.
    """
    from twilio.request_validator import RequestValidator

    query = urlsplit(url).query
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
    if token is not None:
        headers["X-Twilio-Signature"] = RequestValidator(token).compute_signature(url, params)
    where = f"{address}?{query}" if query and "?" not in address else address
    request = Request(where, urlencode(params).encode(), headers)
    try:
        with urlopen(request, timeout=_TIMEOUT) as response:
            return response.status, response.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def texts(reply: str) -> list[str]:
    """The messages in a TwiML answer."""
    return [message.text or "" for message in ElementTree.fromstring(reply).iter("Message")]


def _typed() -> Iterable[str]:
    if sys.stdin.isatty():
        print("One message a line; Ctrl+D ends.", flush=True)
    return (line.rstrip("\r\n") for line in sys.stdin)


def _shown(status: int, reply: str) -> Iterator[str]:
    from bot.channels.sms.segments import count

    if status != 200:
        yield f"refused: {status} {reply}"
        return
    sent: list[Any] = texts(reply)
    for text in sent:
        counted = count(text)
        yield f"{text}\n  [{counted.encoding}, {counted.units}, segments: {counted.segments}]"
    if not sent:
        yield "(nothing is sent back)"
