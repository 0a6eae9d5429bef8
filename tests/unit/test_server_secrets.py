"""The server's secrets: where they come from, which are refused, how they are changed."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from bot.channels.web.sessions import Sessions
from bot.retention import keep_time
from bot.server_secrets import SettingsError, server_secrets

GOOD, OLD, OLDER = (secrets.token_hex(32) for _ in range(3))


def test_the_first_signs_and_former_ones_follow(tmp_path: Path) -> None:
    assert server_secrets({"ROI_SECRET": GOOD}, tmp_path) == (GOOD,)
    given = {"ROI_SECRET": GOOD, "ROI_SECRET_OLD": f"{OLD}, {OLDER}"}
    assert server_secrets(given, tmp_path) == (GOOD, OLD, OLDER)
    assert list(tmp_path.iterdir()) == [], "nothing is made where a secret is given"


def test_a_file_holds_one_a_line(tmp_path: Path) -> None:
    file = tmp_path / "given"
    file.write_text(f"{GOOD}\n{OLD}\n")
    file.chmod(0o444)
    assert server_secrets({"ROI_SECRET_FILE": str(file)}, tmp_path / "var") == (GOOD, OLD)


def test_a_machine_that_gets_a_secret_of_its_own_goes_on_with_the_one_it_had(
    tmp_path: Path,
) -> None:
    (made,) = server_secrets({}, tmp_path)
    assert server_secrets({"ROI_SECRET": GOOD}, tmp_path) == (GOOD, made)


@pytest.mark.parametrize(
    "weak",
    [
        "zebra",
        "a" * 64,
        "ab" * 32,
        "0123456789abcdef0123456789abcdef",
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
        "secret-secret-secret-secret-secret-secret",
        "please-Change_Me-before-going-live-0001",
        "correct-horse-battery-staple-PASSWORD-77",
        "1111111111111111222222222222222233333333",
    ],
)
@pytest.mark.parametrize("name", ["ROI_SECRET", "ROI_SECRET_OLD"])
def test_what_can_be_guessed_is_refused_and_not_repeated(
    tmp_path: Path, name: str, weak: str
) -> None:
    with pytest.raises(SettingsError, match=f"^{name} .*openssl rand -hex 32") as refused:
        server_secrets({"ROI_SECRET": GOOD, name: weak}, tmp_path)
    assert weak not in str(refused.value)


@pytest.mark.parametrize("number", range(50))
def test_what_the_documents_advise_is_never_refused(tmp_path: Path, number: int) -> None:
    for made in (secrets.token_hex(32), secrets.token_hex(16), secrets.token_urlsafe(32)):
        assert server_secrets({"ROI_SECRET": made}, tmp_path) == (made,)


def test_a_change_of_the_secret_ends_no_session_and_refuses_no_form() -> None:
    before = Sessions(OLD)
    session = before.new("es")
    cookie, token = before.cookie(session), before.form_token(session)
    after = Sessions(GOOD, [OLD])
    assert after.read(cookie).id == session.id
    assert after.check_form(token, session) == "valid"
    again = Sessions(GOOD).read(after.cookie(session))
    assert (again.state, again.id) == ("continued", session.id), "signed anew with the first"
    assert Sessions(GOOD).read(cookie).state == "replaced", "once the old one is left out"


def test_a_clock_that_is_set_back_ends_no_session() -> None:
    now = [1_000_000_000.0]
    sessions = Sessions(GOOD, clock=lambda: now[0])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.time", lambda: now[0])
        session = sessions.new()
        cookie = sessions.cookie(session)
        for moved, state in ((-1, "continued"), (-3600, "continued"), (86_000, "continued")):
            now[0] = 1_000_000_000 + moved
            assert sessions.read(cookie).state == state
        for moved in (90_000, -90_000):
            now[0] = 1_000_000_000 + moved
            assert sessions.read(cookie).state == "replaced"


@pytest.mark.parametrize("hours", ["0", "-1", "1.5", "a day", "9999"])
def test_hours_without_meaning_are_refused(hours: str) -> None:
    assert keep_time({"ROI_KEEP_HOURS": "72"}).total_seconds() == 72 * 3600
    with pytest.raises(SettingsError, match="ROI_KEEP_HOURS"):
        keep_time({"ROI_KEEP_HOURS": hours})
