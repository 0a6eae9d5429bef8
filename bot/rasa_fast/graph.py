"""Runs a loaded graph without building it anew for every message and prediction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner

_PLANS = "_roi_plans"


@dataclass(frozen=True)
class _Step:
    """A node to run, what it needs, and what nobody needs after it."""

    node: str
    needs: tuple[str, ...]
    over: tuple[str, ...]


def run(
    self: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
) -> dict[str, Any]:
    """What `DaskGraphRunner.run` gives.

    Rasa selects the nodes, builds a dask graph and has dask order it, twice or more in each turn,
    and writes all inputs into a log line that nobody reads.
    """
    wanted = tuple(targets or self._graph_schema.target_names)
    plans: dict[tuple[str, ...], tuple[_Step, ...]] = self.__dict__.setdefault(_PLANS, {})
    steps = plans.get(wanted)
    if steps is None:
        steps = plans[wanted] = _plan(self._graph_schema.minimal_graph_schema(list(wanted)), wanted)
    found: dict[str, Any] = {}
    for name, value in (inputs or {}).items():
        _refuse_clash(value, {step.node for step in steps})
        found[name] = (name, value)
    for step in steps:
        given = [found.get(need, need) for need in step.needs]
        found[step.node] = self._instantiated_nodes[step.node](*given)
        for name in step.over:
            found.pop(name, None)
    return {target: found[target][1] for target in wanted}


_run = DaskGraphRunner.run


def _plan(schema: GraphSchema, wanted: tuple[str, ...]) -> tuple[_Step, ...]:
    needs = {name: tuple(node.needs.values()) for name, node in schema.nodes.items()}
    # What is sorted along but no node is an input.
    order = [name for name in TopologicalSorter(needs).static_order() if name in needs]
    return tuple(
        _Step(name, needs[name], _over(needs, order[index + 1 :], name, wanted))
        for index, name in enumerate(order)
    )


def _over(
    needs: Mapping[str, tuple[str, ...]], later: list[str], name: str, wanted: tuple[str, ...]
) -> tuple[str, ...]:
    """What a step was the last to need: training data need not stay until the end."""
    still = {need for following in later for need in needs[following]}.union(wanted)
    return tuple(need for need in needs[name] if need in needs and need not in still)


def _refuse_clash(value: Any, nodes: set[str]) -> None:
    if isinstance(value, str) and value in nodes:
        raise GraphRunError(
            f"Input value '{value}' clashes with a node name. Make sure that none of the input "
            "names passed to the `run` method are the same as node names in the graph schema."
        )
