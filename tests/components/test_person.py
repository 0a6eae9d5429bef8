"""A person's own request: all that is kept of them is shown, or deleted; of others, nothing."""

from __future__ import annotations

import asyncio
import json
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.web.sessions import Sessions
from bot.cli.__main__ import main
from bot.state import SharedState
from bot.stores import ConversationStore
from tests.components.test_stores import DOMAIN, talk

SECRET = "only-for-these-tests-" * 3
NUMBER = "+1 (617) 555-0123"
HOUR = timedelta(hours=1)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Two people's conversations; gives what each is known by."""
    url = f"sqlite:///{tmp_path / 'roi.db'}"
    monkeypatch.setenv("ROI_DATABASE_URL", url)
    monkeypatch.setenv("ROI_SECRET", SECRET)
    return asyncio.run(two_people(url))


async def two_people(url: str) -> dict[str, str]:
    store, state = ConversationStore(DOMAIN, url), SharedState(url, SECRET)
    session = Sessions.new()
    phone, web = state.sender("sms", "+16175550123"), state.sender("web", session.id)
    await talk(store, range(2), phone)
    await state.put(phone, "pages", json.dumps(["zebra page"]), keep=HOUR)
    await state.set_flag("sms.opted_out", phone)
    await talk(store, range(3), web)
    store.close(), state.close()
    return {
        "phone": phone,
        "web": web,
        "id": session.id,
        "cookie": Sessions(SECRET).cookie(session),
    }


def export(capsys: pytest.CaptureFixture[str], sender: str) -> dict:
    assert main(["export", "--sender", sender]) == 0
    return json.loads(capsys.readouterr().out)


def test_an_export_has_all_that_is_kept(kept, capsys):
    found = export(capsys, NUMBER)
    assert found["conversation"] == kept["phone"]
    said = [(m["speaker"], m["text"]) for m in found["messages"]]
    assert said == [
        ("person", "message 0"),
        ("assistant", "answer 0"),
        ("person", "message 1"),
        ("assistant", "answer 1"),
    ]
    assert found["remembered"] == {"item": "bill", "topic": "topic 1"}
    assert found["wants_no_text_messages"] is True
    assert len(found["sealed_answers_kept_until"]) == 1
    assert "zebra page" not in json.dumps(found), "only who has the message opens its answer"
    assert len(found["as_stored"]) == 15 and found["kept_until"] > found["messages"][-1]["time"]


@pytest.mark.parametrize("known_by", ["web", "id", "cookie"])
def test_a_web_conversation_is_found_by_each_of_its_names(kept, capsys, known_by):
    assert len(export(capsys, kept[known_by])["messages"]) == 6


def test_an_export_goes_into_a_new_file_of_its_owner_only(kept, tmp_path):
    file = tmp_path / "wanted.json"
    assert main(["export", "--sender", NUMBER, "--output", str(file)]) == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text())["conversation"] == kept["phone"]
    assert main(["export", "--sender", NUMBER, "--output", str(file)]) == 1, "never over another"


@pytest.mark.parametrize(
    ("sender", "other", "said"),
    [(NUMBER, "web", "15 events, 1 kept"), ("cookie", "phone", "20 events, 0 kept")],
)
def test_deletion_leaves_nothing_of_one_and_all_of_the_other(
    kept, capsys, tmp_path, sender, other, said
):
    assert main(["delete", "--sender", kept.get(sender, sender)]) == 0
    output = capsys.readouterr().out
    assert said in output and "answer 0" not in output and "topic" not in output
    assert ("wants no text messages" in output) == (sender == NUMBER)
    gone = kept["phone" if other == "web" else "web"]
    assert gone.encode() not in b"".join(p.read_bytes() for p in tmp_path.glob("roi.db*"))
    assert export(capsys, kept[other])["messages"]
    assert main(["delete", "--sender", kept.get(sender, sender)]) == 0
    assert "nothing was kept of this sender" in capsys.readouterr().out


def test_a_deleted_session_is_over_although_its_cookie_is_not(kept, tmp_path):
    assert main(["delete", "--sender", kept["cookie"]]) == 0
    state = SharedState(f"sqlite:///{tmp_path / 'roi.db'}", SECRET)
    assert asyncio.run(state.has_flag("web.ended", kept["id"]))
    state.close()


@pytest.mark.parametrize(
    "nobody", ["zebra", "6175550123", "web:zebra", "", "roi_session=forged.x.y"]
)
def test_what_names_nobody_is_explained(kept, capsys, nobody):
    assert main(["delete", "--sender", nobody]) == 1
    said = capsys.readouterr().err
    assert said.startswith("roi delete: --sender takes a phone number") and said.count("\n") == 1
    assert "zebra" not in said


def test_a_purge_says_how_much_and_never_what(kept, capsys):
    assert main(["purge"]) == 0
    assert capsys.readouterr().out == (
        "deleted: 0 conversations without a message for 24 hours (0 events), "
        "0 other entries whose time was over\n"
    )
