"""Looks into a spreadsheet before anything unpacks it: no bombs, no entities."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

MOST_PARTS = 200
LARGEST = 50_000_000
"""Bytes of all parts together; a whole language unpacks to half a million."""

_PIECE = 65_536
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_LONGEST = max(map(len, _DECLARATIONS))


class ArchiveError(ValueError):
    """The file is no spreadsheet that may be opened; the message says why."""


def check_spreadsheet(path: Path) -> None:
    """Refuses what would fill the memory or read other files.

    Args:
        path: An XLSX file.

    Raises:
        ArchiveError: It is no archive, unpacks to too much, or declares entities.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST:
                raise ArchiveError("it unpacks to too much")
            for part in parts:
                # No more than it says is ever unpacked, so a small lie only cuts it short.
                _check_part(_pieces(archive, part))
    except (
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        RuntimeError,
        NotImplementedError,
    ) as error:
        raise ArchiveError("it is damaged, or no spreadsheet") from error


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as file:
        while piece := file.read(_PIECE):
            yield piece


def _check_part(pieces: Iterator[bytes]) -> None:
    before = b""
    for piece in pieces:
        text = before + piece
        # In UTF-16 a declaration would look otherwise, so that is refused as well.
        if any(word in text or _wide(word) in text for word in _DECLARATIONS):
            raise ArchiveError("it declares entities")
        before = text[-2 * _LONGEST :]


def _wide(word: bytes) -> bytes:
    return b"\0".join(word[index : index + 1] for index in range(len(word)))
