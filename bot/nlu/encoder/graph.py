"""Builds the encoder as an ONNX graph; the package `onnx` is needed here and nowhere else.

A plain BERT of as many layers as the weights have, written in the fused operators that ONNX Runtime
optimises such models to. What the adapter has learned is added to the matrices, which are then kept
in 8 bits, a scale for 128 values of a row: MatMulNBits multiplies by them directly. That takes
three fifths of the time and a quarter of the memory of the same graph in single precision, at a
cosine of 0.9985, and costs no understanding (docs/nlu.md). Four bits as the weights come, with the
adapter's thin products beside them, took a third more time.

The word embeddings are not in the graph: 54 MB of which a text needs a few rows (see
:mod:`.model`). There is no attention mask either: texts run one by one, so nothing is padded.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from bot.nlu.encoder.adapter import NO_ADAPTER, Adapter
from bot.nlu.encoder.q4 import Floats, dequantize
from bot.nlu.encoder.weights import Shape, Weights

INPUT, OUTPUT = "word_embeddings", "last_hidden_state"

_FUSED = "com.microsoft"  # the domain of ONNX Runtime's own operators
_OPSET, _IR = 17, 9
# Products are summed up in integers, a block of the activations scaled to 8 bits at a time.
_INT8_ACTIVATIONS = 4
_BLOCKS = (128, 64, 32, 16)
"""How many values of a row share a scale: the first that divides its length."""


def build_graph(weights: Weights, adapter: Adapter = NO_ADAPTER) -> onnx.ModelProto:
    """The graph from word embeddings to the last hidden state, both [texts, tokens, hidden]."""
    return _Builder(weights, adapter).model()


class _Builder:
    def __init__(self, weights: Weights, adapter: Adapter) -> None:
        self._weights, self._shape = weights, weights.shape
        self._pairs = adapter.pairs
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        hidden = weights.shape.hidden
        self._thirds = self._constant("thirds", np.array([hidden] * 3, dtype=np.int64))

    def model(self) -> onnx.ModelProto:
        state = self._norm(self._positions(), "emb.ln")
        for layer in range(self._shape.layers):
            state = self._layer(state, f"l{layer}.")
        self._node("Identity", [state], OUTPUT)
        graph = helper.make_graph(
            self._nodes, "encoder", [_tensor(INPUT, self._shape)], [_tensor(OUTPUT, self._shape)],
            self._constants,
        )  # fmt: skip
        versions = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)]
        return helper.make_model(graph, opset_imports=versions, ir_version=_IR)

    def _positions(self) -> str:
        """Word embeddings, plus those of the position and of the first type."""
        hidden = self._shape.hidden
        vectors = self._weights.vectors
        table = vectors["emb.pos"].reshape(1, -1, hidden) + vectors["emb.type"][:hidden]
        zero, one, two = (
            self._constant(f"axis{i}", np.array([i], dtype=np.int64)) for i in range(3)
        )
        shape = self._node("Shape", [INPUT], "shape")
        tokens = self._node("Slice", [shape, one, two], "tokens")
        rows = self._node("Slice", [self._constant("emb.pos", table), zero, tokens, one], "rows")
        return self._node("Add", [INPUT, rows], "embedded")

    def _layer(self, state: str, layer: str) -> str:
        heads, vectors = self._shape.heads, self._weights.vectors
        matrices = np.concatenate([self._matrix(f"{layer}{name}") for name in "qkv"])
        biases = np.concatenate([vectors[f"{layer}{name}.b"] for name in "qkv"])
        together = self._product(state, matrices, f"{layer}qkv")
        parts = [f"{layer}{name}" for name in "qkv"]
        self._nodes.append(helper.make_node("Split", [together, self._thirds], parts, axis=-1))
        mixed = self._fused(
            "MultiHeadAttention",
            [*parts, self._constant(f"{layer}qkv.b", biases)],
            f"{layer}attention",
            num_heads=heads,
        )
        state = self._add_norm(state, self._multiply(mixed, f"{layer}ao"), f"{layer}aln")
        inner = self._multiply(state, f"{layer}fi", bias=False)
        active = self._fused("BiasGelu", [inner, self._vector(f"{layer}fi.b")], f"{layer}gelu")
        return self._add_norm(state, self._multiply(active, f"{layer}fo"), f"{layer}oln")

    def _multiply(self, state: str, name: str, bias: bool = True) -> str:
        added = ["", "", self._vector(f"{name}.b")] if bias else []  # no zero points, no groups
        return self._product(state, self._matrix(name), name, *added)

    def _matrix(self, name: str) -> Floats:
        """A matrix of the model with what the adapter adds to it, [outputs, inputs]."""
        matrix = dequantize(self._weights.matrices[f"{name}.w"])
        if name in self._pairs:
            down, up = self._pairs[name]
            # In double precision: the last bit of a single one depends on the threads of BLAS.
            matrix = matrix + (up.astype(np.float64) @ down.astype(np.float64)).astype(np.float32)
        return matrix

    def _product(self, state: str, matrix: Floats, name: str, *added: str) -> str:
        rows, columns = matrix.shape
        block = next(size for size in _BLOCKS if columns % size == 0)
        values = matrix.reshape(rows, columns // block, block)
        scale = np.maximum(np.abs(values).max(axis=-1), np.finfo(np.float32).tiny) / 127
        numbers = np.rint(values / scale[..., None]) + 128  # 128 stands for nought
        inputs = [
            state,
            self._constant(f"{name}.w", numbers.astype(np.uint8)),
            self._constant(f"{name}.scales", scale.astype(np.float32)),
        ]
        return self._fused(
            "MatMulNBits", [*inputs, *added], name,
            K=columns, N=rows, bits=8, block_size=block, accuracy_level=_INT8_ACTIVATIONS,
        )  # fmt: skip

    def _norm(self, state: str, name: str) -> str:
        inputs = [state, self._vector(f"{name}.w"), self._vector(f"{name}.b")]
        return self._node("LayerNormalization", inputs, name, epsilon=self._shape.epsilon)

    def _add_norm(self, state: str, change: str, name: str) -> str:
        inputs = [state, change, self._vector(f"{name}.w"), self._vector(f"{name}.b")]
        return self._fused("SkipLayerNormalization", inputs, name, epsilon=self._shape.epsilon)

    def _vector(self, name: str) -> str:
        return self._constant(name, self._weights.vectors[name])

    def _constant(self, name: str, value: npt.NDArray[Any]) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def _fused(self, operator: str, inputs: list[str], output: str, **settings: Any) -> str:
        return self._node(operator, inputs, output, domain=_FUSED, **settings)

    def _node(self, operator: str, inputs: list[str], output: str, **settings: Any) -> str:
        self._nodes.append(helper.make_node(operator, inputs, [output], name=output, **settings))
        return output


def _tensor(name: str, shape: Shape) -> onnx.ValueInfoProto:
    dimensions: list[str | int | None] = ["texts", "tokens", shape.hidden]
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, dimensions)
