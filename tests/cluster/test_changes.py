"""Nginx is told of other workers while it answers."""

from __future__ import annotations

import threading
from pathlib import Path

import requests

from bot.cluster.programs import free_port
from bot.cluster.services import Nginx
from tests.cluster.conftest import skip_without

CHANGES = 60


def test_nginx_answers_at_any_time_while_it_is_told_of_other_workers(tmp_path: Path) -> None:
    skip_without("nginx")
    nginx = Nginx(tmp_path / "nginx", "127.0.0.1", 0)
    ports = [free_port() for _ in range(3)]
    refused: list[str] = []
    answered: list[int] = []
    over = threading.Event()

    def knock() -> None:
        while not over.is_set():
            try:
                answered.append(requests.get(nginx.url, timeout=10).status_code)
            except requests.RequestException as error:
                refused.append(str(error))

    nginx.start(ports)
    knocking = threading.Thread(target=knock)
    knocking.start()
    try:
        for change in range(CHANGES):
            nginx.send_to(ports[: 1 + change % len(ports)])
    finally:
        over.set()
        knocking.join()
        nginx.stop()
    assert not refused, refused[0]
    assert len(answered) >= CHANGES
    assert set(answered) <= {502, 504}, "there are no workers"
