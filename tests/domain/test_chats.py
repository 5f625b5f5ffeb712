"""Updates as values; whatever else comes is refused with a reason and never with an exception of another kind."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chats import ChatEvent, Heard, Unreadable, read

PRIVATE = {"id": 7, "type": "private", "first_name": "Ada"}
GROUP = {"id": -100, "type": "supergroup", "title": "All"}
ADA = {"id": 7, "is_bot": False, "first_name": "Ada", "language_code": "pt-br"}


def message(text: str, chat: dict[str, Any] = PRIVATE) -> bytes:
    return json.dumps({"update_id": 1, "message": {"message_id": 1, "chat": chat, "from": ADA, "text": text}}).encode()


def test_start_with_a_links_payload() -> None:
    event = read(message("/start 12-abcdef"))
    assert event == ChatEvent(Heard.START, 7, True, "start", "12-abcdef", language="pt-br")


@pytest.mark.parametrize(
    ("text", "kind", "word", "rest"),
    [
        ("/start", Heard.START, "start", ""),
        ("/START  x ", Heard.START, "start", "x"),
        ("/mine", Heard.COMMAND, "mine", ""),
        ("/Mine@Our_Bot", Heard.COMMAND, "mine", ""),
        ("/mine@another_bot", Heard.OTHER, "", ""),
        ("/language fr", Heard.COMMAND, "language", "fr"),
        ("/", Heard.COMMAND, "", ""),
        ("yes", Heard.TEXT, "", "yes"),
        ("  hello /start ", Heard.TEXT, "", "hello /start"),
        ("   ", Heard.OTHER, "", ""),
    ],
)
def test_texts_and_commands(text: str, kind: Heard, word: str, rest: str) -> None:
    event = read(message(text), "our_bot")
    assert (event.kind, event.word, event.text) == (kind, word, rest)


def test_group_is_not_private() -> None:
    event = read(message("/chatid", GROUP))
    assert (event.chat_id, event.private, event.word) == (-100, False, "chatid")


def press(**changes: Any) -> bytes:
    query = {"id": "55", "from": ADA, "data": "mine", "message": {"message_id": 3, "chat": PRIVATE}} | changes
    return json.dumps({"update_id": 1, "callback_query": query}).encode()


def test_button() -> None:
    expected = ChatEvent(Heard.BUTTON, 7, True, data="mine", callback_id="55", language="pt-br")
    assert read(press()) == expected


def test_button_pressed_by_another_than_the_chats_person_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="somebody else"):
        read(press(**{"from": {"id": 8}}))


def test_button_without_its_message_is_nothing_for_us() -> None:
    update = json.loads(press())
    del update["callback_query"]["message"]
    assert read(json.dumps(update).encode()) == ChatEvent(Heard.OTHER, callback_id="55")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("kicked", Heard.BLOCKED),
        ("left", Heard.BLOCKED),
        ("member", Heard.UNBLOCKED),
        ("administrator", Heard.UNBLOCKED),
    ],
)
def test_bot_that_is_blocked_or_not(status: str, kind: Heard) -> None:
    change = {"chat": PRIVATE, "from": ADA, "new_chat_member": {"status": status}}
    assert read(json.dumps({"my_chat_member": change}).encode()) == ChatEvent(kind, 7, True)


def test_group_that_migrates() -> None:
    moved = {"message": {"chat": GROUP, "migrate_to_chat_id": -1001}}
    assert read(json.dumps(moved).encode()) == ChatEvent(Heard.MIGRATED, -100, False, new_chat_id=-1001)


def test_names_are_not_taken_over() -> None:
    assert "Ada" not in repr(read(message("hello"))) + repr(read(press()))


@pytest.mark.parametrize("code", ["en", "pt-br", "zh-hans-cn"])
def test_language_of_the_app(code: str) -> None:
    update = json.loads(message("x"))
    update["message"]["from"]["language_code"] = code
    assert read(json.dumps(update).encode()).language == code


@pytest.mark.parametrize("code", ["", "../../etc", "e", "en_US", "x" * 90])
def test_language_that_is_none_is_left_out(code: str) -> None:
    update = json.loads(message("x"))
    update["message"]["from"]["language_code"] = code
    assert read(json.dumps(update).encode()).language == ""


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\xff\xfe", b"null", b"[]", b"7", b"[" * 100_000, b"9" * 10_000,
        b'{"message": null}', b'{"message": {"chat": 7}}', b'{"message": {"chat": {"id": true}}}',
        b'{"message": {"chat": {"id": 1e3}}}', b'{"message": {"chat": {"id": 0}}}',
        b'{"message": {"chat": {"id": 99999999999999999999}}}',
        b'{"message": {"chat": {"id": 7, "type": 1}}}', b'{"message": {"chat": {"id": 7}, "text": {}}}',
        b'{"message": {"chat": {"id": 7}, "migrate_to_chat_id": "x"}}',
        b'{"callback_query": []}', b'{"callback_query": {"id": 5}}',
        b'{"callback_query": {"id": "5", "message": {"chat": {"id": 7}}}}',
        b'{"my_chat_member": {"chat": {"id": 7}}}',
        b'{"my_chat_member": {"chat": {"id": 7}, "new_chat_member": {"status": 4}}}',
    ],
)  # fmt: skip
def test_what_is_no_update_is_unreadable(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        read(raw)


def test_kinds_that_we_did_not_ask_for_are_ignored() -> None:
    assert read(b'{"update_id": 1, "poll": {}}') == ChatEvent(Heard.OTHER)
    assert read(b'{"message": {"chat": {"id": 7, "type": "private"}, "sticker": {}}}').kind is Heard.OTHER


def test_lone_surrogate_is_replaced() -> None:
    assert read(b'{"message": {"chat": {"id": 7, "type": "private"}, "text": "a\\ud800b"}}').text == "a?b"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["message", "chat", "id", "from", "text", "data", "callback_query", "my_chat_member", "type"]),
        inner,
        max_size=5,
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_an_event_or_unreadable(value: Any) -> None:
    with contextlib.suppress(Unreadable):
        assert isinstance(read(json.dumps(value).encode()), ChatEvent)
