from dataclasses import replace
from datetime import timedelta

import pytest

from config.programme import Coordinator
from steps import outbox
from steps.desk import mail_desk
from steps.inbox import read_filed
from store import database, meta
from tests.programme import Place

AMINA = Coordinator("Amina", "amina@desk.example", ("en",))
LUCIA = Coordinator("Lucía", "lucia@desk.example", ("es",))


@pytest.fixture
def desk(place: Place) -> Place:
    """Two coordinators, one of them named twice; nothing waits for them."""
    again = replace(AMINA, address="Amina@desk.example", regions=("Africa",))
    place.programme = replace(place.programme, coordinators=(AMINA, again, LUCIA))
    place.app = place.another()
    return place


def quarantine(place: Place, count: int) -> None:
    """Mails that could not be read, one of them two days old."""
    place.file(b"", received=place.time - timedelta(days=2))
    if count > 1:
        place.file(*[b"\0" * n for n in range(1, count)])
    place.app.conn.execute("update inbox set state = 'quarantined'")


def test_empty_desk_is_not_mailed(desk: Place) -> None:
    assert (mail_desk(desk.app), desk.outbox()) == (0, {})


def test_desk_is_mailed_once_a_day_to_each_coordinator(desk: Place) -> None:
    quarantine(desk, 3)
    assert [mail_desk(desk.app), mail_desk(desk.app)] == [2, 0]
    desk.later(hours=11, minutes=59)
    assert mail_desk(desk.app) == 0
    desk.later(minutes=1)  # midnight
    assert mail_desk(desk.app) == 2
    assert list(desk.outbox()) == ["desk/2026-11-22/0", "desk/2026-11-22/2", "desk/2026-11-23/0", "desk/2026-11-23/2"]


def test_day_of_the_desk_is_the_programmes(desk: Place) -> None:
    desk.programme = replace(desk.programme, zone="Pacific/Kiritimati")
    desk.app = desk.another()
    quarantine(desk, 1)
    mail_desk(desk.app)
    assert list(desk.outbox()) == ["desk/2026-11-23/0", "desk/2026-11-23/2"]


def test_desk_mail_says_what_waits_since_when_and_what_to_do(desk: Place) -> None:
    quarantine(desk, 3)
    mail_desk(desk.app)
    letter = desk.letter("desk/2026-11-22/0")
    body = letter.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert (letter["To"], letter["Subject"]) == ("Amina <amina@desk.example>", "3 things need a person")
    assert "mails could not be read (3, since 2026-11-20)" in text
    assert "letsconnect inbox list, then inbox settle ID" in text
    assert "Hello Amina," in text
    assert letter["Auto-Submitted"] == "auto-generated"


def test_desk_mail_is_in_the_coordinators_language(desk: Place) -> None:
    quarantine(desk, 1)
    mail_desk(desk.app)
    assert [desk.by_key(f"desk/2026-11-22/{n}").language for n in (0, 2)] == ["en", "es"]


def test_desk_mail_names_nobody(desk: Place) -> None:
    someone = desk.person("Adaeze Planted", "adaeze@people.example")
    session = desk.session()
    desk.register(someone, session)
    desk.plan()
    for message in outbox.listing(desk.app, {}):
        desk.app.conn.execute("update outbox set state = 'failed' where id = ?", (message.id,))
    assert mail_desk(desk.app) == 2
    raw = desk.letter("desk/2026-11-22/0").as_string()
    assert ("Adaeze" in raw, "people.example" in raw) == (False, False)
    assert "messages were refused" in raw


def test_desk_mail_leaves_and_bounces_to_itself(desk: Place) -> None:
    quarantine(desk, 1)
    mail_desk(desk.app)
    assert desk.deliver().sent == 2
    message = desk.by_key("desk/2026-11-22/0")
    assert [parcel.recipient for parcel in desk.channel.stored] == ["amina@desk.example", "lucia@desk.example"]
    assert desk.channel.stored[0].sender == f"letsconnect+b-{message.message_id[1:13]}@example.org"


def test_desk_mail_is_too_late_after_a_day(desk: Place) -> None:
    quarantine(desk, 1)
    mail_desk(desk.app)
    desk.later(days=1)
    assert desk.deliver().sent == 0
    assert set(desk.outbox().values()) == {"expired"}


def test_desk_mail_to_the_programmes_own_mailbox_is_nothing_new_to_do(desk: Place) -> None:
    own = replace(AMINA, address=desk.app.mailbox)
    desk.programme = replace(desk.programme, coordinators=(own,))
    desk.app = desk.another()
    quarantine(desk, 1)
    mail_desk(desk.app)
    raw = desk.letter("desk/2026-11-22/0").as_bytes()
    desk.app.conn.execute("delete from inbox")
    desk.file(raw)
    read_filed(desk.app)
    assert desk.app.conn.execute("select state, kind from inbox").fetchall()[0][:] == ("read", "autoreply")


def test_desk_mail_of_a_restored_database_is_held(desk: Place) -> None:
    quarantine(desk, 1)
    with database.write(desk.app.conn) as conn:
        meta.put(conn, meta.RESTORED, "2026-11-22T11:00:00+00:00")
    mail_desk(desk.app)
    assert set(desk.outbox().values()) == {"held"}
