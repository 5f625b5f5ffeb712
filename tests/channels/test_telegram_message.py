"""The frozen form of a Telegram message: what goes in comes out, and what Telegram would refuse is refused here."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.telegram_message import Button, ChatMessage, Document, freeze, opens, thaw, units
from domain.errors import UserError

TEXTS = st.text(min_size=1, max_size=60).filter(lambda text: bool(text.strip()) and units(text) <= 60)
BUTTONS = st.builds(Button, TEXTS, st.sampled_from(["mine", "rsvp/1/yes/0", "é" * 32])) | st.builds(
    Button, TEXTS, url=st.just("https://pages.example.org/s/1")
)


@given(
    st.builds(
        ChatMessage,
        st.integers(-(2**52), 2**52).filter(bool),
        TEXTS,
        st.lists(st.lists(BUTTONS, min_size=1, max_size=8).map(tuple), max_size=5).map(tuple),
        st.none() | st.builds(Document, st.just("invite.ics"), st.binary(max_size=50)),
    )
)
def test_message_comes_out_as_it_went_in(message: ChatMessage) -> None:
    assert thaw(freeze(message)) == message


def test_payload_is_the_json_that_was_agreed() -> None:
    buttons = ((Button("Yes", "rsvp/1/yes/0"), Button("Page", url="https://a.example/1")),)
    message = ChatMessage(-7, "مرحبا", buttons, Document("invite.ics", b"BEGIN"))
    assert json.loads(freeze(message).decode()) == {
        "chat_id": -7,
        "text": "مرحبا",
        "buttons": [[{"text": "Yes", "data": "rsvp/1/yes/0"}, {"text": "Page", "url": "https://a.example/1"}]],
        "document": {"name": "invite.ics", "base64": "QkVHSU4="},
    }
    assert json.loads(freeze(ChatMessage(1, "x")))["document"] is None


def button(text: str = "x", data: str = "d", url: str = "") -> tuple[tuple[Button, ...], ...]:
    return ((Button(text, data, url),),)


@pytest.mark.parametrize(
    ("message", "where"),
    [
        (ChatMessage(0, "x"), "chat_id"),
        (ChatMessage(1, ""), "text"),
        (ChatMessage(1, " \n"), "text"),
        (ChatMessage(1, "x" * 4097), "text"),
        (ChatMessage(1, "😀" * 2049), "text"),
        (ChatMessage(1, "x" * 1025, document=Document("a.ics", b"x")), "text"),
        (ChatMessage(1, "\ud800"), "text"),
        (ChatMessage(1, "x", ((),)), "buttons"),
        (ChatMessage(1, "x", (button()[0] * 9,)), "buttons"),
        (ChatMessage(1, "x", button() * 101), "buttons"),
        (ChatMessage(1, "x", button(text=" ")), "buttons"),
        (ChatMessage(1, "x", button(data="é" * 33)), "buttons"),
        (ChatMessage(1, "x", button(data="")), "buttons"),
        (ChatMessage(1, "x", button(data="d", url="https://a.example")), "buttons"),
        (ChatMessage(1, "x", button(data="", url="http://localhost:8080/x")), "buttons"),
    ],
)
def test_what_telegram_would_refuse_is_refused(message: ChatMessage, where: str) -> None:
    with pytest.raises(UserError) as caught:
        freeze(message)
    assert [problem.where for problem in caught.value.problems] == [where]


@pytest.mark.parametrize(
    "message",
    [
        ChatMessage(1, "😀" * 2048),
        ChatMessage(1, "x" * 1024, document=Document("a.ics", b"x")),
        ChatMessage(1, "x", button(data="é" * 32)),
        ChatMessage(1, "x", button() * 100),
    ],
)
def test_the_most_that_telegram_takes_is_taken(message: ChatMessage) -> None:
    assert thaw(freeze(message)) == message


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", b"[]", b"7", b"{}", b'{"chat_id": "1", "text": "x", "buttons": [], "document": null}',
     b'{"chat_id": 1, "text": "x", "buttons": [[7]], "document": null}', b"[" * 50_000,
     b'{"chat_id": 1, "text": "x", "buttons": [], "document": {"name": "a", "base64": "!"}}',
     b'{"chat_id": true, "text": "x", "buttons": [], "document": null}'],
)  # fmt: skip
def test_bytes_that_are_no_message_are_refused(data: bytes) -> None:
    with pytest.raises(UserError):
        thaw(data)


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://pages.example.org/sessions/1", True),
        ("http://pages.example.org", True),
        ("https://8.8.8.8/x", True),
        ("http://127.0.0.1:8080/x", False),
        ("http://10.0.0.1/x", False),
        ("http://[::1]/x", False),
        ("http://localhost/x", False),
        ("http://pages/x", False),
        ("http://pages.local/x", False),
        ("tg://user?id=1", False),
        ("https://[broken", False),
        ("", False),
    ],
)
def test_only_public_addresses_open(url: str, good: bool) -> None:
    assert opens(url) is good
