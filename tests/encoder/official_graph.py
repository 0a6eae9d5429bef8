"""The encoder in the shape of the official ONNX export, in plain operators and single precision.

It stands for the export in tests, and as a second writing of the model it checks our graph.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from bot.nlu.encoder.q4 import Floats, dequantize
from bot.nlu.encoder.weights import Weights


def official_graph(weights: Weights, added: Mapping[str, Floats] = {}) -> onnx.ModelProto:
    """From input_ids, attention_mask and token_type_ids to last_hidden_state.

    Args:
        weights: Of the model.
        added: What to add to its matrices, by their names.
    """
    shape, vectors = weights.shape, weights.vectors
    nodes: list[onnx.NodeProto] = []
    constants: list[onnx.TensorProto] = []

    def constant(name: str, value: Any, kind: Any = np.float32) -> str:
        constants.append(numpy_helper.from_array(np.asarray(value, dtype=kind), name))
        return name

    def node(operator: str, inputs: list[str], **settings: Any) -> str:
        name = f"{operator}_{len(nodes)}"
        nodes.append(helper.make_node(operator, inputs, [name], **settings))
        return name

    def linear(state: str, name: str) -> str:
        values = dequantize(weights.matrices[f"{name}.w"]) + added.get(f"{name}.w", 0)
        matrix = constant(f"{name}.w", values.T)
        product = node("MatMul", [state, matrix])
        return node("Add", [product, constant(f"{name}.b", vectors[f"{name}.b"])])

    def norm(state: str, name: str) -> str:
        parts = [constant(f"{name}.{part}", vectors[f"{name}.{part}"]) for part in "wb"]
        return node("LayerNormalization", [state, *parts], epsilon=shape.epsilon)

    words = constant("words", dequantize(weights.matrices["emb.word"]))
    types = constant("types", vectors["emb.type"].reshape(shape.types, -1))
    positions = constant("positions", vectors["emb.pos"].reshape(1, shape.positions, -1))
    zero, one, two = (constant(f"i{i}", [i], np.int64) for i in range(3))
    length = node("Slice", [node("Shape", ["input_ids"]), one, two])
    state = node("Add", [node("Gather", [words, "input_ids"]),
                         node("Gather", [types, "token_type_ids"])])  # fmt: skip
    state = norm(node("Add", [state, node("Slice", [positions, zero, length, one])]), "emb.ln")

    seen = node("Cast", [node("Unsqueeze", ["attention_mask", constant("i12", [1, 2], np.int64)])],
                to=TensorProto.FLOAT)  # fmt: skip
    hidden_away = node("Mul", [node("Sub", [constant("f1", 1.0), seen]), constant("low", -1e9)])
    split = constant("split", [0, 0, shape.heads, shape.hidden // shape.heads], np.int64)
    joined = constant("joined", [0, 0, shape.hidden], np.int64)
    scale = constant("scale", (shape.hidden // shape.heads) ** -0.5)
    half, rooted = constant("half", 0.5), constant("rooted", 2**-0.5)
    for layer in (f"l{index}." for index in range(shape.layers)):
        query, key, value = (
            node("Transpose", [node("Reshape", [linear(state, layer + name), split])],
                 perm=[0, 2, 3, 1] if name == "k" else [0, 2, 1, 3])
            for name in "qkv"
        )  # fmt: skip
        weight = node("Mul", [node("MatMul", [query, key]), scale])
        weight = node("Softmax", [node("Add", [weight, hidden_away])], axis=-1)
        mixed = node("Transpose", [node("MatMul", [weight, value])], perm=[0, 2, 1, 3])
        mixed = linear(node("Reshape", [mixed, joined]), layer + "ao")
        state = norm(node("Add", [state, mixed]), layer + "aln")
        inner = linear(state, layer + "fi")
        error = node("Add", [node("Erf", [node("Mul", [inner, rooted])]), "f1"])
        inner = linear(node("Mul", [node("Mul", [inner, half]), error]), layer + "fo")
        state = norm(node("Add", [state, inner]), layer + "oln")
    nodes.append(helper.make_node("Identity", [state], ["last_hidden_state"]))
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    output = helper.make_tensor_value_info(
        "last_hidden_state", TensorProto.FLOAT, ["batch", "sequence", shape.hidden]
    )
    graph = helper.make_graph(nodes, "official", inputs, [output], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
