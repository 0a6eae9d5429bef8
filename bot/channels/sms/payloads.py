"""What Twilio posts: a signed form, read strictly. No media is ever fetched."""

from __future__ import annotations

from typing import Literal
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConstrainedInt, ConstrainedStr, Field, ValidationError
from twilio.request_validator import RequestValidator

from bot.channels.web.payloads import PayloadError

MAX_FORM = 64 * 1024
"""Bytes; the longest text with ten attachments takes less than half of it."""

_MAX_FIELDS = 200

Sender = Literal["phone", "app", "machine"]


class _Sid(ConstrainedStr):
    regex = r"^[A-Z]{2}[0-9a-fA-F]{32}$"


class _Sender(ConstrainedStr):
    min_length, max_length = 1, 200


class _Few(ConstrainedInt):
    ge, le = 0, 100


class Incoming(BaseModel):
    """A message as Twilio's webhook describes it; what else it says is left alone.

    Attributes:
        sid: The same for each delivery of the same message.
        sender: A number, or what else it came from.
        body: The text; several texts that belong together arrive as one.
        media: How many pictures or other files came with it.
        opt_out: What Twilio's own opt-out keywords made of it.
        status: Where it is on its way; anything but `received` is a report about a message.
    """

    class Config:
        frozen = True

    sid: _Sid = Field(alias="MessageSid")
    sender: _Sender = Field(alias="From")
    body: str = Field("", alias="Body")
    media: _Few = Field(0, alias="NumMedia")
    opt_out: Literal["STOP", "START", "HELP"] | None = Field(None, alias="OptOutType")
    status: str = Field("received", alias="SmsStatus")

    @property
    def came_from(self) -> Sender:
        """A phone; another app, such as `whatsapp:+1...`; or a short code or name, a machine."""
        if ":" in self.sender:
            return "app"
        digits = self.sender.removeprefix("+")
        long_enough = digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 15
        return "phone" if long_enough and self.sender.startswith("+") else "machine"


class Webhook:
    """Reads requests that Twilio has signed."""

    def __init__(self, token: str, url: str) -> None:
        """Args: Twilio's auth token, and the public address that it posts to."""
        self._validator = RequestValidator(token)
        self._url = url

    def read(self, content_type: str, body: bytes, query: str, signature: str | None) -> Incoming:
        """The message in a request.

        Args:
            content_type: Of the request.
            body: Of the request, as it arrived.
            query: The request's query string; Twilio signs it with the address.
            signature: The header X-Twilio-Signature.

        Raises:
            PayloadError: It cannot be read (400, 413, 415) or is not from Twilio (403).
        """
        params = _params(content_type, body)
        # Behind a proxy the request's own address is another than the one that was signed.
        url = f"{self._url.partition('?')[0]}?{query}" if query else self._url
        if not signature or not self._validator.validate(url, params, signature):
            raise PayloadError(403, "not_from_twilio")
        try:
            return Incoming.parse_obj({k: v for k, v in params.items() if v or k == "Body"})
        except ValidationError as error:
            raise PayloadError(400, "invalid_request") from error


def _params(content_type: str, body: bytes) -> dict[str, str]:
    """All parameters, blank ones too: they are part of what is signed."""
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise PayloadError(415, "unsupported_media_type")
    if len(body) > MAX_FORM:
        raise PayloadError(413, "too_large")
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MAX_FIELDS,
        )
    except ValueError as error:
        raise PayloadError(400, "invalid_request") from error
    if len(dict(pairs)) != len(pairs):
        raise PayloadError(400, "invalid_request")  # Twilio names each parameter once
    return dict(pairs)
