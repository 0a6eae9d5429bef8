"""Many workers: throughput, waits, and what people notice when a part fails.

Run as ``.venv/bin/python -m benchmarks.cluster [load] [faults] [costs]``; all three without a name.
It starts PostgreSQL, Redis, nginx and workers of its own. Clients and servers share this machine's
cores, so the figures of several workers say what these cores give, not what as many machines would.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg2

from benchmarks.people import TALK, Person, Tally, talking
from bot.cluster.cluster import Cluster

UNLIMITED = dict.fromkeys(
    ("ROI_SESSION_LIMIT", "ROI_ADDRESS_LIMIT", "ROI_CONVERSATION_LIMIT"), "1000000"
)
SECONDS = 20.0
CONVERSATIONS = 40


def load(model: Path) -> None:
    """Throughput and waits for 1, 2 and 4 workers, each at 1, 4 and 16 people."""
    print(f"{os.cpu_count()} cores for clients, workers, nginx, PostgreSQL and Redis together")
    print("| workers | people | turns/s | p50 ms | p95 ms | p99 ms | MB a worker |")
    print("|---|---|---|---|---|---|---|")
    for workers in (1, 2, 4):
        with Cluster(workers, model=model, settings=UNLIMITED) as cluster:
            with talking(cluster.url, workers) as _:
                time.sleep(5)  # caches fill as they would be
            for people in (1, 4, 16):
                with talking(cluster.url, people) as (tally, _):
                    time.sleep(SECONDS)
                    done = len(tally.seconds)
                memory = sum(worker.memory() for worker in cluster.workers) / workers / 2**20
                waits = [1000 * tally.percentile(percent) for percent in (50, 95, 99)]
                row = [workers, people, f"{done / SECONDS:.1f}", *(f"{w:.0f}" for w in waits)]
                print("|", " | ".join(map(str, [*row, f"{memory:.0f}"])), "|", flush=True)


def faults(model: Path) -> None:
    """What four people notice, each talking without a pause, when a part fails."""
    print("| what fails | answered | longest wait s | sent again | phone lines | lost | twice |")
    print("|---|---|---|---|---|---|---|")
    with Cluster(2, model=model, settings=UNLIMITED) as cluster:
        restarts: list[tuple[str, Callable[[], None], Callable[[], object]]] = [
            ("nothing", lambda: None, lambda: None),
            ("Redis restarted (0.5 s away)", cluster.redis.stop, cluster.redis.start),
            ("Redis crashes (0.5 s away)", cluster.redis.kill, cluster.redis.start),
            ("PostgreSQL restarted", cluster.postgresql.stop, cluster.postgresql.start),
            ("PostgreSQL crashes", cluster.postgresql.kill, cluster.postgresql.start),
            ("a worker killed", cluster.workers[0].kill, lambda: None),
            ("all workers replaced", cluster.roll, lambda: None),
        ]
        for name, fail, mend in restarts:
            pause = 0.5 if name.startswith("all") else 0.0
            cluster.revive()
            with talking(cluster.url, 4, pause=pause) as (tally, everybody):
                time.sleep(2)
                cluster.workers[0].kill() if name == "a worker killed" else fail()
                time.sleep(0.5)
                mend()
                time.sleep(6)
            _fault_row(name, tally, everybody)


def _fault_row(name: str, tally: Tally, everybody: list[Person]) -> None:
    twice = 0
    for person in everybody:
        heard = [turn["text"] for turn in person.heard() if turn["speaker"] == "person"]
        twice += max(0, len(heard) - len(person.said))
    numbers = (tally.again, tally.reopened, tally.soft, tally.lost, twice)
    shown = [name, len(tally.seconds), f"{tally.percentile(100):.1f}", *numbers]
    print("|", " | ".join(map(str, shown)), "|", flush=True)


def costs(model: Path) -> None:
    """What a conversation of eight turns costs each part; one person at a time."""
    with Cluster(1, model=model, settings=UNLIMITED) as cluster:
        url, turns = cluster.url, CONVERSATIONS * len(TALK)
        _talk(url, 5)
        before = _counted(cluster)
        begun = time.monotonic()
        _talk(url, CONVERSATIONS)
        seconds = time.monotonic() - begun
        after = _counted(cluster)
        print(f"{CONVERSATIONS} conversations, {turns} turns, one at a time: {seconds:.1f} s")
        for name, value in after.items():
            print(f"{name:44} {(value - before[name]) / turns:10.3f} a turn")


def _talk(url: str, conversations: int) -> None:
    for _ in range(conversations):
        person = Person(url)
        for text in TALK:
            person.say(text)


def _counted(cluster: Cluster) -> dict[str, float]:
    with psycopg2.connect(cluster.postgresql.url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("CHECKPOINT")
        cursor.execute(
            "SELECT xact_commit, tup_inserted + tup_updated + tup_deleted FROM pg_stat_database "
            "WHERE datname = 'postgres'"
        )
        commits, written = cursor.fetchone()
        cursor.execute("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")
        (wal,) = cursor.fetchone()
        cursor.execute(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' "
            "AND relnamespace = 'public'::regnamespace"
        )
        (size,) = cursor.fetchone()
    return {
        "processor of the worker, ms": 1000 * _processor(cluster.workers[0].process.pid),
        "processor of PostgreSQL, ms": 1000 * _processor(cluster.postgresql.pid),
        "processor of Redis, ms": 1000 * _processor(cluster.redis.pid),
        "processor of nginx, ms": 1000 * _processor(cluster.nginx.pid),
        "commits in PostgreSQL": float(commits),
        "rows written in PostgreSQL": float(written),
        "write-ahead log of PostgreSQL, kB": float(wal) / 1000,
        "tables and indexes in PostgreSQL, kB": float(size) / 1000,
        "commands in Redis": float(cluster.redis.operations()),
        "all bytes on loopback, kB": _sent() / 1000,
    }


def _processor(pid: int) -> float:
    """Seconds of processor of a process and its children, those that have ended among them."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name, in brackets, may hold anything.
            values = path.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            if pid in (int(path.parent.name), int(values[1])):
                ticks += sum(map(int, values[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _sent() -> int:
    """Bytes that have gone over the loopback interface."""
    for line in Path("/proc/net/dev").read_text(encoding="ascii").splitlines():
        name, _, numbers = line.partition(":")
        if name.strip() == "lo":
            return int(numbers.split()[8])
    return 0


def main(names: list[str]) -> None:
    """Runs what is named."""
    from bot.quiet import prepare_environment

    prepare_environment()
    from bot.training import ensure_model

    model = ensure_model()
    for function in (load, faults, costs):
        if not names or function.__name__ in names:
            print(f"\n== {function.__name__}: {function.__doc__}", flush=True)
            function(model)


if __name__ == "__main__":
    main(sys.argv[1:])
