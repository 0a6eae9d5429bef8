"""Reads and writes the adapter: what the encoder learned from our own training utterances.

The weights of multilingual-e5-small stay as they are. Beside each of its matrices stands the
product of two thin ones (LoRA, Hu et al. 2021), learned once by ``scripts/tune_encoder.py`` and
kept in this folder, since learning takes longer than a set-up may.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bot.nlu.encoder.errors import EncoderError
from bot.nlu.encoder.q4 import Floats
from bot.nlu.encoder.weights import Shape, tensor_shapes

FOLDER = Path(__file__).with_name("adapter")
FACTORS, ABOUT = "factors.npz", "about.json"


class Pair(NamedTuple):
    """A change of one matrix: ``up @ down`` is added to it.

    Attributes:
        down: [rank, columns].
        up: [rows, rank].
    """

    down: Floats
    up: Floats


@dataclass(frozen=True)
class Adapter:
    """What is added to the matrices.

    Attributes:
        weights_sha256: Of the weights it was learned beside; it means nothing beside others.
        pairs: By the matrix's name without its ending, such as "l0.q".
    """

    weights_sha256: str
    pairs: Mapping[str, Pair]


NO_ADAPTER = Adapter("", {})


def read_adapter(folder: Path, weights_sha256: str, shape: Shape) -> Adapter:
    """Reads an adapter.

    Args:
        folder: Holds FACTORS and ABOUT.
        weights_sha256: Of the weights that it is to stand beside.
        shape: The model's numbers, to check its matrices against.

    Raises:
        EncoderError: It is missing, damaged, or belongs to other weights.
    """
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        data = (folder / FACTORS).read_bytes()
        if hashlib.sha256(data).hexdigest() != about["factors_sha256"]:
            raise EncoderError(f"{FACTORS} is another one than {ABOUT} describes")
        if about["weights_sha256"] != weights_sha256:
            raise EncoderError("it was learned beside other weights")
        with np.load(folder / FACTORS, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        pairs = _pairs(arrays, tensor_shapes(shape))
    except (EncoderError, OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise EncoderError(
            f"{folder}: not usable as the encoder's adapter ({error}). Restore it from the "
            "repository or make it again with scripts/tune_encoder.py."
        ) from error
    return Adapter(weights_sha256, pairs)


def write_adapter(folder: Path, adapter: Adapter, about: Mapping[str, object]) -> None:
    """Writes an adapter in half precision.

    Args:
        folder: Where to.
        adapter: What was learned.
        about: How it was learned, for people to read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {}
    for name, pair in sorted(adapter.pairs.items()):
        arrays[f"{name}.down"] = pair.down.astype(np.float16)
        arrays[f"{name}.up"] = pair.up.astype(np.float16)
    np.savez(folder / FACTORS, **arrays)
    known = {
        "weights_sha256": adapter.weights_sha256,
        "factors_sha256": hashlib.sha256((folder / FACTORS).read_bytes()).hexdigest(),
    }
    text = json.dumps({**known, **about}, indent=1, ensure_ascii=False)
    (folder / ABOUT).write_text(text + "\n", encoding="utf-8")


def _pairs(arrays: Mapping[str, Floats], shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Pair]:
    names = {name.rpartition(".")[0] for name in arrays}
    if set(arrays) != {f"{name}.{part}" for name in names for part in ("down", "up")}:
        raise EncoderError("its matrices do not come in pairs")
    found = {}
    for name in sorted(names):
        rows, columns = shapes[f"{name}.w"]
        down, up = (arrays[f"{name}.{part}"].astype(np.float32) for part in ("down", "up"))
        if down.ndim != 2 or down.shape[1:] != (columns,) or up.shape != (rows, len(down)):
            raise EncoderError(f"{name} has another shape than the model's matrix")
        if not (np.isfinite(down).all() and np.isfinite(up).all()):
            raise EncoderError(f"{name} holds numbers that are none")
        found[name] = Pair(down, up)
    return found
