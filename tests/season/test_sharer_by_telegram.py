"""A sharer on Telegram alone, as a new user: presses the buttons and writes the words that the messages show, on the
strict Bot API, until the session is documented. There is no mail, and there are no pages."""

from datetime import timedelta
from pathlib import Path

from domain.participants import folded_name
from domain.times import iso
from steps import attendance, closing, confirming
from steps.deliver import deliver, telegram_channel
from tests.servers.bot_api import FaultyBotApi
from tests.steps.bot_place import ADA, BotPlace

LINK = "https://commons.example.org/wiki/File:{}.webm"
WORDS = {
    "Write the number here as a message.": "20",
    "Send the link here as a message.": LINK,
    "Write your answer here as a message.": "What I would say to “{}”.",
}


class ChatSharer:
    """Knows nothing but what is in the chat."""

    def __init__(self, place: BotPlace) -> None:
        self.place, self.seen, self.asked = place, 0, list[str]()

    def news(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """New messages, each with its buttons as (label, data)."""
        sent = self.place.api.of(ADA)
        found, self.seen = sent[self.seen :], len(sent)
        rows = [(one.text, [button for row in one.buttons for button in row]) for one in found]
        return [(text, [(one["text"], one.get("callback_data", "")) for one in buttons]) for text, buttons in rows]

    def read(self) -> None:
        """Everything that is new is read and answered, and so is what is said back."""
        while news := self.news():
            for text, buttons in news:
                self.answer(text, dict(buttons))

    def answer(self, text: str, buttons: dict[str, str]) -> None:
        if "How such a session runs" in buttons:
            self.press(buttons["How such a session runs"])
        elif "Done" in buttons:
            self.asked.append(text)
            self.press(buttons["Done"])
        elif "Skip this question" in buttons and "What should one know" in text:
            self.asked.append(text)
            self.press(buttons["Skip this question"])
        else:
            for wanted, words in WORDS.items():
                if wanted in text:
                    self.asked.append(text)
                    self.place.api.write(ADA, words.format(len(self.asked)))
                    self.place.hear()
                    return

    def press(self, data: str) -> None:
        self.place.api.press(ADA, data)
        self.place.hear()


def test_sharer_on_telegram_alone_gets_to_the_end(tmp_path: Path) -> None:
    with FaultyBotApi() as server:
        place = BotPlace(tmp_path, server)
        person, conn = place.linked(name="Ada Obi"), place.app.conn
        conn.execute("update participants set name_folded = ?, registered_at = null", (folded_name("Ada Obi"),))
        conn.execute("delete from contact_points where channel = 'email'")
        fields = {"title": "Budgets", "start": iso(place.time + timedelta(days=18, hours=2)), "kind": "clinic"}
        session = confirming.confirm(place.app, fields, [person], None, "Amina")
        ada = ChatSharer(place)
        ada.news()

        def day() -> None:
            place.plan()
            deliver(place.app, channel=telegram_channel(place.app))
            ada.read()
            place.later(days=1)

        for _ in range(28):
            day()
        said = [one.text for one in place.api.of(ADA)]
        states = dict(conn.execute("select code, state from checklist_items").fetchall())
        assert {code for code, state in states.items() if state != "done"} == set()
        assert sorted(ada.asked) == sorted(set(ada.asked)), "asked twice for the same"
        assert [text for text in said if "cannot" in text] == []
        assert sum("0:45 – Groups of four or five" in text for text in said) == 1
        assert "That was the last thing. Thank you!" in said[-1]
        attendance.attended(place.app, str(session.id), [str(person)], "Amina", guests=14)
        closing.close(place.app, str(session.id), "Amina")
        day()
        assert "thank you for sharing what you know" in place.last().text
        row = conn.execute("select purpose, audience, preparation from sessions").fetchone()
        assert (bool(row["purpose"]), bool(row["audience"]), row["preparation"]) == (True, True, "")
        assert len({kind for (kind,) in conn.execute("select kind from resources")}) == 3
        assert conn.execute("select count(*) from desk_tasks").fetchone()[0] == 0
