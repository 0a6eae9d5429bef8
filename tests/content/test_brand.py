"""The brand is checked before anybody sees it: colours can be read, the logo is ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.brand import FILE, contrast, load_brand
from bot.content_loader import ContentError


def brand(folder: Path, old: str = "", new: str = "") -> Path:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = folder / "brand.yml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_shipped_brand_gives_custom_properties_and_nothing_else(tmp_path: Path) -> None:
    shipped = load_brand(brand(tmp_path))
    assert shipped.name == "Boston Medical Center" and shipped.logo is None
    lines = {line.strip() for line in shipped.css.splitlines()}
    assert "--on-accent: #ffffff;" in lines
    rules = {line for line in lines if not line.startswith("--")}
    assert rules == {":root {", "}", "@media (prefers-color-scheme: dark) {"}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('accent: "#0b5394"', 'accent: "#9fc5e8"', "light.accent: on `ground` it stands out"),
        ('accent: "#0b5394"', 'accent: "blue"', "`blue` is no colour such as #0b5394"),
        ('accent: "#0b5394"', 'accent: "#000;} body{"', "is no colour"),
        ('  accent: "#0b5394"\n', "", "light.accent: field required"),
        ("name: Boston Medical Center", 'name: "  "', "the name is empty"),
        ("logo: null", "logo: logo.svg", "there is no file `logo.svg`"),
        ("logo: null", "logo: ../secret.svg", "`../secret.svg` cannot be a logo"),
        ("logo: null", "logo: https://example.com/l.svg", "cannot be a logo"),
        ("logo: null", "logo: brand.yml", "cannot be a logo"),
        ("logo: null", "logo: null\nfont: Comic", "font"),
    ],
)
def test_a_brand_that_cannot_be_used_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    with pytest.raises(ContentError) as raised:
        load_brand(brand(tmp_path, old, new))
    assert problem in str(raised.value)
    assert "brand.yml:" in str(raised.value)


def test_a_problem_names_the_line_of_the_colour(tmp_path: Path) -> None:
    path = brand(tmp_path, 'quiet: "#4a5768"', 'quiet: "#cccccc"')
    line = path.read_text("utf-8").splitlines().index('  quiet: "#cccccc"') + 1
    with pytest.raises(ContentError, match=rf"brand\.yml:{line}: light\.quiet"):
        load_brand(path)


def test_a_logo_beside_the_file_is_taken(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    assert load_brand(brand(tmp_path, "logo: null", "logo: logo.svg")).logo == tmp_path / "logo.svg"


def test_contrast_is_counted_as_wcag_counts_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
