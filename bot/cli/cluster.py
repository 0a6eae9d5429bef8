"""`roi cluster`: several workers behind nginx, with PostgreSQL and Redis, on this machine."""

from __future__ import annotations

import argparse
import signal
import threading
from typing import Any


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("--workers", type=int, default=2, help="how many (2)")
    parser.add_argument("--host", default="127.0.0.1", help="interface (127.0.0.1)")
    parser.add_argument("--port", type=int, default=5005, help="port (5005); 0: any free one")


def run(options: argparse.Namespace) -> int:
    """Trains if needed, then answers until stopped; SIGHUP replaces the workers one by one."""
    import os

    from bot.cluster.cluster import Cluster
    from bot.training import ensure_model

    woken, wanted = threading.Event(), []

    def note(number: int, _: Any) -> None:
        wanted.append(number)
        woken.set()

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # while starting: stop, tidily
    model = ensure_model()  # once, before several workers want to
    print(f"starting {options.workers} workers", flush=True)
    with Cluster(options.workers, host=options.host, port=options.port, model=model) as cluster:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, note)
        print(f"ready at {cluster.url}/ (Ctrl+C stops; `kill -HUP {os.getpid()}` rolls)")
        print(f"logs in {cluster.folder}; numbers at", *_metrics(cluster), flush=True)
        while True:
            woken.wait(timeout=1.0)
            woken.clear()
            if signal.SIGINT in wanted or signal.SIGTERM in wanted:
                return 0
            if wanted:
                wanted.clear()
                cluster.roll(ensure_model())
                print("rolled; numbers at", *_metrics(cluster), flush=True)
            dead = cluster.revive()
            if dead:
                print(f"{dead} workers had died and were started again", flush=True)


def _metrics(cluster: Any) -> list[str]:
    return [f"http://127.0.0.1:{worker.metrics_port}/metrics" for worker in cluster.workers]
