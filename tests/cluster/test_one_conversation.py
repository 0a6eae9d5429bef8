"""Whichever worker takes a message, it is one conversation, one opt-out, one limit."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
import time
from collections.abc import Callable
from typing import Any

import requests

from benchmarks.people import PATH, Person, all_at_once
from bot.channels.web.sessions import Sessions
from bot.cli.sms_sim import parameters, send
from bot.cluster.cluster import Cluster
from bot.locks import RedisLocks, _keys
from bot.state import SharedState
from tests.cluster.conftest import SESSION_LIMIT, SETTINGS


def workers_asked(cluster: Cluster) -> list[str]:
    """The worker that took each request, oldest first."""
    lines = (cluster.folder / "nginx" / "access.log").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["workers"] for line in lines]


def test_a_conversation_that_changes_workers_at_every_turn_stays_one(
    cluster: Cluster, person: Person
) -> None:
    before = len(workers_asked(cluster))
    alone = Person(f"http://127.0.0.1:{cluster.workers[0].port}")
    for talker in (person, alone):
        talker.say("I need my records")
        for _ in range(4):
            if talker.answer["messages"][-1]["choices"]:
                talker.choose()
        talker.say("what does it cost?")
        talker.say("gracias, y cuánto tarda?")
    hops = workers_asked(cluster)[before:]
    assert len(hops) > 4 and all(one != after for one, after in itertools.pairwise(hops))
    told = [[message["text"] for message in talker.heard()] for talker in (person, alone)]
    assert told[0] == told[1]


def id_of(cluster: Cluster, channel: str, identity: str) -> str:
    """The conversation's id in the database."""
    state = SharedState(cluster.postgresql.url, cluster.secret)
    try:
        return state.sender(channel, identity)
    finally:
        state.close()


def held(cluster: Cluster, sender: str, deliver: Callable[[int], Any], number: int) -> list[Any]:
    """Delivers messages one by one while the conversation is held; then lets them be answered."""
    locks = RedisLocks(cluster.redis.url)
    queue = _keys(f"order:{sender}")[0]

    async def hold() -> list[Any]:
        loop = asyncio.get_running_loop()
        place = locks.join(f"order:{sender}")
        await place.reached()
        running = []
        for index in range(number):
            running.append(loop.run_in_executor(None, deliver, index))
            while await locks._redis.llen(queue) < index + 2:  # ours, and those delivered
                await asyncio.sleep(0.01)
        await place.left()
        return await asyncio.gather(*running)

    return asyncio.run(asyncio.wait_for(hold(), 60))


def test_messages_sent_without_waiting_for_answers_are_answered_in_order_by_both_workers(
    cluster: Cluster, person: Person
) -> None:
    person.say("hello")
    cookie = person.http.cookies["roi_session"]
    sender = id_of(cluster, "web", Sessions(cluster.secret).read(cookie).id)
    texts = [f"what does it cost, for copy number {number}" for number in range(6)]

    def say(number: int) -> int:
        answer = requests.post(
            f"{cluster.url}{PATH}/messages",
            json={"text": texts[number]},
            headers={
                "Cookie": f"roi_session={cookie}",
                "Idempotency-Key": secrets.token_urlsafe(16),
            },
            timeout=60,
        )
        return answer.status_code

    assert held(cluster, sender, say, len(texts)) == [200] * len(texts)
    turns = person.heard()[2:]
    assert [turn["text"] for turn in turns if turn["speaker"] == "person"] == texts
    speakers = [turn["speaker"] for turn in turns]
    assert speakers == ["person", "assistant"] * len(texts), "no two turns are mixed"


def test_a_message_that_reaches_both_workers_at_once_is_taken_once(
    cluster: Cluster, person: Person
) -> None:
    person.say("hello")
    headers = {
        "Cookie": f"roi_session={person.http.cookies['roi_session']}",
        "Idempotency-Key": secrets.token_urlsafe(16),
    }
    ports = [worker.port for worker in cluster.workers] * 3

    def say(number: int) -> bytes:
        url = f"http://127.0.0.1:{ports[number]}{PATH}/messages"
        return requests.post(url, json={"text": "my x-rays"}, headers=headers, timeout=60).content

    assert len(set(all_at_once(len(ports), say))) == 1
    texts = [turn["text"] for turn in person.heard() if turn["speaker"] == "person"]
    assert texts == ["hello", "my x-rays"]


def test_a_conversation_deleted_at_one_worker_is_gone_at_the_other(cluster: Cluster) -> None:
    one, two = (f"http://127.0.0.1:{worker.port}" for worker in cluster.workers)
    person = Person(one)
    person.say("I need my records")
    person.http.delete(f"{one}{PATH}/conversation", timeout=60)
    old = Person(two)
    old.http.cookies.update(person.http.cookies)
    assert old.heard() == []


def test_a_limit_holds_for_all_workers_together(cluster: Cluster, person: Person) -> None:
    person.say("hello")
    ports = [worker.port for worker in cluster.workers]
    cookie = {"Cookie": f"roi_session={person.http.cookies['roi_session']}"}
    begun = time.monotonic()
    allowed = 0
    while allowed < 3 * SESSION_LIMIT:
        url = f"http://127.0.0.1:{ports[allowed % 2]}{PATH}/conversation"
        if requests.get(url, headers=cookie, timeout=60).status_code == 429:
            break
        allowed += 1
    given_back = (time.monotonic() - begun) * SESSION_LIMIT / 60
    assert SESSION_LIMIT - 2 <= allowed <= SESSION_LIMIT + given_back + 1


def text_to(port: int, text: str, number: str) -> str:
    url, token = SETTINGS["ROI_SMS_URL"], SETTINGS["TWILIO_AUTH_TOKEN"]
    address = f"http://127.0.0.1:{port}/webhooks/sms/webhook"
    status, body = send(address, parameters(text, number), url, token)
    assert status == 200
    return body


def test_who_texts_stop_to_one_worker_hears_nothing_from_the_other(cluster: Cluster) -> None:
    one, two = (worker.port for worker in cluster.workers)
    number = "+16175550171"
    assert "Message" in text_to(two, "my x-rays", number)
    text_to(one, "STOP", number)
    assert "<Message" not in text_to(two, "my x-rays", number)
    assert "<Message" in text_to(one, "START", number)
    assert "<Message" in text_to(two, "my x-rays", number)


def test_texts_of_one_number_are_answered_in_order_by_both_workers(cluster: Cluster) -> None:
    ports = [worker.port for worker in cluster.workers]
    number, ended = "+16175550172", []

    def say(index: int) -> None:
        text_to(ports[index % 2], "what does it cost", number)
        ended.append(index)

    held(cluster, id_of(cluster, "sms", number), say, 6)
    assert ended == list(range(6))


TURNS = "roi_turns_total{"


def turns_counted(cluster: Cluster) -> float:
    total = 0.0
    for worker in cluster.workers:
        numbers = requests.get(f"http://127.0.0.1:{worker.metrics_port}/metrics", timeout=60).text
        lines = numbers.splitlines()
        total += sum(float(line.split()[-1]) for line in lines if line.startswith(TURNS))
    return total


def test_the_numbers_of_all_workers_together_are_the_turns_of_all(
    cluster: Cluster, person: Person
) -> None:
    before = turns_counted(cluster)
    for text in ("hello", "my x-rays", "what does it cost"):
        person.say(text)
    assert turns_counted(cluster) - before == 3


def test_the_numbers_are_not_at_the_address_of_the_chat(cluster: Cluster) -> None:
    assert requests.get(f"{cluster.url}/metrics", timeout=60).status_code == 404


def test_no_log_of_any_part_holds_what_people_say(cluster: Cluster, person: Person) -> None:
    person.say("zebra quagga, my x-rays")
    cookie = person.http.cookies["roi_session"]
    logs = [path for path in cluster.folder.rglob("*") if path.name.endswith(("log", "log.1"))]
    assert len([path for path in logs if path.name.startswith("worker-")]) >= 2
    for path in logs:
        kept = path.read_text(encoding="utf-8", errors="replace")
        assert "quagga" not in kept and "x-rays" not in kept and cookie not in kept, path.name


def test_a_turn_is_found_by_its_number_in_the_logs_of_proxy_and_worker(
    cluster: Cluster, person: Person
) -> None:
    person.say("what does it cost")
    access = (cluster.folder / "nginx" / "access.log").read_text(encoding="utf-8")
    number = json.loads(access.splitlines()[-1])["request"]
    found = [worker for worker in cluster.workers if number in worker.log.read_text("utf-8")]
    assert len(found) == 1
