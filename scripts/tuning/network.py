"""multilingual-e5-small in PyTorch with a thin trainable product beside each matrix (LoRA)."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from bot.nlu.encoder.adapter import Pair
from bot.nlu.encoder.q4 import Floats, dequantize
from bot.nlu.encoder.weights import Shape, Weights

_LOW = torch.bfloat16  # the frozen matrices; half the memory, twice the speed
MATRICES = ("q", "k", "v", "ao", "fi", "fo")


class Adapted(nn.Module):
    """A frozen linear map and what is learned beside it."""

    def __init__(self, matrix: Floats, bias: Floats, rank: int, known: Pair | None) -> None:
        """Args: the frozen map, how thin the learned product is, and one to go on from."""
        super().__init__()
        rows, columns = matrix.shape
        self.register_buffer("matrix", torch.tensor(matrix).to(_LOW))
        self.register_buffer("bias", torch.tensor(bias).to(_LOW))
        self.down = nn.Parameter(torch.randn(rank, columns) / math.sqrt(columns))
        self.up = nn.Parameter(torch.zeros(rows, rank))  # at the start nothing is changed
        if known is not None:
            self.down = nn.Parameter(torch.tensor(known.down))
            self.up = nn.Parameter(torch.tensor(known.up))

    def forward(self, x: Tensor) -> Tensor:
        """The map of x."""
        change = functional.linear(functional.linear(x, self.down.to(x.dtype)), self.up.to(x.dtype))
        return functional.linear(x, self.matrix, self.bias) + change

    def pair(self) -> Pair:
        """What was learned."""
        return Pair(self.down.detach().numpy(), self.up.detach().numpy())


class Norm(nn.Module):
    """Layer normalisation, frozen, in single precision."""

    def __init__(self, weight: Floats, bias: Floats, epsilon: float) -> None:
        """Args: its frozen numbers."""
        super().__init__()
        self.register_buffer("weight", torch.tensor(weight))
        self.register_buffer("bias", torch.tensor(bias))
        self._epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        """x, normalised."""
        normal = functional.layer_norm(
            x.float(), self.weight.shape, self.weight, self.bias, self._epsilon
        )
        return normal.to(_LOW)


class Layer(nn.Module):
    """One layer of BERT."""

    def __init__(
        self, weights: Weights, index: int, rank: int, dropout: float, known: Mapping[str, Pair]
    ) -> None:
        """Args: the weights, which layer, and as :class:`Network` takes them."""
        super().__init__()
        name, vectors = f"l{index}.", weights.vectors
        self.maps = nn.ModuleDict({
            part: Adapted(
                dequantize(weights.matrices[f"{name}{part}.w"]),
                vectors[f"{name}{part}.b"],
                rank,
                known.get(f"{name}{part}"),
            )
            for part in MATRICES
        })  # fmt: skip
        self.after_attention, self.after_output = (
            Norm(vectors[f"{name}{part}.w"], vectors[f"{name}{part}.b"], weights.shape.epsilon)
            for part in ("aln", "oln")
        )
        self._heads, self._dropout = weights.shape.heads, nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """The next state."""
        texts, tokens, hidden = x.shape

        def split(part: str) -> Tensor:
            heads: Tensor = self.maps[part](x).view(texts, tokens, self._heads, -1)
            return heads.transpose(1, 2)

        mixed = functional.scaled_dot_product_attention(split("q"), split("k"), split("v"))
        mixed = mixed.transpose(1, 2).reshape(texts, tokens, hidden)
        x = self.after_attention(x + self._dropout(self.maps["ao"](mixed)))
        inner = functional.gelu(self.maps["fi"](x))
        state: Tensor = self.after_output(x + self._dropout(self.maps["fo"](inner)))
        return state


class Network(nn.Module):
    """Token ids of texts of one length to vectors of length one."""

    def __init__(
        self, weights: Weights, rank: int, dropout: float, known: Mapping[str, Pair]
    ) -> None:
        """Prepares learning.

        Args:
            weights: The frozen weights.
            rank: How thin the learned products are.
            dropout: How much to leave out while learning.
            known: What was learned before, to go on from; empty to begin anew.
        """
        super().__init__()
        shape, vectors = weights.shape, weights.vectors
        self.shape: Shape = shape
        self.register_buffer("words", torch.tensor(dequantize(weights.matrices["emb.word"])))
        places = vectors["emb.pos"].reshape(-1, shape.hidden) + vectors["emb.type"][: shape.hidden]
        self.register_buffer("places", torch.tensor(places))
        self.norm = Norm(vectors["emb.ln.w"], vectors["emb.ln.b"], shape.epsilon)
        self.layers = nn.ModuleList(
            Layer(weights, index, rank, dropout, known) for index in range(shape.layers)
        )

    def forward(self, ids: Tensor) -> Tensor:
        """Vectors [texts, hidden] for ids [texts, tokens]."""
        x = self.norm(self.words[ids] + self.places[: ids.shape[1]])
        for layer in self.layers:
            x = layer(x)
        return functional.normalize(x.float().mean(1), dim=-1)

    def pairs(self) -> dict[str, Pair]:
        """What was learned, by the names of the matrices."""
        return {
            f"l{index}.{part}": layer.maps[part].pair()
            for index, layer in enumerate(self.layers)
            for part in MATRICES
        }
