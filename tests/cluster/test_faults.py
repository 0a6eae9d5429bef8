"""What people notice when Redis or PostgreSQL fails under load."""

from __future__ import annotations

import time

import pytest

from benchmarks.people import Person, talking
from bot.cluster.cluster import Cluster
from tests.cluster.conftest import nothing_was_taken_twice

PEOPLE = 4


@pytest.mark.parametrize("crash", [False, True], ids=["restarted", "crashed"])
def test_redis_restarted_under_load_loses_no_turn(cluster: Cluster, crash: bool) -> None:
    with talking(cluster.url, PEOPLE) as (tally, everybody):
        time.sleep(1)
        cluster.redis.kill() if crash else cluster.redis.stop()
        time.sleep(0.5)
        cluster.redis.start()
        time.sleep(3)
    assert tally.lost == 0 and tally.soft == 0
    nothing_was_taken_twice(everybody)


@pytest.mark.parametrize("crash", [False, True], ids=["restarted", "crashed"])
def test_postgresql_restarted_under_load_gives_phone_lines_and_loses_nothing(
    cluster: Cluster, crash: bool
) -> None:
    with talking(cluster.url, PEOPLE) as (tally, everybody):
        time.sleep(1)
        cluster.postgresql.kill() if crash else cluster.postgresql.stop()
        time.sleep(0.5)
        cluster.postgresql.start()
        time.sleep(3)
    assert tally.lost == 0
    nothing_was_taken_twice(everybody)


def test_while_redis_is_away_people_get_the_phone_lines(cluster: Cluster, person: Person) -> None:
    person.say("hello")
    cluster.redis.stop()
    try:
        answer = person._try({"text": "what does it cost"}, "a-key-of-this-test-only")
    finally:
        cluster.redis.start()
    assert answer is None and person.tally.soft == 1
    person.say("what does it cost")
    heard = [turn["text"] for turn in person.heard() if turn["speaker"] == "person"]
    assert heard == ["hello", "what does it cost"]
