import json
from dataclasses import replace
from pathlib import Path

import pytest

from config.programme import Group
from domain.errors import UserError
from steps.announce import announce
from store import payloads
from tests.programme import Place

NORTH, SOUTH = Group("North", -1001), Group("South", -1002)


class Announcing(Place):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.environ |= {"LETSCONNECT_TELEGRAM_TOKEN": "10001:stand-in", "LETSCONNECT_PAGES_URL": "https://pages.example"}
        self.groups(NORTH, SOUTH)

    def groups(self, *groups: Group) -> None:
        self.programme = replace(self.programme, groups=groups, zone="Africa/Lagos")
        self.app = self.another()

    def post(self, key: str) -> dict[str, object]:
        data = payloads.read(self.app.conn, self.by_key(key).id)
        assert data is not None
        return dict(json.loads(data))


@pytest.fixture
def place(tmp_path: Path) -> Announcing:
    return Announcing(tmp_path)


def test_session_is_announced_once_to_every_group(place: Announcing) -> None:
    session = place.session()
    assert [announce(place.app, str(session.id), "test", dry_run=True), place.outbox()] == [2, {}]
    assert [announce(place.app, str(session.id), "test"), announce(place.app, str(session.id), "test")] == [2, 0]
    assert place.outbox() == {"announce/1/0/-1001": "queued", "announce/1/0/-1002": "queued"}


def test_announcement_is_in_the_programmes_zone_and_links_the_page_only(place: Announcing) -> None:
    session = place.session(audience="Newcomers.", languages="en, fr")
    announce(place.app, session.code, "test")
    post = place.post("announce/1/0/-1001")
    text = str(post["text"])
    assert (post["chat_id"], post["buttons"], post["document"]) == (-1001, [], None)
    assert text.startswith("Proposal writing\n\n")
    for expected in ("15:00", "14:00", "English", "French", "Newcomers.", "https://pages.example/sessions/1"):
        assert expected in text
    assert "meet.example.org" not in text


def test_added_group_alone_hears_of_it(place: Announcing) -> None:
    session = place.session()
    announce(place.app, session.code, "test")
    place.groups(Group("First of all", -1000), NORTH, SOUTH)
    assert announce(place.app, session.code, "test") == 1
    assert list(place.outbox()) == ["announce/1/0/-1001", "announce/1/0/-1002", "announce/1/0/-1000"]


def test_moved_session_takes_back_what_waits_and_is_announced_anew(place: Announcing) -> None:
    session = place.session()
    announce(place.app, session.code, "test")
    place.change(session, start="2026-12-04T14:00Z")
    assert announce(place.app, session.code, "test") == 2
    assert place.outbox() == {
        "announce/1/0/-1001": "cancelled",
        "announce/1/0/-1002": "cancelled",
        "announce/1/1/-1001": "queued",
        "announce/1/1/-1002": "queued",
    }


def test_announcement_taken_back_by_another_change_is_written_anew(place: Announcing) -> None:
    session = place.session()
    announce(place.app, session.code, "test")
    place.change(session, title="Proposals that win")
    assert announce(place.app, session.code, "test") == 2
    assert place.outbox() == {"announce/1/0/-1001": "queued", "announce/1/0/-1002": "queued"}
    assert str(place.post("announce/1/0/-1001")["text"]).startswith("Proposals that win\n")


def test_refused_announcement_is_tried_again_when_announced_again(place: Announcing) -> None:
    session = place.session()
    announce(place.app, session.code, "test")
    place.app.conn.execute("update outbox set state = 'failed' where recipient = '-1001'")
    place.app.conn.execute("update outbox set state = 'sent' where recipient = '-1002'")
    assert announce(place.app, session.code, "test") == 1
    assert place.outbox() == {
        "announce/1/0/-1001": "failed",
        "announce/1/0/-1002": "sent",
        "announce/1/0/-1001#2": "queued",
    }
    place.change(session, title="Proposals that win")
    assert announce(place.app, session.code, "test") == 1
    assert place.outbox()["announce/1/0/-1001#2"] == "queued"


def test_announcement_is_of_no_use_once_the_session_begins(place: Announcing) -> None:
    session = place.session()
    announce(place.app, session.code, "test")
    assert place.by_key("announce/1/0/-1001").expires_at == session.starts_at


@pytest.mark.parametrize("cancelled", [True, False])
def test_session_that_nobody_can_come_to_is_not_announced(place: Announcing, cancelled: bool) -> None:
    session = place.session()
    if cancelled:
        place.cancel(session)
    else:
        place.time = session.starts_at
    with pytest.raises(UserError, match="session 1: is cancelled or has begun"):
        announce(place.app, session.code, "test")


def test_announcing_without_a_group_says_where_groups_are_set(place: Announcing) -> None:
    session = place.session()
    place.groups()
    with pytest.raises(UserError, match="no Telegram group is set"):
        announce(place.app, session.code, "test")


def test_announcing_without_a_bot_is_refused(place: Announcing) -> None:
    session = place.session()
    del place.environ["LETSCONNECT_TELEGRAM_TOKEN"]
    place.app = place.another()
    with pytest.raises(UserError, match="LETSCONNECT_TELEGRAM_TOKEN: no Telegram bot is set"):
        announce(place.app, session.code, "test")
