"""Content and translators' files that were damaged are refused in words, never with a fault."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Extra

from bot.archives import LARGEST, check_spreadsheet
from bot.content_loader import ContentError, load_yaml, validated
from bot.guidance.load import load_guidance
from bot.paths import CONTENT
from bot.translation_files import Unit, escaped, read_units, unescaped, write_units
from bot.translations import TranslationError
from tests.texts import ANY

FILES = sorted(path for path in CONTENT.rglob("*.yml"))
QUICK = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
BITS = [
    "\t", ":", "- ", "&a ", "*a", "!!python/object:os.system ", "{", "}", "[", '"', "'", "\n  ",
    "\0", "\ud800", "<<: *a", "? ", "%YAML 1.1\n", "---\n", "null", "é", "\u2028", "2026-13-45",
]  # fmt: skip


class Anything(BaseModel, extra=Extra.forbid):
    name: str
    values: list[int] = []


@st.composite
def damaged(draw: Any, text: str) -> bytes:
    """A file with a few pieces cut out, doubled, or with something put in."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        length = draw(st.integers(0, 40))
        put = draw(st.sampled_from([*BITS, text[at : at + length] * 2, ""]))
        text = text[:at] + put + text[at + length :]
    raw = text.encode("utf-8", "surrogatepass")
    return raw[: draw(st.integers(0, len(raw)))] if draw(st.integers(0, 5)) == 0 else raw


@QUICK
@given(st.data())
def test_a_damaged_content_file_is_read_or_refused_with_its_line(
    tmp_path: Path, data: st.DataObject
) -> None:
    source = data.draw(st.sampled_from(FILES)).read_text(encoding="utf-8")[:3000]
    file = tmp_path / "damaged.yml"
    file.write_bytes(data.draw(damaged(source)))
    for read in (lambda: load_yaml(file), lambda: validated(file, Anything)):
        said = _refusal(read)
        assert said is None or "damaged.yml" in said


@settings(QUICK, max_examples=25)
@given(st.data())
def test_damaged_guidance_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    name = data.draw(
        st.sampled_from(["directory.yml", "routes.yml", "statements.yml", "topics.yml"])
    )
    for path in (CONTENT / "guidance").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    if not (tmp_path / name).exists():
        return
    source = (tmp_path / name).read_text(encoding="utf-8")
    (tmp_path / name).write_bytes(data.draw(damaged(source)))
    said = _refusal(lambda: load_guidance(tmp_path))
    assert said is None or ".yml:" in said


def _refusal(read: Callable[[], object]) -> str | None:
    """What is said where something is refused; anything but a refusal is a fault."""
    try:
        read()
    except (ContentError, TranslationError) as error:
        return str(error)
    return None


def test_a_yaml_file_that_grows_without_end_is_refused(tmp_path: Path) -> None:
    lines = ['a0: &a0 ["x", "x", "x", "x", "x", "x", "x", "x", "x", "x"]']
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    file = tmp_path / "bomb.yml"
    file.write_text("\n".join(lines))
    with pytest.raises(ContentError):
        load_yaml(file)


# -- translators' files ------------------------------------------------------------------------

UNITS = [
    Unit("topic.fees", "text", "Copies cost {fee}.", "Las copias cuestan {fee}.", status="draft"),
    Unit("topic.fees", "sms", "{fee}", "{fee}", longest=9),
]


@pytest.fixture(params=["es.xlsx", "es.xlf"])
def exported(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / request.param
    write_units(path, "es", UNITS)
    return path


@QUICK
@given(data=st.data())
def test_a_damaged_file_of_a_translator_is_read_or_refused(
    exported: Path, tmp_path: Path, data: st.DataObject
) -> None:
    raw = exported.read_bytes()
    at = data.draw(st.integers(0, len(raw) - 1))
    length = data.draw(st.integers(0, 30))
    put = data.draw(st.one_of(st.binary(max_size=30), st.just(b""), st.just(raw[at : at + 99])))
    _refused_or_read(tmp_path / f"damaged{exported.suffix}", raw[:at] + put + raw[at + length :])


@QUICK
@given(data=st.data())
def test_a_spreadsheet_with_damaged_parts_is_read_or_refused(
    tmp_path: Path, data: st.DataObject
) -> None:
    whole = tmp_path / "es.xlsx"
    write_units(whole, "es", UNITS)
    parts = _parts(whole)
    name = data.draw(st.sampled_from(sorted(parts)))
    text = parts[name].decode("utf-8")
    parts[name] = data.draw(damaged(text))
    if data.draw(st.booleans()):
        del parts[data.draw(st.sampled_from(sorted(parts)))]
    _refused_or_read(tmp_path / "damaged.xlsx", _packed(parts))


def _refused_or_read(path: Path, raw: bytes) -> None:
    path.write_bytes(raw)
    said = _refusal(lambda: read_units(path, "es"))
    assert said is None or path.name in said


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _packed(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
ENTITY = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("declared", [ENTITY, LAUGHS])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("padding", [b"", b"<!--" + b" " * 70_000 + b"-->"])
def test_a_spreadsheet_that_declares_entities_is_refused(
    tmp_path: Path, declared: bytes, encoding: str, padding: bytes
) -> None:
    path = tmp_path / "es.xlsx"
    write_units(path, "es", UNITS)
    parts = _parts(path)
    head, rest = parts[SHEET].split(b">", 1) if parts[SHEET].startswith(b"<?xml") else (b"", b"")
    start = head + b">" if head else b""
    text = (start + padding + declared + (rest or parts[SHEET])).decode("utf-8")
    parts[SHEET] = text.replace("UTF-8", encoding).encode(encoding)
    path.write_bytes(_packed(parts))
    with pytest.raises(TranslationError, match="es.xlsx"):
        read_units(path, "es")


@pytest.mark.parametrize("declared", [ENTITY, LAUGHS])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_xliff_that_declares_entities_is_refused(
    tmp_path: Path, declared: bytes, encoding: str
) -> None:
    path = tmp_path / "es.xlf"
    write_units(path, "es", UNITS)
    text = path.read_text(encoding="utf-8").replace("<xliff", declared.decode() + "<xliff")
    path.write_bytes(text.encode(encoding))
    with pytest.raises(TranslationError, match="es.xlf"):
        read_units(path, "es")


def test_a_spreadsheet_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "es.xlsx"
    write_units(path, "es", UNITS)
    bomb = _packed({**_parts(path), "xl/media/a.xml": b" " * (LARGEST + 1)})
    assert len(bomb) < 1_000_000
    path.write_bytes(bomb)
    with pytest.raises(TranslationError, match="too much"):
        read_units(path, "es")
    # And where the size it names is a lie: no more than that is unpacked.
    size = (LARGEST + 1).to_bytes(4, "little")
    path.write_bytes(bomb.replace(size, (100).to_bytes(4, "little")))
    with pytest.raises(TranslationError, match=r"damaged|XLSX"):
        read_units(path, "es")


def test_a_spreadsheet_of_very_many_parts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "es.xlsx"
    path.write_bytes(_packed({f"{number}.xml": b"" for number in range(300)}))
    with pytest.raises(TranslationError, match="too much"):
        read_units(path, "es")


def test_deeply_nested_xliff_is_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "es.xlf"
    path.write_bytes(b"<a>" * 200_000 + b"</a>" * 200_000)
    with pytest.raises(TranslationError):
        read_units(path, "es")


def test_an_exported_spreadsheet_passes(tmp_path: Path) -> None:
    path = tmp_path / "es.xlsx"
    write_units(path, "es", UNITS)
    check_spreadsheet(path)
    assert [unit.translation for unit in read_units(path, "es")] == [u.translation for u in UNITS]


@given(ANY)
def test_no_text_becomes_a_formula_and_all_come_back(text: str) -> None:
    cell = escaped(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    assert unescaped(cell) == text


FORMULAS = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", '=HYPERLINK("http://x.example")', "＝1", "'=1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_an_exported_spreadsheet_is_a_formula(tmp_path: Path, text: str) -> None:
    import openpyxl

    path = tmp_path / "es.xlsx"
    write_units(path, "es", [Unit(text, "text", text, text, notes=text)])
    sheet = openpyxl.load_workbook(path).worksheets[0]
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert all(cell.data_type != "f" for cell in cells)
    assert not [cell for cell in cells if str(cell.value).startswith(tuple("=+-@\t\r＝＋－＠"))]
    assert read_units(path, "es")[0].translation == text
