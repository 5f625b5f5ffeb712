"""Importing registrations into a real store: what goes in, what is refused, what a second time changes."""

import json
import sqlite3
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest

from domain.errors import ConfigError, Problem, UserError
from domain.imports import ImportReport, row_problem
from steps import sessions
from steps.imports import import_registrations, rejected
from store.invitations import withdraw
from tests.imports.conftest import NOW, Home

DATA = Path(__file__).resolve().parents[1] / "data" / "registrations"


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.accepted, report.merged, report.unchanged, report.rejected


def session(home: Home, title: str, days: int = 7, **more: str) -> int:
    start = (NOW + timedelta(days=days)).isoformat()
    return sessions.add(home.app, {"title": title, "start": start, **more}, "tester").id


def test_import_google_forms_export_in_spanish(home: Home) -> None:
    report = import_registrations(home.app, DATA / "google-forms-es.csv")
    assert (counts(report), report.problems) == ((2, 0, 0, 0), ())
    facts = home.facts()
    assert facts["participants"] == [
        (1, "Lucía Fernández", "PE", "", "America/Lima", '["es", "en"]', "", "", "", "2026-11-22T12:00:00+00:00"),
        (2, "João da Silva", "BR", "", "", '["pt"]', "", "", "", "2026-11-22T12:00:00+00:00"),
    ]
    assert facts["registrations"] == [
        (1, None, "registered", 0, "", "2026-11-13T09:05:00+00:00"),
        (2, None, "registered", 0, "", "2026-11-12T23:59:59+00:00"),
    ]
    assert facts["participant_skills"] == [
        (1, "glam-tactics", "learn", "", ""),
        (1, "wikidata-basic", "share", "avanzado", "un taller, cada mes"),
        (1, "wikisource", "learn", "", ""),
        (2, "templates-and-gadgets", "learn", "", ""),
    ]
    assert facts["consents"] == [
        (1, "newsletter", 1, "import", "2026-11-13T09:05:00+00:00"),
        (1, "quoted", 1, "import", "2026-11-13T09:05:00+00:00"),
        (2, "newsletter", 1, "import", "2026-11-12T23:59:59+00:00"),
        (2, "quoted", 0, "import", "2026-11-12T23:59:59+00:00"),
    ]
    assert facts["answers"] == [(1, "¿Cómo te enteraste?", 'Por una amiga; "la mejor"')]
    assert report.warnings == (
        row_problem(3, "zone", "the country has several time zones and none is given", "Ask the person for it"),
    )


@pytest.mark.parametrize(
    ("name", "people"),
    [
        ("google-forms-en.csv",
         [("Amina Bello", "NG", "amina@example.org"), ("Kofi Mensah", "GH", "kofi@example.org")]),
        ("semicolon-cp1252.csv",
         [("Élodie Lefèvre", "CI", "elodie@example.org"), ("François Noël", "FR", "francois@example.org")]),
        ("utf16-tab.csv", [("منى", "EG", "mona@example.org")]),
        ("array.json", [("Amina", "", "amina@example.org"), ("Kofi", "", "kofi@example.org")]),
        ("lines.jsonl", [("Amina", "", "amina@example.org"), ("Kofi", "", "kofi@example.org")]),
    ],
)  # fmt: skip
def test_import_each_kind_of_file(home: Home, name: str, people: list[tuple[str, str, str]]) -> None:
    import_registrations(home.app, DATA / name)
    query = "select name, country, address from participants p join contact_points c on c.participant_id = p.id"
    assert home.rows(query) == people


def test_import_the_same_file_twice_changes_nothing(home: Home) -> None:
    first = import_registrations(home.app, DATA / "google-forms-es.csv")
    before = home.facts()
    home.moment += timedelta(hours=1)
    second = import_registrations(home.app, DATA / "google-forms-es.csv")
    assert (counts(first), counts(second)) == ((2, 0, 0, 0), (0, 0, 2, 0))
    assert home.facts() == before
    assert home.rows("select id, kind, source, accepted, unchanged, finished_at is not null from import_runs") == [
        (1, "registrations", "google-forms-es.csv", 2, 0, 1),
        (2, "registrations", "google-forms-es.csv", 0, 2, 1),
    ]
    assert home.rows("select subject, detail from journal where who = 'import'") == [
        ("import_run/1", "2 accepted, 0 merged, 0 unchanged, 0 rejected, 0 erased"),
        ("import_run/2", "0 accepted, 0 merged, 2 unchanged, 0 rejected, 0 erased"),
    ]


def test_import_an_undated_file_twice_with_one_person_in_two_rows_changes_nothing(home: Home) -> None:
    path = home.write("Name,Email,Newsletter\nA,a@example.org,yes\nB,A@example.org,no\n")
    assert counts(import_registrations(home.app, path)) == (1, 1, 0, 0)
    before = home.facts()
    assert before["participants"][0][1] == "B"
    assert counts(import_registrations(home.app, path)) == (0, 0, 2, 0)
    assert home.facts() == before


def test_import_bad_rows_are_kept_with_every_reason_and_good_rows_go_in(home: Home) -> None:
    path = home.write(
        "Name,E-mail,Second e-mail,Group members\n"
        "Amina,amina@example.org,,\n"
        ",amina at example.org,a@example.org; b@example.org,Umar\n"
        f"{'x' * 201},josé@example.org,,\n"
        "Kofi,kofi@bücher.example,,\n"
    )
    report = import_registrations(home.app, path)
    assert counts(report) == (2, 0, 0, 2)
    assert [(p.line, p.field) for p in report.problems] == [
        (3, "email"), (3, "second_email"), (3, "name"), (3, "members"), (4, "email"), (4, "name")
    ]  # fmt: skip
    assert all(p.what and p.remedy for p in report.problems)
    said = " ".join(map(str, report.problems))
    assert "amina at" not in said and "josé" not in said
    stored = home.rows("select line, field, reason, raw from import_rejections order by id")
    assert [row[:3] for row in stored] == [(p.line, p.field, p.what) for p in report.problems]
    assert json.loads(stored[0][3]) == {
        "header": ["Name", "E-mail", "Second e-mail", "Group members"],
        "cells": ["", "amina at example.org", "a@example.org; b@example.org", "Umar"],
    }
    assert home.rows("select address from contact_points order by id") == [
        ("amina@example.org",), ("kofi@xn--bcher-kva.example",)
    ]  # fmt: skip


def test_import_a_corrected_file_settles_what_waited(home: Home) -> None:
    path = home.write("Name,Email\nA,nonsense\nB,also wrong\n")
    import_registrations(home.app, path)
    import_registrations(home.app, path)
    assert [(r["line"], r["run_id"]) for r in rejected(home.app, who="tester")] == [(2, 2), (3, 2)]
    home.write("Name,Email\nA,a@example.org\nB,also wrong\n")
    assert counts(import_registrations(home.app, path)) == (1, 0, 0, 1)
    waiting = rejected(home.app, who="tester")
    assert [(r["line"], r["run_id"], r["source"], r["field"]) for r in waiting] == [(3, 3, "form.csv", "email")]
    assert rejected(home.app, settle=[waiting[0]["id"]], who="tester") == []
    assert home.rows("select raw from import_rejections where settled_at is not null") == [("{}",), ("{}",)]
    with pytest.raises(UserError, match="rejected row 99: is not on the list"):
        rejected(home.app, settle=[99], who="tester")


@pytest.mark.parametrize("second", ["AMINA@Example.ORG", " amina@example.org ", "amina@example.org"])
def test_import_a_person_seen_twice_is_merged_newest_field_by_field(home: Home, second: str) -> None:
    path = home.write(
        "Timestamp,Name,Email,Country,Affiliate,Newsletter\n"
        "2026-11-03T00:00:00Z,Amina B.,amina@example.org,Nigeria,,yes\n"
        f"2026-11-01T00:00:00Z,Amina,{second},Ghana,Hausa UG,no\n"
    )
    assert counts(import_registrations(home.app, path)) == (1, 1, 0, 0)
    facts = home.facts()
    assert [(p[1], p[2], p[4], p[7]) for p in facts["participants"]] == [
        ("Amina B.", "NG", "Africa/Lagos", "Hausa UG")
    ]
    assert facts["consents"] == [(1, "newsletter", 1, "import", "2026-11-03T00:00:00+00:00")]
    assert [r[5] for r in facts["registrations"]] == ["2026-11-03T00:00:00+00:00"]


def test_import_gmail_dots_and_tags_are_one_mailbox(home: Home) -> None:
    path = home.write("Name,Email\nA,a.mina+wiki@gmail.com\nA,AMINA@googlemail.com\n")
    assert counts(import_registrations(home.app, path)) == (1, 0, 1, 0)
    assert home.facts()["contact_points"] == [(1, "a.mina+wiki@gmail.com", 1, "amina@gmail.com")]


def test_import_second_email_joins_two_registrations_of_one_name(home: Home) -> None:
    path = home.write(
        "Timestamp,Name,Email,Second email\n"
        "2026-11-01T00:00:00Z,Amina Bello,old@example.org,\n"
        "2026-11-02T00:00:00Z,amina  bello,new@example.org,OLD@example.org\n"
    )
    assert counts(import_registrations(home.app, path)) == (1, 1, 0, 0)
    assert [row[:3] for row in home.facts()["contact_points"]] == [
        (1, "new@example.org", 1), (1, "old@example.org", 0)
    ]  # fmt: skip
    before = home.facts()
    assert counts(import_registrations(home.app, path)) == (0, 0, 2, 0)
    assert home.facts() == before


def test_import_possible_duplicates_are_listed_and_told(home: Home) -> None:
    path = home.write(
        "Name,Email,Second email,Country\n"
        "Amina Bello,a@example.org,,Nigeria\n"
        "AMINA  Béllo,b@example.org,,Nigeria\n"
        "Amina Bello,c@example.org,,Ghana\n"
        "Someone Else,d@example.org,a@example.org,Ghana\n"
    )
    report = import_registrations(home.app, path)
    assert counts(report) == (4, 0, 0, 0)
    assert home.facts()["possible_duplicates"] == [
        (1, 2, "same name and country, other address"),
        (1, 4, "one's second e-mail address is the other's"),
    ]
    assert [str(w) for w in report.warnings] == [
        "line 3, name: may be person 1 again: same name and country, other address",
        "line 5, second_email: may be person 1 again: one's second e-mail address is the other's",
    ]
    assert home.rows("select address from contact_points where participant_id = 4") == [("d@example.org",)]
    home.app.conn.execute("update possible_duplicates set settled_at = 'x' where b = 4")
    assert import_registrations(home.app, path).warnings == ()


def test_import_group_registers_its_members_without_speaking_for_them(home: Home) -> None:
    clinic = session(home, "Clinic")
    path = home.write(
        "Timestamp,Name,Email,Country,Individual or group,Group name,Group members,Session,Newsletter\n"
        "2026-11-01T00:00:00Z,Umar,umar@example.org,Nigeria,,,,,yes\n"
        "2026-11-02T00:00:00Z,Amina,amina@example.org,Ghana,As a group,Hausa UG,"
        "Umar Other <umar@example.org>; Chi <chi@example.org>,clinic,yes\n"
    )
    assert counts(import_registrations(home.app, path)) == (2, 0, 0, 0)
    facts = home.facts()
    assert [(p[1], p[2]) for p in facts["participants"]] == [("Umar", "NG"), ("Amina", "GH"), ("Chi", "GH")]
    assert [c[:2] for c in facts["consents"]] == [(1, "newsletter"), (2, "newsletter")]
    assert sorted(r[:5] for r in facts["registrations"] if r[1] is None) == [
        (1, None, "registered", 1, "Hausa UG"), (2, None, "registered", 1, "Hausa UG"),
        (3, None, "registered", 1, "Hausa UG"),
    ]  # fmt: skip
    assert sorted(r[0] for r in facts["registrations"] if r[1] == clinic) == [1, 2, 3]
    assert counts(import_registrations(home.app, path)) == (0, 0, 2, 0)
    assert home.facts() == facts


def test_import_sessions_column_by_id_code_and_title(home: Home) -> None:
    first, second = session(home, "Maps, data and more"), session(home, "Two", code="two-26")
    session(home, "Monthly", 3), session(home, "Monthly", 33)
    session(home, "Hour", 3)
    again = session(home, "Hour", 33)
    sessions.cancel(home.app, "hour", "ill", "tester")
    path = home.write(
        "Name,Email,Sessions\n"
        'A,a@example.org,"maps, DATA and more, TWO-26"\n'
        f"B,b@example.org,{second}\n"
        "C,c@example.org,Nowhere; Two\n"
        "D,d@example.org,Monthly\n"
        "E,e@example.org,Hour\n"
    )
    report = import_registrations(home.app, path)
    assert counts(report) == (5, 0, 0, 0)
    query = "select participant_id, session_id from registrations where session_id is not null order by 1, 2"
    assert home.rows(query) == [(1, first), (1, second), (2, second), (3, second), (5, again)]
    assert [(w.line, w.field) for w in report.warnings] == [(4, "sessions"), (5, "sessions")]


def test_import_for_one_session_by_any_name(home: Home) -> None:
    clinic = session(home, "Clinic on Maps", code="maps")
    path = home.write("Name,Email\nA,a@example.org\n")
    for ref in (str(clinic), "maps", "clinic on maps"):
        import_registrations(home.app, path, session_ref=ref)
    query = "select participant_id, session_id from registrations order by session_id"
    assert home.rows(query) == [(1, None), (1, clinic)]
    with pytest.raises(UserError, match="session: there is no such session"):
        import_registrations(home.app, path, session_ref="nowhere")


def test_import_who_withdrew_registers_again_only_by_a_newer_submission(home: Home) -> None:
    clinic = session(home, "Clinic")
    header, old = "Timestamp,Name,Email,Session\n", "2026-11-01T00:00:00Z,A,a@example.org,Clinic\n"
    path = home.write(header + old)
    import_registrations(home.app, path)
    home.app.conn.execute(
        "insert into invitations (session_id, participant_id, uid, origin, created_at)"
        " values (?, 1, 'u', 'general', 'x')",
        (clinic,),
    )
    withdraw(home.app.conn, clinic, 1)
    home.write(header + old + "2026-11-01T00:00:00Z,B,b@example.org,Clinic\n")
    report = import_registrations(home.app, path)
    state = "select state from registrations where participant_id = 1 and session_id is not null"
    assert (counts(report), home.rows(state)) == ((1, 0, 1, 0), [("withdrawn",)])
    assert [str(w) for w in report.warnings] == [
        f"line 2, sessions: withdrew from session {clinic}; this submission is not newer"
    ]
    home.write(header + old + "2026-11-02T00:00:00Z,A,a@example.org,Clinic\n")
    assert counts(import_registrations(home.app, path)) == (0, 1, 1, 0)
    assert home.rows(state) == [("registered",)]
    assert home.rows("select wanted, bump, origin from invitations") == [(1, 2, "registration")]


def test_import_dry_run_counts_and_changes_nothing(home: Home) -> None:
    import_registrations(home.app, home.write("Name,Email\nA,a@example.org\n"))
    before = home.rows("select count(*) from import_runs"), home.facts()
    path = home.write("Name,Email,Country\nA,a@example.org,NG\nB,b@example.org,\nC,c\n")
    report = import_registrations(home.app, path, dry_run=True)
    assert (counts(report), report.run_id) == ((1, 1, 0, 1), None)
    assert (home.rows("select count(*) from import_runs"), home.facts()) == before
    assert not home.app.conn.in_transaction


def _consenting(answers: str) -> str:
    rows = [f"2026-11-0{1 if a == 'y' else 2}T00:00:00Z,P{i},p{i}@example.org,{a}" for i, a in enumerate(answers)]
    return "Timestamp,Name,Email,Newsletter\n" + "\n".join(rows) + "\n"


def test_import_that_withdraws_too_many_consents_is_refused_whole(home: Home) -> None:
    path = home.write(_consenting("y" * 20))
    import_registrations(home.app, path)
    before = home.facts(), home.rows("select * from import_runs")
    home.write(_consenting("n" * 5 + "y" * 15) + "2026-11-03T00:00:00Z,New,new@example.org,y\n")
    with pytest.raises(UserError) as caught:
        import_registrations(home.app, path)
    assert caught.value.problems == (
        Problem(
            "would withdraw 5 of 20 consents; nothing was changed",
            "form.csv",
            "Check the consent columns; if people really withdrew, run the import with --allow-withdrawals",
        ),
    )
    assert (home.facts(), home.rows("select * from import_runs")) == before
    assert counts(import_registrations(home.app, path, allow_withdrawals=True)) == (1, 5, 15, 0)
    assert home.rows("select granted, count(*) from consents group by 1") == [(0, 5), (1, 16)]


def test_import_that_withdraws_and_grants_again_in_one_file_goes_in(home: Home) -> None:
    path = home.write(_consenting("y" * 5))
    import_registrations(home.app, path)
    answers = [(i, day, answer) for i in range(5) for day, answer in ((2, "n"), (3, "y"))]
    again = "".join(f"2026-11-0{day}T00:00:00Z,P{i},p{i}@example.org,{answer}\n" for i, day, answer in answers)
    home.write("Timestamp,Name,Email,Newsletter\n" + again)
    assert counts(import_registrations(home.app, path)) == (0, 10, 0, 0)
    assert home.rows("select granted, count(*) from consents group by 1") == [(1, 5)]


def test_import_that_withdraws_a_few_consents_goes_in(home: Home) -> None:
    path = home.write(_consenting("y" * 20))
    import_registrations(home.app, path)
    home.write(_consenting("n" * 4 + "y" * 16))
    assert counts(import_registrations(home.app, path)) == (0, 4, 16, 0)


def test_import_never_takes_back_what_was_changed_elsewhere_since(home: Home) -> None:
    path = home.write("Name,Email,Newsletter,Country\nA,a@example.org,yes,NG\n")
    import_registrations(home.app, path)
    later = "2026-11-22T13:00:00+00:00"
    home.app.conn.execute("update consents set granted = 0, source = 'page', at = ?", (later,))
    home.app.conn.execute("update participants set name = 'Chosen', updated_at = ?", (later,))
    home.moment += timedelta(hours=2)
    home.write("Name,Email,Newsletter,Country\nA,a@example.org,yes,NG\nB,b@example.org,yes,GH\n")
    assert counts(import_registrations(home.app, path)) == (1, 0, 1, 0)
    assert home.rows("select name from participants") == [("Chosen",), ("B",)]
    assert home.rows("select participant_id, granted from consents") == [(1, 0), (2, 1)]


def test_import_a_cell_corrected_in_the_sheet_goes_in(home: Home) -> None:
    path = home.write("Timestamp,Name,Email\n2026-11-01T00:00:00Z,Amnia,a@example.org\n")
    import_registrations(home.app, path)
    home.write("Timestamp,Name,Email\n2026-11-01T00:00:00Z,Amina,a@example.org\n")
    assert counts(import_registrations(home.app, path)) == (0, 1, 0, 0)
    assert home.rows("select name from participants") == [("Amina",)]


@pytest.mark.parametrize(
    ("header", "missing"),
    [("Nickname,Country", ["name", "email"]), ("Name,Phone", ["email"]), ("Email,Phone", ["name"])],
)
def test_import_without_a_needed_column_says_what_it_looked_for(home: Home, header: str, missing: list[str]) -> None:
    with pytest.raises(UserError) as caught:
        import_registrations(home.app, home.write(header + "\nx,y\n"))
    assert [p.what.partition(";")[0] for p in caught.value.problems] == [f"has no column for the {m}" for m in missing]
    assert all("looked for 'Name'" in p.what or "looked for 'Email'" in p.what for p in caught.value.problems)
    assert all(repr(header.partition(",")[0]) in p.what for p in caught.value.problems)


def test_import_without_a_header_shows_nothing_of_the_first_person(home: Home) -> None:
    with pytest.raises(UserError) as caught:
        import_registrations(home.app, home.write("Amina Bello,amina@example.org\n"))
    assert "found 2 column(s) of unknown names" in str(caught.value)
    assert "Bello" not in str(caught.value) and "amina@" not in str(caught.value)


def test_import_with_a_mapping_of_its_own(home: Home) -> None:
    path = home.write("Who,Mail me at,Name,When\nAmina,a@example.org,My cat,01/02/2026 10:00\n")
    mapping = home.write(
        'date_order = "day-first"\ntimestamp_zone = "Africa/Lagos"\n[columns]\nname = ["Who"]\n'
        'email = ["Mail me at"]\naffiliate = ["Name"]\ntimestamp = ["When"]\n',
        "mine.toml",
    )
    report = import_registrations(home.app, path, mapping=mapping)
    assert (counts(report), report.warnings) == ((1, 0, 0, 0), ())
    assert home.rows("select name, affiliate from participants") == [("Amina", "My cat")]
    assert home.rows("select submitted_at from registrations") == [("2026-02-01T09:00:00+00:00",)]


def test_import_with_a_bad_mapping_names_every_problem(home: Home) -> None:
    mapping = home.write(
        'order = "x"\ntimestamp_zone = "Mars"\n[columns]\nnmae = ["N"]\nname = ["A"]\nemail = ["a "]\n'
        '[skills]\nflying = ["Fly"]\n',
        "mine.toml",
    )
    with pytest.raises(ConfigError) as caught:
        import_registrations(home.app, home.write("Name,Email\nA,a@example.org\n"), mapping=mapping)
    assert [p.where for p in caught.value.problems] == ["mine.toml: columns.nmae", "mine.toml: order"]
    text = 'timestamp_zone = "Mars"\n[columns]\nname = ["A"]\nemail = ["a "]\n[skills]\nflying = ["Fly"]\n'
    home.write(text, "two.toml")
    with pytest.raises(ConfigError) as caught:
        import_registrations(home.app, home.folder / "form.csv", mapping=home.folder / "two.toml")
    assert [p.where for p in caught.value.problems] == [
        "two.toml: skills.flying", "two.toml: timestamp_zone", "two.toml: columns: 'a '"
    ]  # fmt: skip


def test_import_strange_values_are_told_and_kept(home: Home) -> None:
    path = home.write(
        "Name,Email,Country,Time zone,Languages,Newsletter,Roles,Skills to learn,Timestamp,Do not connect me with\n"
        'A,a@example.org,Atlantis,Moon base,"Hausa, Klingonese",perhaps,"Sharer, Pilot","Wikidata, Flying",soon,X\n'
    )
    report = import_registrations(home.app, path)
    assert counts(report) == (1, 0, 0, 0)
    assert [w.field for w in report.warnings] == [
        "country", "zone", "languages", "timestamp", "consent.newsletter", "roles", "skills_learn"
    ]  # fmt: skip
    facts = home.facts()
    assert facts["participants"][0][2:6] == ("", "", "", '["ha"]')
    assert (facts["consents"], facts["participant_roles"]) == ([], [(1, "sharer", "wished")])
    assert dict(row[1:] for row in facts["answers"]) == {
        "Country": "Atlantis",
        "Time zone": "Moon base",
        "Languages": "Hausa, Klingonese",
        "Roles": "Pilot",
        "Skills to learn": "Flying",
        "dont_connect_with": "X",
    }


def test_import_dates_that_read_both_ways_are_told(home: Home) -> None:
    rows = "01/02/2026 10:00,A,a@example.org\n03/04/2026 10:00,B,b@example.org\n"
    english = import_registrations(home.app, home.write("Timestamp,Name,Email\n" + rows))
    assert [str(w) for w in english.warnings] == [
        "line 1, timestamp: dates could be read in two ways; taken as month-first. Set date_order = "
        '"day-first" or "month-first" in the mapping file'
    ]
    spanish = import_registrations(home.app, home.write("Marca temporal,Name,Email\n" + rows, "es.csv"), dry_run=True)
    assert "taken as day-first" in str(spanish.warnings[0])


def test_import_formulas_and_links_are_text_without_control_characters(home: Home) -> None:
    path = home.write('Name,Email\n"=HYPERLINK(""http://x"")\x00\x07",a@example.org\n\'+Amina,b@example.org\n')
    import_registrations(home.app, path)
    assert home.rows("select name from participants") == [('=HYPERLINK("http://x")',), ("+Amina",)]


def test_import_that_broke_off_is_finished_by_running_it_again(home: Home) -> None:
    path = home.write("Name,Email\n" + "".join(f"P{i},p{i}@example.org\n" for i in range(1200)))
    home.app.conn.execute(
        "create trigger fire before insert on participants when new.name = 'P700'"
        " begin select raise(abort, 'the disk is on fire'); end"
    )
    with pytest.raises(sqlite3.IntegrityError, match="the disk is on fire"):
        import_registrations(home.app, path)
    rows = "select count(*) from participants"
    assert home.rows(rows) == [(500,)]
    home.app.conn.execute("drop trigger fire")
    assert counts(import_registrations(home.app, path)) == (700, 0, 500, 0)
    assert home.rows(rows) == [(1200,)]
    assert home.rows("select finished_at is null from import_runs") == [(1,), (0,)]


def test_import_of_many_rows_holds_little_memory(home: Home) -> None:
    path = home.write("Name,Email,Hope\n" + "".join(f"P{i},p{i}@example.org,{'x' * 2000}\n" for i in range(3000)))
    import_registrations(home.app, home.write("Name,Email\nA,a@example.org\n", "warm.csv"))
    tracemalloc.start()
    try:
        assert import_registrations(home.app, path).accepted == 3000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000 < path.stat().st_size
