"""A model is kept as it is read: without compression, with the same files in it."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

from bot.training import loose_model


def test_the_archive_holds_the_same_files_and_is_larger(tmp_path: Path) -> None:
    files = {"metadata.json": b"{}" * 5000, "components/words.npy": bytes(range(256)) * 400}
    packed = tmp_path / "roi-x.tar.gz"
    with tarfile.open(packed, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    loose = loose_model(packed)
    assert loose.parent == packed.parent and loose != packed
    assert loose.stat().st_size > sum(map(len, files.values())) > packed.stat().st_size
    with tarfile.open(loose) as archive:
        found = {m.name: archive.extractfile(m).read() for m in archive}  # type: ignore[union-attr]
    assert found == files
