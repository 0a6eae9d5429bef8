"""PostgreSQL is killed twice while people talk; each of their messages is in once, and answered."""

from __future__ import annotations

import time
from pathlib import Path

import requests

from bot.content_store import shipped_wording
from bot.keys import Key
from tests import postgresql
from tests.faults.people import PATIENCE, PHONE, QUESTIONS, Person, all_talk
from tests.faults.servers import Restartable


def test_people_talk_while_the_database_is_killed(model_path: Path, tmp_path: Path) -> None:
    with postgresql.running() as database:
        roi = Restartable(tmp_path, ROI_DATABASE_URL=database.url)
        try:
            people = [Person(roi.server, language) for language in list(QUESTIONS) * 3]
            for person in people:
                person.greet()
            threads = all_talk(people)
            for _ in range(2):
                time.sleep(1.5)
                database.kill()
                time.sleep(1)
                check_what_is_seen_meanwhile(roi.server.url)
                time.sleep(2)
                database.start()
            for thread in threads:
                thread.join(timeout=PATIENCE)
                assert not thread.is_alive()
            for person in people:
                person.check()
            apologies = [text for person in people for text in person.apologies]
            assert apologies, "the database was away while they talked"
            for person in people:
                failed = shipped_wording().text(person.language, Key.SYSTEM_FAILED.value)
                assert set(person.apologies) <= {failed}, "in the person's language"
            log = "".join(roi.log)
            assert "Traceback" not in log and "INSERT" not in log and "expediente" not in log
            roi.stop()
        finally:
            roi.process.kill()


def check_what_is_seen_meanwhile(url: str) -> None:
    page = requests.get(url, headers={"Accept-Language": "es"}, timeout=60)
    assert PHONE in page.text and 'lang="es"' in page.text
    ready = requests.get(f"{url}/ready", timeout=60)
    assert (ready.status_code, ready.json()["reason"]) == (503, "database")
    assert requests.get(f"{url}/health", timeout=60).status_code == 200
