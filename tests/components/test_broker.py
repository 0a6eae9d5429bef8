"""The broker lets counts through and nothing else; with a real RabbitMQ where there is one."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import aio_pika
import pytest
from rasa.core.brokers.broker import EventBroker

from bot.broker import BrokerError, CountsBroker, connect
from bot.cluster.programs import free_port
from bot.counts import Turn

TURN = Turn("web", "ht", "fees", "answered", "none", 0.0312345)


class Sent(EventBroker):
    """A broker that keeps what it is given."""

    def __init__(self) -> None:
        self.events: list[dict] = []

    def publish(self, event: dict) -> None:
        self.events.append(event)


def test_a_turn_is_sent_without_text_sender_or_moment():
    sent = Sent()
    CountsBroker(sent).turn(TURN)
    (event,) = sent.events
    assert event.pop("hour").endswith(":00Z")
    assert event == {
        "event": "roi_turn",
        "channel": "web",
        "language": "ht",
        "topic": "fees",
        "outcome": "answered",
        "handoff": "none",
        "seconds": 0.0312,
    }


@pytest.mark.parametrize(
    "event",
    [
        {"event": "user", "sender_id": "web:zebra", "text": "quagga"},
        {"event": "slot", "name": "language", "value": "en"},
        {"event": "roi_turn", "text": "quagga"},
        {},
    ],
)
def test_what_rasa_says_of_a_conversation_is_dropped(event):
    sent = Sent()
    CountsBroker(sent).publish(event)
    assert sent.events == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("topic", "my name is Zebra Quagga"),
        ("topic", "x" * 60),
        ("language", "zebra"),
        ("outcome", "zebra"),
        ("seconds", "zebra"),
    ],
)
def test_a_turn_with_anything_else_in_its_fields_is_dropped(field, value):
    sent = Sent()
    CountsBroker(sent).turn(TURN)
    CountsBroker(sent).publish({**sent.events[0], field: value})
    assert len(sent.events) == 1


def test_a_field_that_a_turn_does_not_have_is_left_out():
    sent = Sent()
    CountsBroker(sent).turn(TURN)
    CountsBroker(sent).publish({**sent.events[0], "text": "quagga"})
    assert sent.events[0] == sent.events[1]


async def test_without_an_address_there_is_no_broker():
    assert await connect({}) is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "zebra"])
async def test_another_address_is_refused_by_name(url):
    with pytest.raises(BrokerError, match="ROI_BROKER_URL"):
        await connect({"ROI_BROKER_URL": url})


async def test_a_broker_that_does_not_answer_stops_the_start_and_shows_no_password(caplog):
    url = f"amqp://roi:quagga@127.0.0.1:{free_port()}/"
    with pytest.raises(BrokerError, match="ROI_BROKER_URL") as caught:
        await connect({"ROI_BROKER_URL": url})
    assert "quagga" not in str(caught.value) + caplog.text


@pytest.fixture(scope="module")
def rabbitmq() -> Iterator[str]:
    server = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    if not server.is_file() or shutil.which("erl") is None:
        pytest.skip("no RabbitMQ on this machine (Debian: apt-get install rabbitmq-server)")
    folder = Path(tempfile.mkdtemp(prefix="roi-rabbitmq-"))
    port, epmd, dist = free_port(), free_port(), free_port()
    environment = {
        **os.environ,
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"roi{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(dist),
        "ERL_EPMD_PORT": str(epmd),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_CONFIG_FILE": str(folder / "none"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
    }
    process = subprocess.Popen(
        [str(server)],
        env=environment,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"amqp://guest:guest@127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(timeout=60)
        subprocess.run(["epmd", "-port", str(epmd), "-kill"], stdout=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)


async def test_turns_arrive_in_the_queue_of_a_real_rabbitmq(rabbitmq):
    give_up = time.monotonic() + 120
    broker = None
    while broker is None:
        try:
            broker = await connect({"ROI_BROKER_URL": rabbitmq, "ROI_BROKER_QUEUE": "for_tests"})
        except BrokerError:
            assert time.monotonic() < give_up, "RabbitMQ did not start"
    assert broker.is_ready()
    broker.publish({"event": "user", "text": "quagga"})
    broker.turn(TURN)
    broker.turn(TURN)
    async with await aio_pika.connect(rabbitmq) as reader:
        channel = await reader.channel()
        queue = await channel.declare_queue("for_tests", durable=True)
        bodies = []
        while len(bodies) < 2:
            assert time.monotonic() < give_up, "the turns did not arrive"
            message = await queue.get(fail=False, no_ack=True)
            if message is None:
                await asyncio.sleep(0.1)
            else:
                bodies.append(json.loads(message.body))
        assert await queue.get(fail=False) is None
    assert [body["topic"] for body in bodies] == ["fees", "fees"]
    await broker.close()
