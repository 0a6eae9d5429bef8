"""Learns the encoder's adapter from the training utterances, all languages together.

    scripts/tune_encoder.sh [--epochs 4]
    scripts/tune_encoder.sh --go-on --epochs 2 --rate 0.0008   # from the present adapter
    scripts/tune_encoder.sh --go-on --epochs 1 --rate 0.0004 --known OLD/data/nlu --again 0.2
                                   # what is new since then, and a fifth of what was known

Takes half an hour on two quiet cores, so it is not part of `make train`: the adapter is kept in
the repository and made again when much training data is new. It never sees tests/nlu.

People type without accents and with slips, so most utterances are seen in such spellings too.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from bot.nlu.encoder.adapter import (
    FACTORS,
    FOLDER,
    NO_ADAPTER,
    Adapter,
    read_adapter,
    write_adapter,
)
from bot.nlu.encoder.build import (
    PIECES,
    SCORES,
    build_encoder,
    find_weights,
    sha256,
)
from bot.nlu.encoder.model import MAX_TOKENS, PREFIX, prepare
from bot.nlu.encoder.tokenizer import UnigramTokenizer
from bot.nlu.encoder.weights import read_weights
from bot.nlu.utterances import Utterance, read_examples
from bot.paths import PROJECT
from scripts.tuning.network import Network

_FIRST_IDEOGRAPH = 0x2E80
_ARABIC = "\u0600", "\u06ff"
# Most people type no vowel signs, and these letters as their look-alikes.
_AS_TYPED = str.maketrans({"\u0649": "\u064a", "\u0629": "\u0647", "đ": "d", "Đ": "D"})
_LONG_ENOUGH = 5  # letters, for a slip not to make another word
_PREFIX_TOKENS = 4  # begin, "query", ":" and what may follow: never hidden


@dataclass(frozen=True)
class Settings:
    """How to learn.

    Attributes:
        rank: How thin the learned products are.
        epochs: How often each utterance is seen.
        rate: Learning rate at its highest.
        batch: Utterances at a time.
        smoothing: Of the labels.
        dropout: Share of the activations left out.
        hidden_words: Share of the tokens replaced by the unknown one.
        respelled: Share of the utterances seen without accents or with a slip of the finger.
        scale: The head sees vectors of this length.
        seed: Of all chance.
    """

    rank: int = 16
    epochs: int = 4
    rate: float = 1e-3
    batch: int = 32
    smoothing: float = 0.05
    dropout: float = 0.1
    hidden_words: float = 0.1
    respelled: float = 0.6
    scale: float = 15.0
    seed: int = 0


@dataclass(frozen=True)
class Item:
    """An utterance as numbers: as it was written, and as it may be typed."""

    ids: list[int]
    label: int
    respelled: tuple[list[int], ...] = ()


def main() -> None:
    """Learns and writes the adapter."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--epochs", type=int, default=Settings.epochs)
    parser.add_argument("--rate", type=float, default=Settings.rate)
    parser.add_argument("--go-on", action="store_true", help="from the adapter in the repository")
    parser.add_argument("--known", type=Path, help="what the present adapter learned from")
    parser.add_argument("--again", type=float, default=1.0, help="share of it that is seen again")
    parser.add_argument("--output", type=Path, default=FOLDER)
    options = parser.parse_args()
    if options.again != 1.0 and options.known is None:
        parser.error("--again says how much of --known is seen again: name that too")
    settings = Settings(epochs=options.epochs, rate=options.rate)
    torch.manual_seed(settings.seed)
    chance = random.Random(settings.seed)
    utterances = read_examples(PROJECT / "data" / "nlu")
    known = read_examples(options.known) if options.known is not None else []
    if known:
        before = set(known)
        utterances = [u for u in utterances if u not in before or chance.random() < options.again]
    path = find_weights()
    weights = read_weights(path)
    items, labels = _items(utterances, chance)
    begun = read_adapter(FOLDER, sha256(path), weights.shape) if options.go_on else NO_ADAPTER
    network = Network(weights, settings.rank, settings.dropout, begun.pairs)
    seconds = _learn(network, items, len(labels), weights.vocabulary.unknown, settings, chance)
    about = {
        "settings": asdict(settings),
        "went_on_from": hashlib.sha256((FOLDER / FACTORS).read_bytes()).hexdigest()
        if options.go_on
        else None,
        "torch": torch.__version__,
        "utterances": len(items),
        "utterances_sha256": _hash(utterances),
        "known_sha256": _hash(known) if known else None,
        "known_seen_again": options.again,
        "minutes": round(seconds / 60),
    }
    write_adapter(options.output, Adapter(sha256(path), network.pairs()), about)
    print(f"{options.output}: written. Train again (`make train`) and measure (`roi eval`).")


def _items(utterances: Sequence[Utterance], chance: random.Random) -> tuple[list[Item], list[str]]:
    folder = build_encoder(adapter=None)
    tokenizer = UnigramTokenizer.load(folder / PIECES, folder / SCORES)
    labels = sorted({utterance.intent for utterance in utterances})

    def ids(text: str) -> list[int]:
        return tokenizer.ids(PREFIX + text, MAX_TOKENS)

    items = []
    for utterance in utterances:
        if text := prepare(utterance.text):
            others = tuple(ids(other) for other in _respelled(text, chance))
            items.append(Item(ids(text), labels.index(utterance.intent), others))
    return items, labels


def _respelled(text: str, chance: random.Random) -> list[str]:
    """The text without accents, if it has any, and with a slip of the finger."""
    found = []
    if (bare := _without_accents(text)) != text:
        found += [bare, bare]  # on a phone this is the rule, above all in Vietnamese
    if all(ord(letter) < _FIRST_IDEOGRAPH for letter in text) and len(text) > _LONG_ENOUGH:
        found.append(_slip(chance.choice([text, bare]), chance))
    return found


def _without_accents(text: str) -> str:
    """Latin and Arabic letters without marks; other scripts keep theirs."""
    kept = []
    for letter in unicodedata.normalize("NFC", text):
        base = unicodedata.normalize("NFD", letter)[0]
        arabic = _ARABIC[0] <= base <= _ARABIC[1]
        if arabic and unicodedata.combining(base):
            continue
        kept.append(base if base.isascii() or arabic else letter)
    return "".join(kept).translate(_AS_TYPED)


def _slip(text: str, chance: random.Random) -> str:
    """One letter missing, doubled, or changed with its neighbour."""
    at = chance.randrange(1, len(text) - 1)
    middle = chance.choice(["", text[at + 1] + text[at], text[at] * 2])
    after = at + 2 if len(middle) == 2 and middle[0] != middle[1] else at + 1
    return text[:at] + middle + text[after:]


def _learn(
    network: Network,
    items: Sequence[Item],
    labels: int,
    unknown: int,
    settings: Settings,
    chance: random.Random,
) -> float:
    """Learns; returns the seconds it took."""
    head = nn.Linear(network.shape.hidden, labels)
    optimizer = torch.optim.AdamW(
        [
            {"params": list(network.parameters()), "lr": settings.rate},
            {"params": head.parameters(), "lr": 5 * settings.rate},
        ],
        betas=(0.9, 0.98),
    )
    counts = Counter(item.label for item in items)
    rarity = [(len(items) / labels / counts[label]) ** 0.5 for label in range(labels)]
    weight = torch.tensor(rarity)
    total = settings.epochs * sum(1 for _ in _batches(items, settings.batch, chance))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1, (step + 1) / 100) * max(0.02, 1 - step / total)
    )
    network.train()
    step, start, losses = 0, time.monotonic(), 0.0
    for _ in range(settings.epochs):
        for batch in _batches(_spelled(items, settings, chance), settings.batch, chance):
            ids = _hide(torch.tensor([item.ids for item in batch]), unknown, settings.hidden_words)
            target = torch.tensor([item.label for item in batch])
            scores = head(network(ids) * settings.scale)
            loss = functional.cross_entropy(
                scores, target, weight, label_smoothing=settings.smoothing
            )
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            step, losses = step + 1, losses + loss.item()
            if step % 100 == 0:
                print(f"step {step} of {total}, loss {losses / 100:.3f}", flush=True)
                losses = 0.0
    return time.monotonic() - start


def _spelled(items: Sequence[Item], settings: Settings, chance: random.Random) -> list[Item]:
    """Each utterance in one of its spellings."""
    return [
        Item(chance.choice(item.respelled), item.label)
        if item.respelled and chance.random() < settings.respelled
        else item
        for item in items
    ]


def _hide(ids: torch.Tensor, unknown: int, share: float) -> torch.Tensor:
    """Some tokens become the unknown one, so that no single word decides."""
    hidden = torch.rand(ids.shape) < share
    hidden[:, :_PREFIX_TOKENS] = False
    hidden[:, -1] = False
    return torch.where(hidden, torch.tensor(unknown), ids)


def _batches(items: Sequence[Item], size: int, chance: random.Random) -> Iterator[list[Item]]:
    """Batches of texts with the same number of tokens, in any order: nothing is padded."""
    by_length: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        by_length[len(item.ids)].append(item)
    batches = []
    for same in by_length.values():
        chance.shuffle(same)
        batches += [same[start : start + size] for start in range(0, len(same), size)]
    chance.shuffle(batches)
    return iter(batches)


def _hash(utterances: Sequence[Utterance]) -> str:
    digest = hashlib.sha256()
    for utterance in sorted(utterances):
        digest.update("\t".join(utterance).encode() + b"\n")
    return digest.hexdigest()


if __name__ == "__main__":
    main()
