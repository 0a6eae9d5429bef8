"""Style sheets, scripts and pictures: named for their content, compressed once, kept for good."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sanic.request import Request
from sanic.response import HTTPResponse, empty, raw

from bot.brand import LOGO_TYPES, Brand, shipped_brand
from bot.channels.web.embed import embed_script

STATIC = Path(__file__).resolve().parent / "static"
BASE = "/webhooks/web/static"
"""Where they are served: `BASE/<version>/<name>`."""

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".ico": "image/x-icon",
    **LOGO_TYPES,
}
"""Content types by ending; a file of any other ending is not served."""

_TEXT = frozenset({".css", ".js", ".svg", ".html"})
_FOR_GOOD = "public, max-age=31536000, immutable"
_SHORT = "public, max-age=300"


@dataclass(frozen=True)
class Asset:
    """A file that is served as it is.

    Attributes:
        body: Its content.
        media_type: For `Content-Type`.
        packed: The content with gzip, where that is shorter.
        version: Changes with the content.
    """

    body: bytes
    media_type: str
    packed: bytes | None
    version: str

    @classmethod
    def of(cls, name: str, body: bytes) -> Asset:
        """Makes one.

        Args:
            name: Its ending decides the type.
            body: Its content.
        """
        suffix = Path(name).suffix.lower()
        packed = gzip.compress(body, mtime=0) if suffix in _TEXT else None
        if packed is not None and len(packed) >= len(body):
            packed = None
        version = hashlib.sha256(body).hexdigest()[:12]
        return cls(body, TYPES.get(suffix, "text/html; charset=utf-8"), packed, version)


class Assets:
    """What stands in `static/`, with the brand's style sheet and logo."""

    def __init__(self, folder: Path, brand: Brand) -> None:
        """Reads all of it.

        Args:
            folder: Every file in it whose ending is one of :data:`TYPES` is served.
            brand: Becomes `brand.css` and, with a picture, `logo` with its ending.
        """
        files = {p.name: p.read_bytes() for p in folder.iterdir() if p.suffix.lower() in TYPES}
        files["brand.css"] = brand.css.encode()
        if "embed.js" in files:
            files["embed.js"] = embed_script(files["embed.js"], brand)
        self.logo = f"logo{brand.logo.suffix.lower()}" if brand.logo is not None else None
        if brand.logo is not None and self.logo is not None:
            files[self.logo] = brand.logo.read_bytes()
        self._assets: Mapping[str, Asset] = {
            name: Asset.of(name, body) for name, body in files.items()
        }

    def get(self, name: str) -> Asset | None:
        """The asset of a name, if there is one."""
        return self._assets.get(name)

    def url(self, name: str) -> str:
        """The address that names the present content of an asset.

        Raises:
            KeyError: There is no such asset.
        """
        return f"{BASE}/{self._assets[name].version}/{name}"


@lru_cache(maxsize=1)
def shipped_assets() -> Assets:
    """The assets of this installation, read once.

    Raises:
        bot.content_loader.ContentError: The brand cannot be used.
    """
    return Assets(STATIC, shipped_brand())


def respond(request: Request, asset: Asset, *, version: str | None = None) -> HTTPResponse:
    """Answers with an asset.

    Args:
        request: Says whether gzip is understood, and which content the browser has.
        asset: What to send.
        version: The one in the address; browsers keep the content for good if it is the present
            one, and ask again after five minutes if not.
    """
    headers = {
        "Cache-Control": _FOR_GOOD if version == asset.version else _SHORT,
        "ETag": f'"{asset.version}"',
        "Vary": "Accept-Encoding",
    }
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return empty(304, headers)
    body = asset.body
    if asset.packed is not None and _takes_gzip(request):
        body, headers["Content-Encoding"] = asset.packed, "gzip"
    return raw(body, headers=headers, content_type=asset.media_type)


def _takes_gzip(request: Request) -> bool:
    header: str = request.headers.get("accept-encoding", "")
    for part in header.lower().split(","):
        coding, _, quality = part.strip().partition(";")
        if coding.strip() in ("gzip", "*") and quality.replace(" ", "") not in ("q=0", "q=0.0"):
            return True
    return False
