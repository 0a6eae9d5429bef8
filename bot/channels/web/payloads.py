"""What the web chat takes: nothing but what is named here, and no id, channel or metadata."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import ceil
from typing import Any, Literal, TypeVar
from urllib.parse import parse_qs

from pydantic import BaseModel, Extra, StrictStr, ValidationError, root_validator, validator

from bot.languages import load_languages

MAX_JSON = 16 * 1024
"""Bytes of a JSON message; a text of allowed length takes at most 12 kB, however it is escaped."""

MAX_FORM = 128 * 1024
"""Bytes of a form, so that a long text in any script gets its answer instead of an error."""


_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")

_Payload = TypeVar("_Payload", bound=BaseModel)


class PayloadError(ValueError):
    """A request that cannot be read or taken.

    Attributes:
        status: For HTTP.
        code: For programmes; the people's message is made from it.
        language: The person's, where more is known than what the browser says.
        headers: For the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        *,
        language: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Args: as the attributes."""
        super().__init__(code)
        self.status, self.code = status, code
        self.language, self.headers = language, dict(headers or {})


class TooManyError(PayloadError):
    """A request above the limits.

    Attributes:
        wait: Whole seconds until the next may be made.
    """

    def __init__(self, wait: float, language: str) -> None:
        """Args: the seconds to wait, and the person's language."""
        self.wait = max(1, ceil(wait))
        headers = {"Retry-After": str(self.wait)}
        super().__init__(429, "too_many", language=language, headers=headers)


def _offered(language: str | None) -> str | None:
    if language is not None and language not in load_languages().answered:
        raise ValueError("unknown_language")
    return language


def checked_key(key: str | None) -> str | None:
    """An idempotency key, if it is one.

    Raises:
        PayloadError: It is not 16 to 64 letters, digits, - and _.
    """
    if key is not None and not _KEY.fullmatch(key):
        raise PayloadError(400, "invalid_key")
    return key


class MessageRequest(BaseModel):
    """A message: what was typed, or the id of the choice picked."""

    class Config:
        extra = Extra.forbid

    text: StrictStr | None = None
    choice: StrictStr | None = None
    language: StrictStr | None = None

    _language = validator("language", allow_reuse=True)(_offered)

    @root_validator(pre=True)
    def _null_is_nothing(cls, values: dict[str, Any]) -> dict[str, Any]:
        if None in values.values():
            raise ValueError("leave out what is not given")
        return values

    @root_validator(skip_on_failure=True)
    def _one_of_both(cls, values: dict[str, Any]) -> dict[str, Any]:
        if (values["text"] is None) == (values["choice"] is None):
            raise ValueError("give either text or choice")
        return values


class PageForm(BaseModel):
    """One of the page's forms."""

    class Config:
        extra = Extra.forbid

    token: StrictStr
    do: Literal["send", "choose", "language", "start_over", "delete"]
    text: StrictStr = ""
    choice: StrictStr = ""
    language: StrictStr | None = None
    key: StrictStr | None = None

    _language = validator("language", allow_reuse=True)(_offered)
    _key = validator("key", allow_reuse=True)(checked_key)

    @root_validator(skip_on_failure=True)
    def _language_is_named(cls, values: dict[str, Any]) -> dict[str, Any]:
        if (values["do"] == "language") != (values["language"] is not None):
            raise ValueError("a language is chosen by its own form")
        return values


def read_message(content_type: str, body: bytes) -> MessageRequest:
    """Reads a JSON message.

    Raises:
        PayloadError: It is none.
    """
    if _media_type(content_type) != "application/json":
        raise PayloadError(415, "unsupported_media_type")
    if len(body) > MAX_JSON:
        raise PayloadError(413, "too_large")
    try:
        loaded = json.loads(body.decode("utf-8"), object_pairs_hook=_once_each)
    except (ValueError, RecursionError) as error:
        raise PayloadError(400, "invalid_json") from error
    if not isinstance(loaded, dict):
        raise PayloadError(400, "invalid_request")
    return _checked(MessageRequest, loaded)


def read_form(content_type: str, body: bytes) -> PageForm:
    """Reads a form of the page.

    Raises:
        PayloadError: It is none.
    """
    if _media_type(content_type) != "application/x-www-form-urlencoded":
        raise PayloadError(415, "unsupported_media_type")
    if len(body) > MAX_FORM:
        raise PayloadError(413, "too_large")
    try:
        fields = parse_qs(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=10
        )
    except ValueError as error:
        raise PayloadError(400, "invalid_request") from error
    return _checked(PageForm, {name: values[0] for name, values in fields.items()})


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; a key that stands twice, of which others may read the first, makes it none."""
    loaded = dict(pairs)
    if len(loaded) != len(pairs):
        raise ValueError("a key stands twice")
    return loaded


def _media_type(header: str) -> str:
    return header.partition(";")[0].strip().lower()


def _checked(model: type[_Payload], loaded: dict[str, Any]) -> _Payload:
    try:
        return model.parse_obj(loaded)
    except ValidationError as error:
        unknown = any(problem["msg"] == "unknown_language" for problem in error.errors())
        raise PayloadError(400, "unknown_language" if unknown else "invalid_request") from error
