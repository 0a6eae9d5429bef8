"""Modules that are executed when something is looked up in them, on packages made for it."""

from __future__ import annotations

import importlib
import sys
import threading
from pathlib import Path

import pytest

from bot.rasa_fast import on_demand
from bot.rasa_fast.on_demand import Deferred, import_on_demand, is_waiting

SOURCES = {
    "later_pack/__init__.py": "from later_pack.light import Light\n"
    "RAN.append('pack')\nDONE = True\n",
    "later_pack/light.py": "class Light: pass\n",
    "later_pack/heavy.py": "RAN.append('heavy')\ndef double(n): return 2 * n\nVALUE = 7\n",
    "later_pack/inner.py": "import later_pack\nFOUND = later_pack.DONE\n",
    "later_round.py": "RAN.append('round')\nimport later_round_two\nHERE = 1\n",
    "later_round_two.py": "import later_round\nSEEN = hasattr(later_round, 'HERE')\n",
    "later_broken.py": "RAN.append('broken')\n"
    "if len(RAN) < 2: raise ImportError('not yet')\nOK = 1\n",
    "later_probe.py": "try:\n    import later_giant\n    found = True\n"
    "except ImportError:\n    found = False\n",
    "later_giant.py": "RAN.append('giant')\n",
}
DEFERRED = {
    "later_pack": Deferred(elsewhere={"Light": "later_pack.light"}),
    "later_pack.heavy": Deferred(functions=("double",)),
    "later_round": Deferred(),
    "later_broken": Deferred(),
}


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The packages, of which nothing has been imported; gives what has been executed."""
    for name, source in SOURCES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("from builtins import later_ran as RAN\n" + source)
    executed: list[str] = []
    monkeypatch.setattr("builtins.later_ran", executed, raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(on_demand, "DEFERRED", DEFERRED)
    monkeypatch.setattr(on_demand, "_ALONE", {"later_pack.light"})
    monkeypatch.setattr(on_demand, "_HIDDEN", {"later_probe": "later_giant"})
    import_on_demand()
    yield executed
    for name in [name for name in sys.modules if name.startswith("later_")]:
        del sys.modules[name]


def test_an_import_alone_executes_nothing(ran):
    module = importlib.import_module("later_pack.heavy")
    assert is_waiting(module) and ran == []


def test_looking_something_up_executes_the_module_once(ran):
    module = importlib.import_module("later_pack.heavy")
    assert module.VALUE == 7 and module.VALUE == 7
    assert ran.count("heavy") == 1 and not is_waiting(module)


def test_a_function_taken_by_name_executes_the_module_when_it_is_called(ran):
    from later_pack.heavy import double

    assert "heavy" not in ran
    assert double(4) == 8 and "heavy" in ran


def test_a_name_that_a_lighter_module_has_comes_from_there(ran):
    from later_pack import Light
    from later_pack.light import Light as Same

    assert Light is Same and ran == []


def test_what_lies_in_a_waiting_package_finds_the_package_executed(ran):
    assert importlib.import_module("later_pack.inner").FOUND
    assert ran == ["pack"]


def test_modules_that_import_each_other_see_what_they_would_see_anyway(ran):
    assert importlib.import_module("later_round").HERE == 1
    assert sys.modules["later_round_two"].SEEN is False


def test_an_unknown_name_is_missing_in_the_usual_way(ran):
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = importlib.import_module("later_pack.heavy").nothing
    with pytest.raises(ImportError):
        from later_pack.heavy import nothing  # noqa: F401


def test_who_walks_through_all_modules_executes_none(ran):
    module = importlib.import_module("later_pack.heavy")
    assert not hasattr(module, "__warningregistry__") and ran == []


def test_a_module_that_fails_is_tried_again_and_says_why(ran):
    module = importlib.import_module("later_broken")
    with pytest.raises(ImportError, match="not yet"):
        _ = module.OK
    assert module.OK == 1


def test_many_threads_execute_it_once_and_all_get_the_value(ran):
    module = importlib.import_module("later_pack.heavy")
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(module.VALUE)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [7] * 16 and ran.count("heavy") == 1


def test_a_library_that_only_looks_whether_another_is_there_does_not_find_it(ran):
    assert importlib.import_module("later_probe").found is False
    assert "giant" not in ran
    assert importlib.import_module("later_giant")  # everybody else does


def test_a_library_finds_another_that_has_been_imported_already(ran):
    importlib.import_module("later_giant")
    assert importlib.import_module("later_probe").found is True
