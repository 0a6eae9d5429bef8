"""One tidy progress bar for a training; Rasa's own messages go into a log file."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import rasa.model_training
from rasa.engine.graph import ExecutionContext, GraphNodeHook, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from tqdm import tqdm

_BAR = "{desc:<42} {percentage:3.0f}%|{bar:24}| {n_fmt}/{total_fmt} steps, {elapsed}"


class _Steps(GraphNodeHook):
    """Moves the bar on with each node of the training graph."""

    def __init__(self, bar: tqdm, nodes: GraphSchema) -> None:
        self._bar = bar
        self._nodes = nodes.nodes

    def on_before_node(
        self,
        node_name: str,
        execution_context: ExecutionContext,
        config: dict[str, Any],
        received_inputs: dict[str, Any],
    ) -> dict[str, Any]:
        """Shows what is being worked on."""
        self._bar.set_description_str(f"training: {self._nodes[node_name].uses.__name__}")
        return {}

    def on_after_node(
        self,
        node_name: str,
        execution_context: ExecutionContext,
        config: dict[str, Any],
        output: Any,
        input_hook_data: dict[str, Any],
    ) -> None:
        """Counts it."""
        self._bar.update()


@contextmanager
def quiet_training(log: Path) -> Iterator[None]:
    """Shows the bar on standard error; whatever else is printed goes into a file.

    Args:
        log: The file, written anew.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with _output_into(log) as terminal:
        # Where nobody watches, a line now and then is enough.
        seconds = 0.2 if terminal.isatty() else 15.0
        bar = tqdm(
            desc="training: reading the data",
            total=1,
            file=terminal,
            bar_format=_BAR,
            mininterval=seconds,
            leave=True,
        )
        with bar, _counting(bar), _clock(bar, max(seconds, 1.0)):
            yield
            bar.set_description_str("training: done")


@contextmanager
def _counting(bar: tqdm) -> Iterator[None]:
    """Lets the training graph move the bar.

    Rasa takes no hooks from outside: `rasa.model_training` names the runner's class, and
    `GraphTrainer` makes the list of hooks (rasa 3.6.21, engine/training/graph_trainer.py). So
    the class that `rasa.model_training` names is replaced for as long as this lasts.
    """

    class CountingRunner(DaskGraphRunner):
        @classmethod
        def create(
            cls,
            graph_schema: GraphSchema,
            model_storage: Any,
            execution_context: ExecutionContext,
            hooks: list[GraphNodeHook] | None = None,
        ) -> DaskGraphRunner:
            bar.total = len(graph_schema.minimal_graph_schema().nodes)
            steps = _Steps(bar, graph_schema)
            return super().create(
                graph_schema, model_storage, execution_context, [*(hooks or ()), steps]
            )

    original = rasa.model_training.DaskGraphRunner
    rasa.model_training.DaskGraphRunner = CountingRunner
    try:
        yield
    finally:
        rasa.model_training.DaskGraphRunner = original


@contextmanager
def _clock(bar: tqdm, seconds: float) -> Iterator[None]:
    """Keeps the time shown going while one step takes long."""
    stopped = threading.Event()

    def tick() -> None:
        while not stopped.wait(seconds):
            bar.refresh()

    thread = threading.Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


@contextmanager
def _output_into(log: Path) -> Iterator[TextIO]:
    """Turns standard output and error, of libraries in C too, into a file.

    Yields:
        What standard error was.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    output, error = os.dup(1), os.dup(2)
    try:
        with log.open("w", encoding="utf-8") as file, os.fdopen(os.dup(2), "w") as terminal:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
            yield terminal
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(output, 1)
        os.dup2(error, 2)
        os.close(output)
        os.close(error)
