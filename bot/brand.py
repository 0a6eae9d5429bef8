"""The hospital's name, logo and colours, from `bot/content/brand.yml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, Extra, StrictStr, validator

from bot.content_loader import ContentError, LineLookup, load_yaml, validated
from bot.paths import CONTENT

FILE = CONTENT / "brand.yml"

LOGO_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}

READABLE = 4.5
"""Contrast that text needs: WCAG 2.2, 1.4.3 (AA)."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_TEXT_ON = (
    ("text", "ground"),
    ("text", "surface"),
    ("text", "mine"),
    ("quiet", "ground"),
    ("accent", "ground"),
    ("accent", "surface"),
    ("on_accent", "accent"),
)


@dataclass(frozen=True)
class Brand:
    """How the hospital shows itself.

    Attributes:
        name: The hospital's.
        logo: Its picture, if there is one; served at the `logo` route.
        css: A style sheet of custom properties only: `--ground`, `--on-accent` and so on.
    """

    name: str
    logo: Path | None
    css: str


class _Colours(BaseModel):
    class Config:
        extra = Extra.forbid

    ground: StrictStr
    surface: StrictStr
    text: StrictStr
    quiet: StrictStr
    mine: StrictStr
    accent: StrictStr
    on_accent: StrictStr

    @validator("*")
    def _is_a_colour(cls, value: str) -> str:
        if not _COLOUR.fullmatch(value):
            raise ValueError(f"`{value}` is no colour such as #0b5394")
        return value.lower()


class _BrandFile(BaseModel):
    class Config:
        extra = Extra.forbid

    name: StrictStr
    logo: StrictStr | None
    light: _Colours
    dark: _Colours

    @validator("name")
    def _is_said(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("the name is empty")
        return value.strip()


@lru_cache(maxsize=1)
def shipped_brand() -> Brand:
    """The brand of this installation.

    Raises:
        ContentError: It cannot be used.
    """
    return load_brand(FILE)


def load_brand(file: Path) -> Brand:
    """Reads and checks a brand.

    Args:
        file: As `bot/content/brand.yml`; the logo stands in the same folder.

    Raises:
        ContentError: It cannot be used; all problems are listed.
    """
    brand = validated(file, _BrandFile)
    _, lookup = load_yaml(file)
    schemes = {"light": brand.light, "dark": brand.dark}
    problems = [
        problem
        for scheme, colours in schemes.items()
        for problem in _unreadable(scheme, colours, lookup)
    ]
    logo = _logo(brand.logo, file.parent, lookup, problems)
    if problems:
        raise ContentError(*problems)
    dark = f"@media (prefers-color-scheme: dark) {{\n{_rule(brand.dark)}}}\n"
    return Brand(brand.name, logo, _rule(brand.light) + dark)


def contrast(one: str, other: str) -> float:
    """How far two colours are apart as WCAG counts it: from 1 (the same) to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _unreadable(scheme: str, colours: _Colours, lookup: LineLookup) -> list[str]:
    problems = []
    for text, ground in _TEXT_ON:
        ratio = contrast(getattr(colours, text), getattr(colours, ground))
        if ratio < READABLE:
            message = f"on `{ground}` it stands out {ratio:.1f} to 1, too little to read"
            advice = f"Choose colours that differ {READABLE} to 1 or more"
            problems.append(lookup.problem((scheme, text), message, advice))
    return problems


def _logo(name: str | None, folder: Path, lookup: LineLookup, problems: list[str]) -> Path | None:
    if name is None:
        return None
    path = folder / name
    if Path(name).name != name or path.suffix.lower() not in LOGO_TYPES:
        advice = f"Name a file beside this one that ends in {', '.join(LOGO_TYPES)}"
        problems.append(lookup.problem(("logo",), f"`{name}` cannot be a logo", advice))
    elif not path.is_file():
        advice = "Put the file beside this one, or write null"
        problems.append(lookup.problem(("logo",), f"there is no file `{name}`", advice))
    return path


def _rule(colours: _Colours) -> str:
    lines = "".join(
        f"  --{name.replace('_', '-')}: {value};\n" for name, value in colours.dict().items()
    )
    return f":root {{\n{lines}}}\n"


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
