"""Imports and loads a model in a fresh process and prints how long that took, as JSON.

`-m benchmarks.loading` for ours, `-m benchmarks.loading MODEL` for Rasa's own way with a model.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from pathlib import Path

from bot.paths import PROJECT


def measured(model: Path | None = None) -> dict[str, float]:
    """Seconds for imports and load, by the clock and of processor time, in a fresh process."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.loading"]
    command += [str(model)] if model is not None else []
    result = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(result.stdout.splitlines()[-1])
    return found


def _ours() -> None:
    from bot.quiet import configure_logging, prepare_environment

    prepare_environment()
    configure_logging()
    import bot.runtime  # noqa: F401


def _load_ours() -> None:
    from bot.runtime import load_agent
    from bot.training import model_path

    load_agent(model_path())


def _rasas() -> None:
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import rasa.core.agent  # noqa: F401
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def _load_rasas(model: str) -> None:
    from rasa.core.agent import Agent

    Agent.load(model)


def main(arguments: list[str]) -> None:
    """Imports, then loads."""
    marks = [(time.perf_counter(), time.process_time())]
    _rasas() if arguments else _ours()
    marks.append((time.perf_counter(), time.process_time()))
    _load_rasas(arguments[0]) if arguments else _load_ours()
    marks.append((time.perf_counter(), time.process_time()))
    names = (("import", "import cpu"), ("load", "load cpu"))
    found = {
        name: after[kind] - before[kind]
        for pair, before, after in zip(names, marks, marks[1:], strict=False)
        for kind, name in enumerate(pair)
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
