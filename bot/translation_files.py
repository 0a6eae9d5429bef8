"""What a translator gets and sends back: XLIFF 1.2 for translation tools, XLSX for the rest of us.

One unit is one text: the full one or its short form for text messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from bot.archives import ArchiveError, check_spreadsheet
from bot.translations import TranslationError
from bot.wording_files import SOURCE_LANGUAGE, VARIANTS, Entry, placeholders

XLIFF, XLSX = ".xlf", ".xlsx"

_NAMESPACE = "urn:oasis:names:tc:xliff:document:1.2"
_COLUMNS = ("key", "part", "English", "translation", "notes", "longest", "status")
_WIDTHS = (34, 8, 70, 70, 50, 10, 12)
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")
_LARGEST = 20_000_000  # bytes; a whole language is some 60,000
_MOST_ROWS = 10_000


@dataclass(frozen=True)
class Unit:
    """One text to translate.

    Attributes:
        key: The entry's key.
        part: `text` or `sms`.
        english: The English text that the translation is made from.
        translation: The translation; empty where there is none yet.
        row: Where it stands in the file, for messages.
        notes: For the translator.
        longest: How many characters a text message should keep to.
        status: `draft`, `reviewed`, `outdated` or `missing`.
    """

    key: str
    part: str
    english: str
    translation: str
    row: str = ""
    notes: str = ""
    longest: int | None = None
    status: str = ""


def units(
    english: dict[str, Entry], translated: dict[str, Entry], statuses: dict[str, str]
) -> Iterator[Unit]:
    """All texts of a language, in the order of the English files."""
    for key, source in english.items():
        target = translated.get(key)
        for part in VARIANTS:
            text = getattr(source, part)
            if text is None:
                continue
            longest = _longest(text) if part == "sms" else None
            yield Unit(
                key,
                part,
                text,
                (getattr(target, part) if target is not None else None) or "",
                notes=_notes(text, longest),
                longest=longest,
                status=statuses.get(key, ""),
            )


def write_units(path: Path, language: str, rows: Iterable[Unit]) -> None:
    """Writes a file for a translator; its name's ending says which kind.

    Raises:
        TranslationError: The ending is neither .xlf nor .xlsx.
    """
    write = {XLIFF: _write_xliff, XLSX: _write_xlsx}.get(path.suffix.lower())
    if write is None:
        raise _unknown_kind(path)
    write(path, language, list(rows))


def read_units(path: Path, language: str) -> list[Unit]:
    """Reads a translator's file.

    Raises:
        TranslationError: It is no such file, or of another language.
    """
    read = {XLIFF: _read_xliff, XLSX: _read_xlsx}.get(path.suffix.lower())
    if read is None:
        raise _unknown_kind(path)
    if path.stat().st_size > _LARGEST:
        raise TranslationError(f"{path}: the file is too large. Import the file that was exported.")
    return read(path, language)


def _unknown_kind(path: Path) -> TranslationError:
    return TranslationError(f"{path}: the kind is not known. Name the file *.xlf or *.xlsx.")


def _longest(english: str) -> int:
    return -(-len(english) * 13 // 10)  # other languages run up to 30 % longer


def _notes(text: str, longest: int | None) -> str:
    names = sorted(placeholders(text))
    notes = []
    if names:
        braces = " ".join(f"{{{name}}}" for name in names)
        notes.append(f"Keep as they are, the computer fills them in: {braces}.")
    if longest is not None:
        notes.append(f"Text message: about {longest} characters at most.")
    return " ".join(notes)


# -- XLIFF -------------------------------------------------------------------------------------


def _write_xliff(path: Path, language: str, rows: list[Unit]) -> None:
    root = ElementTree.Element("xliff", {"version": "1.2", "xmlns": _NAMESPACE})
    attributes = {
        "source-language": SOURCE_LANGUAGE,
        "target-language": language,
        "datatype": "plaintext",
        "original": "bot/content/responses",
    }
    body = ElementTree.SubElement(ElementTree.SubElement(root, "file", attributes), "body")
    for row in rows:
        limits = {"maxwidth": str(row.longest), "size-unit": "char"} if row.longest else {}
        unit = ElementTree.SubElement(
            body, "trans-unit", {"id": f"{row.key}#{row.part}", "xml:space": "preserve", **limits}
        )
        ElementTree.SubElement(unit, "source").text = row.english
        state = "final" if row.status == "reviewed" else "needs-review-translation"
        ElementTree.SubElement(unit, "target", {"state": state}).text = row.translation
        if row.notes:
            ElementTree.SubElement(unit, "note").text = row.notes
    ElementTree.indent(root)
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _read_xliff(path: Path, language: str) -> list[Unit]:
    raw = path.read_bytes()
    if b"\0" in raw or b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        # Entities can grow without end or read other files; UTF-16 would hide them.
        raise TranslationError(f"{path}: XLIFF is UTF-8 without DOCTYPE. Export the file anew.")
    try:
        root = ElementTree.fromstring(raw)
    except ElementTree.ParseError as error:
        raise TranslationError(f"{path}: this is not XML ({error}). Export it anew.") from error
    spaces = {"x": _NAMESPACE}
    file = root.find("x:file", spaces)
    if root.tag != f"{{{_NAMESPACE}}}xliff" or file is None:
        raise TranslationError(f"{path}: this is not XLIFF 1.2. Save it as XLIFF 1.2.")
    named = file.get("target-language")
    if named != language:
        raise TranslationError(f"{path}: the target language is {named}, not {language}.")
    found = []
    for number, unit in enumerate(file.iterfind(".//x:trans-unit", spaces), start=1):
        key, _, part = unit.get("id", "").partition("#")
        source, target = unit.find("x:source", spaces), unit.find("x:target", spaces)
        found.append(Unit(key, part, _inner(source), _inner(target), row=f"unit {number}"))
    return found


def _inner(element: ElementTree.Element | None) -> str:
    """The text, also of what stands inside tags that a translation tool has added."""
    return "" if element is None else "".join(element.itertext())


# -- XLSX --------------------------------------------------------------------------------------


def _openpyxl() -> Any:
    try:
        import openpyxl  # type: ignore[import-untyped]  # few need it, so it is loaded late
    except ImportError as error:
        message = "XLSX needs the package openpyxl. Run `make setup`, or use XLIFF (*.xlf)."
        raise TranslationError(message) from error
    return openpyxl


def _write_xlsx(path: Path, language: str, rows: list[Unit]) -> None:
    openpyxl = _openpyxl()
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = language
    sheet.append(_COLUMNS)
    sheet.freeze_panes = "A2"
    wrapped = openpyxl.styles.Alignment(wrap_text=True, vertical="top")
    for letter, width in zip("ABCDEFG", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    for number, row in enumerate(rows, start=2):
        texts = (row.key, row.part, row.english, row.translation, row.notes)
        values = (*map(escaped, texts), row.longest, row.status)
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(number, column, value)
            cell.alignment = wrapped
    book.save(path)


def _read_xlsx(path: Path, language: str) -> list[Unit]:
    openpyxl = _openpyxl()
    try:
        check_spreadsheet(path)
        book = openpyxl.load_workbook(path, read_only=True)
        sheet = book.worksheets[0]
        rows = [list(row) for row in sheet.iter_rows(max_row=_MOST_ROWS, max_col=len(_COLUMNS))]
    except ArchiveError as error:
        message = f"{path}: {error}. Save it as .xlsx, without pictures and macros."
        raise TranslationError(message) from error
    except Exception as error:  # openpyxl checks nothing: a damaged part fails wherever it is used
        raise TranslationError(f"{path}: this is not XLSX. Save it as .xlsx.") from error
    heads = tuple(cell.value for cell in rows[0]) if rows else ()
    if heads[:4] != _COLUMNS[:4]:
        wanted = ", ".join(_COLUMNS[:4])
        raise TranslationError(f"{path}: row 1 must read {wanted}. Keep the columns as exported.")
    if sheet.title != language:
        raise TranslationError(f"{path}: the sheet is named {sheet.title}, not {language}.")
    found = []
    for number, cells in enumerate(rows[1:], start=2):
        if all(cell.value is None for cell in cells):
            continue
        place = f"row {number}"
        key, part, english, translation = (_cell(path, place, cell) for cell in cells[:4])
        found.append(Unit(key, part, english, translation, row=place))
    return found


def _cell(path: Path, place: str, cell: Any) -> str:
    value = "" if cell.value is None else str(cell.value)
    if cell.data_type == "f" or value.startswith(_FORMULA):
        raise TranslationError(
            f"{path}: {place}: `{value[:40]}` looks like a formula. "
            "Write a text; if it must begin so, put ' before it."
        )
    return unescaped(value)


def escaped(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def unescaped(text: str) -> str:
    """The text that :func:`escaped` was given."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA) else text
