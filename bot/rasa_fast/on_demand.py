"""Imports the parts of Rasa that a conversation does not need when, and only if, they are used.

Rasa imports TensorFlow, every chat platform's client and its own test bench before it can load
any model: 10 to 17 s and some 350 MB, of which a conversation of ours needs a third. The modules
named here stay empty until something is looked up in them (a module's own `__getattr__`, PEP 562);
then they are executed as ever. So a pipeline with DIET or a stock channel still works, and later.

It counts only where our launcher calls :func:`import_on_demand` before Rasa is imported. Rasa's own
commands do not.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any


@dataclass(frozen=True)
class Deferred:
    """A module that is executed when first used.

    Attributes:
        elsewhere: Names that `from ... import` takes from it and that a lighter module has.
        functions: Names that `from ... import` takes from it: functions that do no more than call
            the real ones.
    """

    elsewhere: Mapping[str, str] = field(default_factory=dict)
    functions: tuple[str, ...] = ()


_CHANNEL = "rasa.core.channels.channel"

# Modules that need nothing of the package they lie in.
_ALONE = {_CHANNEL}

DEFERRED: Mapping[str, Deferred] = {
    # Each with the seconds its import took on one core, and what needs it.
    "rasa.utils.train_utils": Deferred(),  # 9.2: TensorFlow; training and predicting with DIET, TED
    "rasa.utils.tensorflow.model_data": Deferred(  # 1.2: scikit-learn; the same
        functions=("ragged_array_to_ndarray",)
    ),
    "rasa.utils.tensorflow.model_data_utils": Deferred(),  # the same
    "rasa.core.test": Deferred(),  # 0.9: matplotlib; `rasa test`, and finding contradicting rules
    "rasa.core.channels": Deferred(  # 1.0: clients of Slack, Telegram, Facebook, Google and others
        elsewhere={
            "UserMessage": _CHANNEL,
            "InputChannel": _CHANNEL,
            "OutputChannel": _CHANNEL,
            "CollectingOutputChannel": _CHANNEL,
        }
    ),
    "rasa.core.jobs": Deferred(),  # 0.4: APScheduler; reminders and model servers
    "rasa.telemetry": Deferred(),  # 0.1: what we have turned off
    "dask": Deferred(),  # 0.2: training; rasa_fast.graph runs what is loaded
    "boto3": Deferred(),  # 0.5: DynamoDB as a tracker store
    "boto3.dynamodb": Deferred(),
    "boto3.dynamodb.conditions": Deferred(functions=("Key",)),
    "spacy.cli": Deferred(),  # 0.5: `python -m spacy`
    "spacy.cli.info": Deferred(functions=("info",)),
}

# Left out while a module looks for it: thinc, under spaCy, would import TensorFlow only to see
# whether it could exchange arrays with it.
_HIDDEN = {"thinc.compat": "tensorflow"}


def import_on_demand() -> None:
    """From now on, the modules of `DEFERRED` are executed when first used."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def is_waiting(module: ModuleType) -> bool:
    """Has a module been imported but not been used yet?"""
    return isinstance(module.__dict__.get("__getattr__"), _Waiting)


class _Finder(MetaPathFinder):
    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        parent = sys.modules.get(name.rpartition(".")[0])
        if parent is not None and is_waiting(parent) and name not in {*_ALONE, *DEFERRED}:
            # What lies in a package may count on the package being there.
            parent.__dict__["__getattr__"].load()
        if name not in DEFERRED and name not in _HIDDEN:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = (
                _OnDemand(spec.loader, DEFERRED[name])
                if name in DEFERRED
                else _Without(spec.loader, _HIDDEN[name])
            )
        return spec


class _OnDemand(Loader):
    def __init__(self, loader: Loader, deferred: Deferred) -> None:
        self._loader, self._deferred = loader, deferred

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        waiting = _Waiting(module, self._loader, self._deferred.elsewhere)
        for name in self._deferred.functions:
            setattr(module, name, waiting.function(name))
        module.__dict__["__getattr__"] = waiting


class _Waiting:
    """A module's `__getattr__` until it is executed."""

    def __init__(self, module: ModuleType, loader: Loader, elsewhere: Mapping[str, str]) -> None:
        self._module, self._loader, self._elsewhere = module, loader, elsewhere
        self._lock = threading.RLock()
        self._is_running = False

    def __call__(self, name: str) -> Any:
        if name in self._elsewhere:
            return getattr(importlib.import_module(self._elsewhere[name]), name)
        # Whoever walks through all modules asks for such names; that is no use of this one.
        if name.startswith("__") and name != "__all__":
            raise AttributeError(f"module {self._module.__name__!r} has no attribute {name!r}")
        self.load()
        try:
            return self._module.__dict__[name]
        except KeyError:  # also within its own imports, where it is as incomplete as any module
            raise AttributeError(
                f"module {self._module.__name__!r} has no attribute {name!r}"
            ) from None

    def function(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            self.load()
            return getattr(self._module, name)(*arguments, **named)

        return call

    def load(self) -> None:
        """Executes the module, once, whichever thread comes first."""
        with self._lock:
            if self._is_running or not is_waiting(self._module):
                return
            self._is_running = True
            try:
                self._loader.exec_module(self._module)
            finally:
                self._is_running = False
            del self._module.__dict__["__getattr__"]


class _Without(Loader):
    def __init__(self, loader: Loader, hidden: str) -> None:
        self._loader, self._hidden = loader, hidden

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        with _hiding(self._hidden):
            self._loader.exec_module(module)


@contextmanager
def _hiding(name: str) -> Iterator[None]:
    """Lets `import name` fail as if it were not installed, unless it has been imported already."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]
