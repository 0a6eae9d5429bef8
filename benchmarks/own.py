"""Our own model on a part of the data: how long it takes to train, and what it understands."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.sample import Cells, utterances_of, write_nlu
from bot.paths import BUILD, PROJECT


def training_seconds(cells: Cells) -> float:
    """How long `config.yml` takes to train on the sentences, none of which has been encoded yet."""
    from bot.nlu.encoder.build import build_encoder

    encoder = build_encoder()  # part of the set-up, once for each version of the weights
    with tempfile.TemporaryDirectory(dir=BUILD) as name:
        folder = Path(name)
        write_nlu(cells, folder / "data")
        (folder / "build" / "encoder").mkdir(parents=True)
        (folder / "build" / "encoder" / encoder.name).symlink_to(encoder)
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "benchmarks.own", str(folder)],
            cwd=PROJECT, check=True, capture_output=True,
            env={**os.environ, "ROI_BUILD": str(folder / "build")},
        )  # fmt: skip
        return time.perf_counter() - start


def main(folder: Path) -> None:
    """Trains as `roi train` does, on other sentences."""
    from bot.quiet import configure_logging, prepare_environment

    prepare_environment()
    configure_logging()
    from rasa.model_training import train

    from bot.rasa_fast.schemas import schemas_checked_once

    with schemas_checked_once():
        result = train(
            domain="domain.yml",
            config="config.yml",
            training_files=[str(folder / "data"), "data/stories"],
            output=str(folder / "models"),
            force_training=True,
        )
    assert result.model is not None


def intents_of_part(cells: Cells, texts: Sequence[str]) -> list[str]:
    """The intents that our classifier gives after learning from these sentences alone.

    The language of each text is identified first, as in the assistant.

    Without the encoder's adapter, which was learned from all of the training data.
    """
    from benchmarks.features import Features
    from bot.nlu.language_id import LanguageIdentifier
    from bot.nlu.linear_model import LinearModel
    from bot.nlu.utterances import texts_by_language
    from bot.nlu.word_experts import UNDETERMINED

    features = Features(adapted=False)
    learned = utterances_of(cells)
    identifier = LanguageIdentifier.train(texts_by_language(learned))
    model = LinearModel.fit(
        features.examples([u.text for u in learned], [u.language for u in learned]),
        [u.intent for u in learned],
    )
    codes = [identifier.identify(text).code or UNDETERMINED for text in texts]
    return [model.ranking(example, 1)[0][0] for example in features.examples(texts, codes)]


def intents_as_shipped(texts: Sequence[str]) -> list[str]:
    """The likeliest intents of the model as people get it, before thresholds and rules."""
    from bot.quiet import configure_logging, prepare_environment

    prepare_environment()
    configure_logging()
    return asyncio.run(_parsed(texts))


async def _parsed(texts: Sequence[str]) -> list[str]:
    from bot.runtime import load_agent
    from bot.training import ensure_model

    agent = load_agent(ensure_model())
    found = []
    for text in texts:
        parsed = await agent.parse_message(text)
        ranking = parsed.get("intent_ranking") or [{"name": ""}]
        found.append(str(ranking[0]["name"]))
    return found


def intents_of_default(model: str, texts: Sequence[str]) -> list[str]:
    """The intents that a trained default gives."""
    from benchmarks.rasa_default.training import FOLDER, environment

    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.rasa_default.score", model],
        input=json.dumps(list(texts)), cwd=PROJECT, env=environment(FOLDER),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [str(intent) for intent in json.loads(result.stdout.splitlines()[-1])]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
