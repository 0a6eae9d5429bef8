"""A connection that comes and goes: nothing is lost and nothing is said twice."""

from __future__ import annotations

from playwright.sync_api import Route

from bot.keys import Key
from tests.browser.chat_page import Chat, worded
from tests.browser.conftest import NewChat

QUESTION = "How do I get my mammograms?"
NUMBER = "617.414.4884"


def lose_answers(chat: Chat) -> list[int]:
    """The server gets each message, but its answer never arrives."""
    got: list[int] = []

    def on_the_way(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        got.append(route.fetch().status)
        route.abort("connectionreset")

    chat.page.route("**/*", on_the_way)
    return got


def test_offline_a_message_is_kept_and_sent_when_the_connection_is_back(chat: Chat) -> None:
    chat.page.context.set_offline(True)
    chat.type(QUESTION)
    chat.page.wait_for_selector("#outbox .unsent")
    assert chat.status == worded(Key.PAGE_OFFLINE)
    assert chat.unsent == [QUESTION] and chat.messages == []
    buttons = chat.page.locator("#outbox button").all_inner_texts()
    assert buttons == [worded(Key.PAGE_RETRY), worded(Key.PAGE_REMOVE)]
    chat.page.context.set_offline(False)
    chat.wait(0)
    assert chat.asked == [QUESTION] and NUMBER in chat.messages[-1][1]
    assert chat.unsent == [] and chat.status == ""


def test_a_message_whose_answer_got_lost_is_answered_once(chat: Chat) -> None:
    got = lose_answers(chat)
    chat.type(QUESTION)
    chat.page.wait_for_selector("#outbox .unsent")
    assert got == [200], "the server has answered"
    chat.page.click(f"text={worded(Key.PAGE_RETRY)}")
    chat.page.wait_for_selector("#outbox .writing", state="detached")
    chat.page.wait_for_selector("#outbox .unsent")
    assert got == [200, 200]
    chat.page.unroute("**/*")
    chat.page.click(f"text={worded(Key.PAGE_RETRY)}")
    chat.wait(0)
    assert chat.asked == [QUESTION], "sent three times, said once"
    assert [text for _, text in chat.messages if NUMBER in text] == [chat.messages[1][1]]
    chat.page.reload()
    assert chat.asked == [QUESTION]


def test_an_unsent_message_can_be_taken_back(chat: Chat) -> None:
    chat.page.context.set_offline(True)
    chat.type(QUESTION)
    chat.page.click(f"text={worded(Key.PAGE_REMOVE)}")
    assert chat.unsent == [] and chat.focused == "text"
    chat.page.context.set_offline(False)
    chat.say("MyChart")
    assert chat.asked == ["MyChart"]


def test_messages_written_offline_keep_their_order(chat: Chat) -> None:
    chat.page.context.set_offline(True)
    chat.type(QUESTION)
    chat.page.wait_for_selector("#outbox .unsent")
    chat.type("MyChart")
    chat.page.wait_for_timeout(100)
    assert chat.unsent == [QUESTION, "MyChart"]
    chat.page.context.set_offline(False)
    chat.wait(1)
    assert chat.asked == [QUESTION, "MyChart"]


def test_what_was_not_sent_and_what_was_being_written_survive_a_reload(chat: Chat) -> None:
    chat.say("MyChart")
    lose_answers(chat)
    chat.type(QUESTION)
    chat.page.wait_for_selector("#outbox .unsent")
    chat.page.fill("#text", "and for my son")
    chat.page.unroute("**/*")
    chat.page.reload()
    chat.page.wait_for_selector("#outbox li", state="detached")
    assert chat.asked == ["MyChart", QUESTION], "and the conversation is there again"
    assert chat.page.input_value("#text") == "and for my son"


def test_a_busy_server_is_asked_again_when_it_says(chat: Chat) -> None:
    times: list[int] = []

    def busy_once(route: Route) -> None:
        if route.request.method == "POST" and not times:
            times.append(1)
            route.fulfill(status=429, headers={"Retry-After": "1"}, body="later")
        else:
            route.continue_()

    chat.page.route("**/*", busy_once)
    chat.type(QUESTION)
    chat.page.wait_for_selector("#outbox .unsent")
    assert chat.status == worded(Key.PAGE_WAIT)
    chat.wait(0)
    assert chat.asked == [QUESTION] and times == [1]


def test_two_tabs_show_one_conversation(chat: Chat) -> None:
    chat.say("I need my records")
    other = Chat(chat.page.context.new_page(), chat.url).open()
    assert other.messages == chat.messages
    other.say(QUESTION)
    chat.page.wait_for_function(
        "n => document.querySelectorAll('#transcript > li').length === n",
        arg=len(other.messages),
    )
    assert chat.messages == other.messages
    offered = "all => all.map((e) => e.value)"
    choices = [tab.page.eval_on_selector_all("#choices button", offered) for tab in (chat, other)]
    assert choices[0] == choices[1], "no tab offers choices that are closed"
    chat.say("MyChart")
    other.page.wait_for_selector("text=MyChart >> nth=0")
    assert chat.asked == ["I need my records", QUESTION, "MyChart"]


def test_starting_over_in_one_tab_empties_the_other(chat: Chat) -> None:
    chat.say(QUESTION)
    other = Chat(chat.page.context.new_page(), chat.url).open()
    other.page.click("#start-over")
    other.page.wait_for_selector(".notice")
    chat.page.wait_for_function("() => !document.querySelector('#transcript > li')")
    chat.say("MyChart")
    assert chat.asked == ["MyChart"]


def test_a_deleted_conversation_is_gone_and_the_page_says_so(chat: Chat) -> None:
    chat.say(QUESTION)
    chat.page.fill("#text", "half a sentence")
    before = chat.page.context.cookies()[0]["value"]
    chat.page.click("#delete")
    chat.page.wait_for_selector(".notice")
    assert chat.page.inner_text(".notice") == worded(Key.PAGE_DELETED)
    assert chat.messages == [] and chat.page.input_value("#text") == ""
    chat.page.context.clear_cookies()
    old = {"name": "roi_session", "value": before, "url": chat.url}
    chat.page.context.add_cookies([old])  # type: ignore[list-item]
    chat.page.reload()
    assert chat.messages == [], "the old session opens nothing any more"


def test_a_refused_text_is_explained_and_kept(chat: Chat) -> None:
    long = "records " * 1000
    chat.type(long)
    chat.page.wait_for_selector("#problem")
    assert chat.page.inner_text("#problem") == worded(Key.SYSTEM_TOO_LONG)
    assert chat.page.input_value("#text") == long.strip()
    assert chat.page.get_attribute("#text", "aria-describedby") == "problem"
    chat.say("MyChart")
    assert not chat.page.locator("#problem").count()
    assert chat.page.get_attribute("#text", "aria-invalid") is None


def test_each_tab_sends_a_message_once_however_often_the_button_is_pressed(
    new_chat: NewChat,
) -> None:
    chat = new_chat()
    chat.page.fill("#text", QUESTION)
    chat.page.evaluate(
        "() => { const send = document.getElementById('send'); send.click(); send.click(); }"
    )
    chat.page.wait_for_function("() => document.querySelector('#transcript > .from-assistant')")
    assert chat.asked == [QUESTION]
