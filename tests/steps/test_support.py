"""Requests for support: one waits at a time, each with its age, settled once."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.errors import UserError
from domain.support import Ask, State
from flows import choices
from steps import persons, status, support
from steps.imports import import_registrations
from store import support as stored
from tests.programme import Place


def test_ask_list_and_settle(place: Place) -> None:
    ada = place.person("Ada")
    clinic = place.session()
    made = support.ask(place.app, str(ada), "review", "test", str(clinic.id), " my grant\x00 ")
    assert (made.ask, made.session_id, made.text, made.state) == (Ask.REVIEW, clinic.id, "my grant", State.OPEN)
    place.later(days=3)
    support.ask(place.app, str(ada), "mentoring", "test")
    assert [(w.request.ask, w.days, w.name, w.address) for w in support.listing(place.app)] == [
        (Ask.REVIEW, 3, "Ada", "p1@example.org"), (Ask.MENTORING, 0, "Ada", "p1@example.org"),
    ]  # fmt: skip
    assert choices.requests(place.app) == ["1 · review · since 2026-11-22", "2 · mentoring · since 2026-11-25"]
    (item,) = [i for i in status.needs_person(place.app) if i["kind"] == "requests"]
    assert (item["count"], item["oldest"]) == (2, "2026-11-22T12:00:00+00:00")
    assert support.settle(place.app, [1], "granted", "test") == 1
    assert [w.request.id for w in support.listing(place.app)] == [2]
    with pytest.raises(UserError, match="request 1: does not wait"):
        support.settle(place.app, [1], "declined", "test")
    place.later(days=30)
    assert [w.days for w in support.listing(place.app, waiting=False)] == [3, 30]
    assert stored.counts(place.app.conn, Ask.REVIEW) == (1, 1)


def test_one_request_of_a_kind_waits_at_a_time(place: Place) -> None:
    place.person()
    support.ask(place.app, "1", "review", "test")
    with pytest.raises(UserError, match="waits already"):
        support.ask(place.app, "1", "review", "test")
    support.settle(place.app, [1], "declined", "test")
    assert support.ask(place.app, "1", "review", "test").id == 2


def test_settle_all_or_none(place: Place) -> None:
    place.person()
    support.ask(place.app, "1", "review", "test")
    with pytest.raises(UserError, match="request 9: does not wait"):
        support.settle(place.app, [1, 9], "granted", "test")
    assert len(support.listing(place.app)) == 1
    with pytest.raises(UserError, match="is none of granted, declined, withdrawn"):
        support.settle(place.app, [1], "lost", "test")


def test_mail_that_asks_is_a_request_and_another_is_for_a_person(place: Place) -> None:
    ada, clinic = place.person(), place.session()
    conn = place.app.conn
    both = support.read_mail(conn, ada, clinic.id, "Review and mentoring, please", place.time)
    assert both == (Ask.MENTORING, Ask.REVIEW)
    assert support.read_mail(conn, ada, clinic.id, "mentoring", place.time) == (Ask.MENTORING,)
    assert support.read_mail(conn, ada, clinic.id, "the venue was cold", place.time) == ()
    assert stored.of_session(conn, clinic.id) == {"mentoring": 1, "review": 1}


def test_registration_that_names_a_need_is_a_request_once(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "form.csv"
    form = "Timestamp,Name,Email,What support do you need?\n"
    file.write_text(form + "2026-11-20 10:00,Ada,ada@example.org,data bundle\n2026-11-20 10:00,Ben,b@example.org,No\n")
    import_registrations(place.app, file)
    import_registrations(place.app, file)
    assert [(w.name, w.request.ask, w.request.text) for w in support.listing(place.app)] == [
        ("Ada", Ask.MEANS, "data bundle")
    ]
    support.settle(place.app, [1], "declined", "test")
    file.write_text(form + "2026-11-21 10:00,Ada,ada@example.org,data bundle and a headset\n")
    import_registrations(place.app, file)
    assert support.listing(place.app) == []  # answered once; a new request is made by asking a person


def test_erased_persons_requests_wait_for_nobody(place: Place) -> None:
    ada = place.person()
    support.ask(place.app, str(ada), "means", "test", text="a headset")
    persons.erase(place.app, str(ada), "test")
    assert support.listing(place.app) == []
    (row,) = persons.export(place.app, "1")["support_requests"]
    assert (row["text"], row["state"]) == ("", "withdrawn")


def test_age_is_in_whole_days(place: Place) -> None:
    place.person()
    support.ask(place.app, "1", "means", "test")
    place.time += timedelta(days=2, hours=23)
    assert [w.days for w in support.listing(place.app)] == [2]
