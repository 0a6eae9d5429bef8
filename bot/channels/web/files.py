"""The routes of what never changes within a run: style sheets, scripts, pictures, the demo."""

from __future__ import annotations

from pathlib import Path

from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.web.assets import STATIC, Asset, Assets, respond

DEMO_PAGE = "demo.html"
EMBED_SCRIPT = "embed.js"


class Files:
    """Serves the assets; anything else is not found."""

    def __init__(self, assets: Assets, folder: Path = STATIC) -> None:
        """Args: the assets, and where the demo page stands."""
        self._assets = assets
        self._demo = folder / DEMO_PAGE

    async def asset(self, request: Request, version: str, name: str) -> HTTPResponse:
        """An asset by version and name; a page that is still open elsewhere may name an old one."""
        response = self._respond(request, name, version)
        if name == EMBED_SCRIPT:
            _for_other_sites(response)
        return response

    async def style(self, request: Request) -> HTTPResponse:
        """The style sheet at an address that stays."""
        return self._respond(request, "style.css", request.args.get("v"))

    async def brand(self, request: Request) -> HTTPResponse:
        """The brand's custom properties at an address that stays."""
        return self._respond(request, "brand.css", request.args.get("v"))

    async def logo(self, request: Request) -> HTTPResponse:
        """The hospital's logo at an address that stays."""
        return self._respond(request, self._assets.logo or "", request.args.get("v"))

    async def embed(self, request: Request) -> HTTPResponse:
        """The script that other sites load, at an address that stays."""
        return _for_other_sites(self._respond(request, EMBED_SCRIPT, None))

    async def demo(self, request: Request) -> HTTPResponse:
        """A page that shows the embedded chat, for development."""
        if not self._demo.is_file():
            raise NotFound("there is no demo page")
        response = respond(request, Asset.of(DEMO_PAGE, self._demo.read_bytes()))
        response.headers["Cache-Control"] = "no-store"
        return response

    def _respond(self, request: Request, name: str, version: str | None) -> HTTPResponse:
        asset = self._assets.get(name)
        if asset is None:
            raise NotFound("there is no such asset")
        return respond(request, asset, version=version)


def _for_other_sites(response: HTTPResponse) -> HTTPResponse:
    # Nothing in it is anybody's, and a browser would not load it otherwise.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
