"""Runs a graph with ONNX Runtime: the one we build, or the official export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from bot.nlu.encoder.errors import EncoderError
from bot.nlu.encoder.q4 import BLOCK, BLOCK_BYTES, Bytes, Floats, dequantize

_OFFICIAL_INPUTS = {"input_ids", "attention_mask", "token_type_ids"}


class BuiltGraph:
    """The graph of :mod:`.graph`; word embeddings are looked up in a file, row by row."""

    def __init__(self, session: Any, words: Bytes) -> None:
        """Args: a session of ONNX Runtime and the 4-bit word embeddings."""
        self._session, self._table = session, words
        self._input = session.get_inputs()[0].name
        self.words, self.hidden = words.shape[0], words.shape[1] * BLOCK

    @classmethod
    def load(cls, graph: Path, words: Path, threads: int) -> BuiltGraph:
        """Loads the graph and maps the embeddings into memory; only rows in use take room.

        Raises:
            EncoderError: They cannot be used.
        """
        session = _session(graph, threads)
        table = np.load(words, mmap_mode="r", allow_pickle=False)
        if table.dtype != np.uint8 or table.ndim != 3 or table.shape[2] != BLOCK_BYTES:
            raise EncoderError(f"{words}: not a table of word embeddings.")
        return cls(session, table)

    def run(self, ids: npt.NDArray[np.int64]) -> Floats:
        """The last hidden state, [texts, tokens, hidden]."""
        output: Floats = self._session.run(None, {self._input: dequantize(self._table[ids])})[0]
        return output


class OfficialGraph:
    """The graph as the model's authors publish it: token ids in, last hidden state out."""

    def __init__(self, session: Any) -> None:
        """Args: a session of ONNX Runtime.

        Raises:
            EncoderError: Inputs or output are not those of such a graph.
        """
        self._session = session
        self._inputs = {node.name for node in session.get_inputs()}
        output = session.get_outputs()[0]
        fits = {"input_ids", "attention_mask"} <= self._inputs <= _OFFICIAL_INPUTS
        if not fits or len(output.shape) != 3 or not isinstance(output.shape[2], int):
            raise EncoderError(
                "The model's inputs or output are not those of a sentence encoder's ONNX export: "
                f"{sorted(self._inputs)} to {output.name} {output.shape}."
            )
        self._output, self.hidden = output.name, output.shape[2]

    @classmethod
    def load(cls, graph: Path, threads: int) -> OfficialGraph:
        """Loads the graph.

        Raises:
            EncoderError: It cannot be used.
        """
        return cls(_session(graph, threads))

    def run(self, ids: npt.NDArray[np.int64]) -> Floats:
        """The last hidden state, [texts, tokens, hidden]; nothing is padded or masked."""
        given = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        feed = {name: given[name] for name in self._inputs}
        output: Floats = self._session.run([self._output], feed)[0]
        return output


def _session(path: Path, threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only
    # A thread that waits by spinning takes the core from the other workers.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime raises classes of its own C++ module
        raise EncoderError(f"{path}: ONNX Runtime cannot load it ({error}).") from error
