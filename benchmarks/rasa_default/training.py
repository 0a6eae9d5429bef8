"""Trains Rasa's default with Rasa's own command and reads off what it reports of the epochs."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.rasa_default.project import config, write_project
from benchmarks.sample import Cells, key, size
from bot.paths import BUILD, PROJECT

FOLDER = BUILD / "bench" / "rasa-default"
# As in: Epochs: 100%, a bar, 20/20 [01:05<00:00, 3.27s/it, t_loss=...]
_PROGRESS = re.compile(r"Epochs: [^\r\n]*? (\d+)/(\d+) \[([\d:]+)<")


@dataclass(frozen=True)
class Network:
    """How the training of one network went: its epochs, and the seconds of one after the first."""

    epochs: int
    first: float
    each: float

    @property
    def seconds(self) -> float:
        """All of it."""
        return self.first + (self.epochs - 1) * self.each

    def at(self, epochs: int, growth: float = 1.0) -> float:
        """Seconds for another number of epochs, of so many times the examples."""
        return self.first + (epochs - 1) * self.each * growth + self.each * (growth - 1)


@dataclass(frozen=True)
class Trained:
    """A trained default.

    Attributes:
        model: Its file.
        sentences: How many it was trained on.
        seconds: How long `rasa train` took.
        networks: DIET first, then those of the policies.
    """

    model: str
    sentences: int
    seconds: float
    networks: tuple[Network, ...]

    def full(self, sentences: int, epochs: int = 100) -> float:
        """Seconds by extrapolation: DIET's epochs grow with the sentences, the others do not."""
        diet, *others = self.networks
        fixed = self.seconds - sum(network.seconds for network in self.networks)
        growth = sentences / self.sentences
        return fixed + diet.at(epochs, growth) + sum(network.at(epochs) for network in others)


def train(cells: Cells, epochs: int, policy_epochs: int, folder: Path = FOLDER) -> Trained:
    """Trains, or takes what was trained in the same way before."""
    configuration = config(epochs, policy_epochs)
    settings = json.dumps(configuration, sort_keys=True) + key(cells)
    name = hashlib.sha256(settings.encode()).hexdigest()[:12]
    about = folder / f"{name}.json"
    write_project(folder, cells, configuration)
    if about.exists():
        found = json.loads(about.read_text())
        networks = [Network(**network) for network in found.pop("networks")]
        return Trained(**found, networks=_diet_first(networks, epochs))
    start = time.perf_counter()
    said = run_rasa(["train", "--fixed-model-name", name, "--force"], folder)
    seconds = time.perf_counter() - start
    model = folder / "models" / f"{name}.tar.gz"
    networks_said = _diet_first(networks_of(said), epochs)
    trained = Trained(str(model), size(cells), seconds, networks_said)
    about.write_text(json.dumps(asdict(trained)))
    return trained


def _diet_first(networks: Sequence[Network], epochs: int) -> tuple[Network, ...]:
    """Rasa trains them in an order of its own; DIET is the one with its number of epochs."""
    return tuple(sorted(networks, key=lambda network: network.epochs != epochs))


def run_rasa(arguments: list[str], folder: Path) -> str:
    """Runs one of Rasa's commands in the project's folder; gives what it wrote."""
    command = [str(Path(sys.executable).with_name("rasa")), *arguments]
    result = subprocess.run(
        command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False
    )
    if result.returncode:
        said = result.stdout[-2000:] + result.stderr[-2000:]
        raise RuntimeError(f"{' '.join(command)} failed:\n{said}")
    return result.stdout + result.stderr


def environment(folder: Path) -> dict[str, str]:
    """Rasa as it is, with our project only to be imported from."""
    return {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "PYTHONPATH": str(PROJECT),
        "ROI_BENCH_ANSWERS": str(folder / "answers.json"),
    }


def networks_of(said: str) -> tuple[Network, ...]:
    """Reads the progress bars of all networks, one after the other."""
    runs: list[dict[int, float]] = []
    total_before, done_before = 0, 0
    for done, total, clock in _PROGRESS.findall(said):
        if int(total) != total_before or int(done) < done_before:
            runs.append({})
        total_before, done_before = int(total), int(done)
        runs[-1].setdefault(int(done), _seconds(clock))
    return tuple(
        Network(max(run), run.get(1, 0.0), (run[max(run)] - run.get(1, 0.0)) / max(1, max(run) - 1))
        for run in runs
    )


def _seconds(clock: str) -> float:
    return float(
        sum(int(part) * 60**power for power, part in enumerate(reversed(clock.split(":"))))
    )
