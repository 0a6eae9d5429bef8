"""What is wrong stops the start of the real process: one line, the mend in it, and no secret."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tarfile
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.cluster.programs import free_port
from bot.paths import PROJECT

SECRET = "only-for-these-tests-" * 3
PASSWORD = "quagga-password"
WEAK = "zebra" * 9
SECONDS = 240  # on a busy machine; it takes ten


def start(folder: Path, project: Path = PROJECT, /, **settings: str) -> tuple[int, str]:
    """Exit code and output of `roi serve`, which must end by itself."""
    names = ("ROI_SECRET", "ROI_DATABASE_URL", "ROI_SECRET_FILE")
    inherited = {k: v for k, v in os.environ.items() if k not in names}
    environment = {**inherited, "ROI_VAR": str(folder), "ROI_SECRET": SECRET, **settings}
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "serve", "--port", "0"],
        cwd=project,
        env={k: v for k, v in environment.items() if v},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    return done.returncode, done.stdout + done.stderr


def broken_secret_file(folder: Path) -> dict[str, str]:
    file = folder / "given"
    file.write_text(SECRET)
    file.chmod(0o666)
    return {"ROI_SECRET": "", "ROI_SECRET_FILE": str(file)}


def readable_secret(folder: Path) -> dict[str, str]:
    (folder / "secret").write_text(SECRET)
    (folder / "secret").chmod(0o644)
    return {"ROI_SECRET": ""}


def no_database(folder: Path) -> dict[str, str]:
    (folder / "roi.db").write_text("this is no database, although it is long enough\n" * 99)
    return {}


def nobody_there(folder: Path) -> dict[str, str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return {"ROI_DATABASE_URL": f"postgresql://roi:{PASSWORD}@127.0.0.1:{port}/roi"}


def of_another_secret(folder: Path) -> dict[str, str]:
    from bot.state import SharedState

    SharedState(f"sqlite:///{folder / 'roi.db'}", "another-secret-" * 4).close()
    return {}


QUICK: dict[str, tuple[Callable[[Path], dict[str, str]], str]] = {
    "a dialect that is none": (
        lambda _: {"ROI_DATABASE_URL": f"postgres://roi:{PASSWORD}@db.example.org/roi"},
        "ROI_DATABASE_URL names a database `postgres` that is not known; write postgresql://",
    ),
    "a mistyped store": (
        lambda _: {"ROI_DATABASE_URL": f"postgresq//roi:{PASSWORD}@db"},
        "ROI_DATABASE_URL names a database that is not known; write postgresql://",
    ),
    "a database that does not answer": (nobody_there, "check that it runs, and ROI_DATABASE_URL"),
    "a file that is no database": (no_database, "roi.db cannot be used (file is not a database)"),
    "a database of another secret": (of_another_secret, "add that one to ROI_SECRET_OLD"),
    "a var that cannot be written": (
        lambda _: {"ROI_VAR": "/dev/null/var"},
        "its folder and file must be writable",
    ),
    "a secret that cannot be kept": (
        lambda _: {"ROI_VAR": "/dev/null/var", "ROI_SECRET": "", "ROI_DATABASE_URL": "sqlite://"},
        "set ROI_SECRET, or make the folder writable",
    ),
    "a weak secret": (lambda _: {"ROI_SECRET": WEAK}, "ROI_SECRET can be guessed"),
    "a secret from a document": (
        lambda _: {"ROI_SECRET": "change-me-change-it-quickly-please-1234"},
        "ROI_SECRET looks like a placeholder",
    ),
    "a weak former secret": (lambda _: {"ROI_SECRET_OLD": WEAK}, "ROI_SECRET_OLD can be guessed"),
    "two secrets": (lambda _: {"ROI_SECRET_FILE": "/run/secrets/roi"}, "not both"),
    "a secret file that is not there": (
        lambda _: {"ROI_SECRET": "", "ROI_SECRET_FILE": "/no/such/file"},
        "ROI_SECRET_FILE: /no/such/file cannot be read",
    ),
    "a secret file that others can write": (broken_secret_file, "others can write"),
    "a kept secret that others can read": (readable_secret, "others can read"),
    "no number of hours": (lambda _: {"ROI_KEEP_HOURS": "1d"}, "ROI_KEEP_HOURS must be"),
}


@pytest.mark.parametrize("fault", QUICK)
def test_a_wrong_setting_stops_the_start(tmp_path: Path, fault: str) -> None:
    prepare, said = QUICK[fault]
    code, output = start(tmp_path, **prepare(tmp_path))
    assert code == 1
    assert output.startswith("roi serve: ") and output.count("\n") == 1, output
    assert said in output
    assert not [secret for secret in (PASSWORD, WEAK, SECRET) if secret in output]


def garbage(model: Path) -> None:
    model.write_bytes(b"no model" * 1000)


def cut_off(model: Path) -> None:
    model.write_bytes(model.read_bytes()[: model.stat().st_size // 2])


def one_wrong_byte(model: Path) -> None:
    content = bytearray(model.read_bytes())
    content[len(content) // 2] ^= 0xFF
    model.write_bytes(content)


def of_another_version(model: Path) -> None:
    folder = model.parent / "unpacked"
    with tarfile.open(model) as archive:
        archive.extractall(folder)
    metadata = json.loads((folder / "metadata.json").read_text())
    metadata["rasa_open_source_version"] = "3.5.17"
    (folder / "metadata.json").write_text(json.dumps(metadata))
    with tarfile.open(model, "w:gz") as archive:
        for path in folder.iterdir():
            archive.add(path, path.name)
    shutil.rmtree(folder)


MODELS: dict[str, Callable[[Path], None]] = {
    "garbage": garbage,
    "cut off": cut_off,
    "one wrong byte": one_wrong_byte,
    "of another version": of_another_version,
}
SLOW = [*MODELS, "a content file", "a store that Rasa does not find", "a database for Rasa"]


@pytest.fixture(scope="module")
def slow(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Future[object]]:
    """What imports Rasa takes seconds to stop, so these start side by side."""
    tries = {
        **dict.fromkeys(MODELS, with_model),
        "a content file": lambda folder, *_: with_content(folder, model_path),
        "a store that Rasa does not find": lambda folder, *_: rasa_run(folder, model_path, TYPO),
        "a database for Rasa": lambda folder, *_: rasa_run(folder, model_path, UNREACHABLE),
    }
    pool = ThreadPoolExecutor(3)
    started: dict[str, Future[object]] = {
        fault: pool.submit(tries[fault], tmp_path_factory.mktemp("slow"), fault, model_path)
        for fault in SLOW
    }
    pool.shutdown(wait=False)
    return started


def with_model(folder: Path, fault: str, model: Path) -> tuple[int, str]:
    build = folder / "build"
    (build / "models").mkdir(parents=True)
    (build / "encoder").symlink_to(model.parent.parent / "encoder")
    copy = build / "models" / model.name
    shutil.copy(model, copy)
    MODELS[fault](copy)
    return start(folder, ROI_BUILD=str(build))


def with_content(folder: Path, model: Path) -> tuple[int, str]:
    project = copy_of_project(folder)
    directory = project / "bot/content/guidance/directory.yml"
    text = directory.read_text(encoding="utf-8")
    assert "\nfacts:" in text
    directory.write_text(text.replace("\nfacts:", "\nfatcs:", 1), encoding="utf-8")
    return start(folder, project, ROI_BUILD=str(model.parent.parent))


def copy_of_project(folder: Path) -> Path:
    project = folder / "project"
    leave = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in ("bot", "actions", "data"):
        shutil.copytree(PROJECT / name, project / name, ignore=leave)
    for name in ("config.yml", "domain.yml", "endpoints.yml", "credentials.yml"):
        shutil.copy(PROJECT / name, project / name)
    return project


TYPO = "bot.stores.ConversationStoer"
UNREACHABLE = "bot.stores.ConversationStore"


def rasa_run(folder: Path, model: Path, store: str) -> tuple[int, str]:
    endpoints = folder / "endpoints.yml"
    endpoints.write_text(
        "nlg: {type: bot.nlg.LocalizedResponseGenerator}\n"
        "action_endpoint: {url: 'http://localhost:5055/webhook'}\n"
        f"tracker_store: {{type: {store}}}\n"
    )
    database = nobody_there(folder) if store == UNREACHABLE else {}
    done = subprocess.run(
        [sys.executable, "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(free_port())]
        + ["--endpoints", str(endpoints), "--credentials", "credentials.yml", "-m", str(model)],
        cwd=PROJECT,
        env={
            **os.environ,
            **database,
            "ROI_VAR": str(folder),
            "ROI_SECRET": SECRET,
            "RASA_TELEMETRY_ENABLED": "false",
        },
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("fault", MODELS)
def test_a_damaged_model_stops_the_start(slow: dict[str, Future[object]], fault: str) -> None:
    code, output = slow[fault].result()  # type: ignore[misc]
    assert code == 1
    assert output.startswith("roi serve: the model roi-") and output.count("\n") == 1, output
    assert "run `roi train --force`" in output


def test_a_content_file_that_is_wrong_stops_the_start(slow: dict[str, Future[object]]) -> None:
    code, output = slow["a content file"].result()  # type: ignore[misc]
    assert code == 1
    assert "bot/content/guidance/directory.yml:" in output and "Traceback" not in output


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("a store that Rasa does not find", "endpoints.yml must name bot.stores.ConversationStore"),
        ("a database for Rasa", "check that it runs, and ROI_DATABASE_URL"),
    ],
)
def test_rasa_run_does_not_fall_back_to_memory(
    slow: dict[str, Future[object]], fault: str, said: str
) -> None:
    code, output = slow[fault].result()  # type: ignore[misc]
    assert code != 0 and said in output, output
    assert PASSWORD not in output
