"""Two workers behind nginx with PostgreSQL and Redis: one cluster for all tests of this folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.people import Person
from bot.cluster.cluster import Cluster
from bot.cluster.programs import ClusterError, program

SESSION_LIMIT = 60
SETTINGS = {
    "ROI_SESSION_LIMIT": str(SESSION_LIMIT),
    "ROI_ADDRESS_LIMIT": "1000000",
    "ROI_CONVERSATION_LIMIT": "1000000",
    "ROI_LOGS": "json",
    "ROI_SMS_URL": "https://sms.example.org/webhooks/sms/webhook",
    "TWILIO_AUTH_TOKEN": "only-for-these-tests",
}
NEEDED = ("initdb", "redis-server", "nginx")


def skip_without(*names: str) -> None:
    """Skips the test where a programme is not installed; in CI that is a failure."""
    try:
        for name in names:
            program(name)
    except ClusterError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def whole_cluster(model_path: Path) -> Iterator[Cluster]:
    skip_without(*NEEDED)
    with Cluster(2, model=model_path, settings=SETTINGS) as running:
        yield running


@pytest.fixture
def cluster(whole_cluster: Cluster) -> Cluster:
    """With all its workers, whatever the test before did."""
    whole_cluster.revive()
    assert len(whole_cluster.workers) == 2
    return whole_cluster


@pytest.fixture
def person(cluster: Cluster) -> Person:
    return Person(cluster.url)


def nothing_was_taken_twice(everybody: list[Person]) -> None:
    for person in everybody:
        if person.said:
            heard = [turn["text"] for turn in person.heard() if turn["speaker"] == "person"]
            assert heard == person.said
