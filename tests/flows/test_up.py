"""A real Prefect server under the real supervisor. The tests share both and run in this order; the last end them."""

import json
import re
import sqlite3
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from flows import deployments
from flows.choices import label
from flows.skin import AGAIN
from steps import sessions
from steps.app import App
from tests.flows.api import Api
from tests.flows.running import LOGIN, Caught, Up

pytestmark = [pytest.mark.prefect, pytest.mark.timeout(240)]

NAME, ADDRESS = "Adaeze Planted-Name", "adaeze.planted@people.example"
BY_ITSELF = {entry.flow.name: entry.cron for entry in deployments.ENTRIES if entry.cron}
GIVEN = {entry.flow.name: dict(entry.scheduled or {}) for entry in deployments.ENTRIES if entry.cron}
WITH_SESSIONS = {form.flow.name for form in deployments.FORMS if form.choices == "upcoming"}
ON_REQUEST = {entry.flow.name for entry in deployments.ENTRIES if not entry.cron} | {
    form.flow.name for form in deployments.FORMS
}
# What coordinators and other people's scripts rely on, and when the first two run.
PROMISED = {
    "Import registrations", "Send invitations", "Plan and deliver", "Read the mailbox", "Telegram", "Newsletter",
    "Reminders", "Evaluation report", "Desk", "Housekeeping",
}  # fmt: skip


def until(true: Callable[[], object], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.2)
    return bool(true())


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def server_pid(home: Path) -> int:
    """Of the process whose environment says that it is this programme's Prefect server."""
    mark = f"PREFECT_HOME={home / 'var' / 'prefect'}".encode()
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and mark in (folder / "environ").read_bytes():
                command = (folder / "cmdline").read_bytes().split(b"\0")
                if b"server" in command and b"start" in command and alive(int(folder.name)):
                    return int(folder.name)
        except OSError:
            continue
    return 0


def leaks(home: Path, *needles: str) -> dict[str, int]:
    """In which table of Prefect's database a text stands, in how many rows."""
    conn = sqlite3.connect(f"file:{home / 'var' / 'prefect' / 'prefect.db'}?mode=ro", uri=True)
    tables = [row[0] for row in conn.execute("select name from sqlite_master where type = 'table'")]
    found: dict[str, int] = {}
    assert {"flow_run", "flow_run_state", "log", "artifact", "events"} <= set(tables)
    for table in tables:
        for row in conn.execute(f'select * from "{table}"'):
            text = " ".join(v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in row)
            if any(needle in text for needle in needles):
                found[table] = found.get(table, 0) + 1
    conn.close()
    return found


def finished(api: Api, name: str) -> tuple[str, str]:
    """A run and its final state; once more when it met a scheduled run of the same name."""
    for _ in range(5):
        run = api.run(name)
        if (state := api.wait(run)) != "CANCELLED":
            break
        time.sleep(2)
    return run, state


def message(up: Up, run_id: str) -> str:
    with up.api() as api:
        return str(api.get(f"/flow_runs/{run_id}")["state"]["message"])


def test_deployments_are_there_with_schedules_and_descriptions(up: Up) -> None:
    with up.api() as api:
        found = {d["name"]: d for d in api.post("/deployments/filter")}
    assert set(found) == set(BY_ITSELF) | ON_REQUEST
    assert set(found) >= PROMISED
    assert (BY_ITSELF["Plan and deliver"], BY_ITSELF["Read the mailbox"]) == ("*/2 * * * *", "*/15 * * * *")
    schedules = {name: [s["schedule"].get("cron") for s in d["schedules"]] for name, d in found.items()}
    assert schedules == {name: [cron] for name, cron in BY_ITSELF.items()} | {name: [] for name in ON_REQUEST}
    assert {s["schedule"]["timezone"] for d in found.values() for s in d["schedules"]} == {"UTC"}
    given = {name: s["parameters"] for name, d in found.items() for s in d["schedules"]}
    assert given == GIVEN
    assert given["Desk"] == {"mail": True}
    assert all(d["description"] and d["tags"] for d in found.values())
    assert {name for name, d in found.items() if d["global_concurrency_limit"]} == set(BY_ITSELF)
    ticks = [found[name] for name in BY_ITSELF]
    assert {d["concurrency_options"]["collision_strategy"] for d in ticks} == {"CANCEL_NEW"}
    assert {d["global_concurrency_limit"]["limit"] for d in ticks} == {1}
    assert all(d["entrypoint"].startswith("flows.") and ":" not in d["entrypoint"] for d in found.values())


def test_forms_have_drop_downs_safe_defaults_and_help(up: Up, app: App) -> None:
    with up.api() as api:
        forms = {d["name"]: d["parameter_openapi_schema"]["properties"] for d in api.post("/deployments/filter")}
    form, tick = forms["Send invitations"], forms["Plan and deliver"]
    (session,) = sessions.listing(app)
    offered = {name: forms[name]["session"]["enum"] for name in WITH_SESSIONS}
    assert offered == {name: [label(session)] for name in WITH_SESSIONS}
    assert re.fullmatch(r"1 · Proposal writing · \d{4}-\d\d-\d\d 14:00 UTC", label(session))
    assert form["who"]["enum"] == ["registered only", "everybody eligible: general invitation"]
    assert [forms[name]["dry_run"]["default"] for name in WITH_SESSIONS] == [True] * len(WITH_SESSIONS)
    assert (tick["dry_run"]["default"], forms["Desk"]["mail"]["default"]) == (False, False)
    assert forms["Move a session"]["day"]["format"] == "date"
    assert [name for name, fields in forms.items() if not all(f["description"] for f in fields.values())] == []


def test_api_without_login_is_refused(up: Up) -> None:
    login = tuple(LOGIN.split(":"))
    answers = {
        "no login": httpx.get(f"{up.url}/api/version").status_code,
        "wrong login": httpx.get(f"{up.url}/api/version", auth=("coordinator", "guess")).status_code,
        "health": httpx.get(f"{up.url}/api/health").status_code,
        "no token": httpx.post(f"{up.url}/api/deployments/filter", auth=login, json={}).status_code,
    }
    assert answers == {"no login": 401, "wrong login": 401, "health": 200, "no token": 403}


def test_another_sites_page_gets_no_answer(up: Up) -> None:
    headers = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    answer = httpx.options(f"{up.url}/api/deployments/filter", headers=headers)
    assert "access-control-allow-origin" not in answer.headers


def test_ui_asks_its_own_server_only(up: Up) -> None:
    told = httpx.get(f"{up.url}/ui-settings").json()
    wanted = {"api_url": "/api", "default_ui": "v1", "csrf_enabled": True, "auth": "BASIC"}
    assert {name: told[name] for name in wanted} == wanted


def test_registrations_are_imported_planned_and_delivered(
    up: Up, home: Path, app: App, caught: tuple[Caught, int]
) -> None:
    rows = f'Name,Email,Country,Time zone,Consent\n"{NAME}",{ADDRESS},NG,Africa/Lagos,Yes\nNobody,,NG,UTC,Yes\n'
    (app.settings.incoming / "people.csv").write_text(rows, "utf-8")
    with up.api() as api:
        assert finished(api, "Import registrations")[1] == "COMPLETED"
        imports = api.post("/artifacts/filter", {"artifacts": {"key": {"any_": ["import-registrations"]}}})
        assert finished(api, "Plan and deliver")[1] == "COMPLETED"
        delivered = api.post("/artifacts/filter", {"artifacts": {"key": {"any_": ["plan-and-deliver"]}}})
    # One of them, since the schedule's own run may have come first; here and below.
    (imported,) = [one["data"] for one in imports if one["data"] and "| accepted | 1 |" in one["data"]]
    words = "1 registration was taken in, 1 row waits for correction.\n\nWhat was read is in incoming/done of"
    assert imported.startswith(words)
    assert "| rejected | 1 |" in imported
    sent = [one["data"] for one in delivered if "| sent | " in one["data"]]
    # The welcome, and by day in Lagos the invitation.
    assert [bool(re.match(r"1 message was sent|2 messages were sent", text)) for text in sent] == [True]
    assert set(caught[0].recipients) == {ADDRESS}


def test_file_without_a_header_fails_the_run_and_quotes_nobody(up: Up, app: App) -> None:
    (app.settings.incoming / "bare.csv").write_text(f"{NAME},{ADDRESS},NG\n", "utf-8")
    with up.api() as api:
        run, state = finished(api, "Import registrations")
    assert state == "FAILED"
    assert message(up, run).endswith(
        "Import registrations: 1 files could not be read; the others were."
        " They are in incoming/failed, with a report beside each"
    )


def test_invitations_of_a_dry_run_are_counted_and_not_sent(
    up: Up, app: App, caught: tuple[Caught, int]
) -> None:
    before = list(caught[0].recipients)
    (session,) = sessions.listing(app)
    choices = {"session": label(session), "who": "everybody eligible: general invitation"}
    with up.api() as api:
        assert api.wait(api.run("Send invitations", choices)) == "COMPLETED"
        shown = api.artifact("send-invitations")
    assert shown is not None and shown.startswith("Nothing was sent")
    assert caught[0].recipients == before


def test_form_follows_the_sessions(up: Up, app: App) -> None:
    start = f"{app.now() + timedelta(days=16):%Y-%m-%dT15:00}Z"
    sessions.add(app, {"title": "Meeting people", "start": start, "code": "meeting"}, "test")
    wanted = [label(session) for session in sessions.listing(app)]
    with up.api() as api:

        def choices(name: str) -> list[str]:
            found: list[str] = api.deployment(name)["parameter_openapi_schema"]["properties"]["session"]["enum"]
            return found

        assert until(lambda: [choices(name) for name in WITH_SESSIONS] == [wanted] * len(WITH_SESSIONS))
        with pytest.raises(httpx.HTTPStatusError) as refused:
            api.run("Send invitations", {"session": "3 · Made up"})
    assert refused.value.response.status_code == 409
    assert len(wanted) == 2


def test_session_is_moved_from_its_form(up: Up, app: App) -> None:
    session = sessions.find(app, "meeting")
    day = f"{session.starts_at + timedelta(days=1):%Y-%m-%d}"
    given = {"session": label(session), "day": day, "hour": 16, "minute": 30}
    with up.api() as api:
        assert api.wait(api.run("Move a session", {**given, "dry_run": False})) == "COMPLETED"
        done = api.artifact("move-session")
        with pytest.raises(httpx.HTTPStatusError) as refused:
            api.run("Move a session", {**given, "hour": 24})
    assert done is not None and done.startswith("The session moved from ")
    assert refused.value.response.status_code == 409
    assert f"{sessions.find(app, 'meeting').starts_at:%Y-%m-%d %H:%M}" == f"{day} 16:30"


def test_watching_flows_leave_their_artifacts(up: Up, app: App) -> None:
    with up.api() as api:
        runs = [api.run("Desk", {"mail": True}), api.run("Reminders")]
        telegram = finished(api, "Telegram")[1], api.artifact("telegram")
        assert [api.wait(run) for run in runs] == ["COMPLETED", "COMPLETED"]
        desk, reminders = api.artifact("desk"), api.artifact("reminders")
        link = re.search(r"\[Settle\]\(/deployments/deployment/([0-9a-f-]{36})/run\)", desk or "")
        assert link is not None, desk
        assert api.get(f"/deployments/{link[1]}")["name"] == "Settle"
    assert desk is not None and "rows of imports wait for correction" in desk and "Mailed to 1 coordinator." in desk
    assert reminders is not None and reminders.startswith("## The next 7 days\n\n")
    assert telegram == ("COMPLETED", "No Telegram bot is set (LETSCONNECT_TELEGRAM_TOKEN).")
    query = "select channel, participant_id from outbox where purpose = 'desk'"
    assert [row[:] for row in app.conn.execute(query)] == [("email", None)]


@pytest.mark.parametrize(
    ("name", "states"),
    [("Topic gaps", ["CANCELLED", "CANCELLED", "COMPLETED"]), ("Forecast", ["COMPLETED"] * 3)],
)
def test_second_run_at_once_is_cancelled_where_a_schedule_brings_the_next(
    up: Up, name: str, states: list[str]
) -> None:
    with up.api() as api:
        runs = [api.run(name, {}) for _ in states]
        assert sorted(api.wait(run) for run in runs) == states


def test_scheduled_runs_are_waiting(up: Up) -> None:
    with up.api() as api:
        scheduled = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
        assert until(lambda: api.post("/flow_runs/count", scheduled) >= len(BY_ITSELF))


def test_failure_of_a_step_tells_prefect_no_address(up: Up, home: Path, app: App) -> None:
    app.conn.execute(
        "create trigger trouble before insert on journal begin"
        f" select raise(abort, '{NAME} <{ADDRESS}> cannot be noted'); end"
    )
    app.conn.execute(
        "create trigger more_trouble before insert on step_runs begin"
        f" select raise(abort, '{NAME} <{ADDRESS}> cannot be noted'); end"
    )
    # Somebody is due, or there would be nothing to note.
    app.conn.execute(
        "insert into participants (name, registered_at, created_at, updated_at) values (?, ?, ?, ?)",
        (NAME, *["2026-01-01T00:00:00Z"] * 3),
    )
    try:
        with up.api() as api:
            run, state = finished(api, "Plan and deliver")
            assert state == "FAILED"
    finally:
        app.conn.execute("delete from decisions where participant_id = (select max(id) from participants)")
        app.conn.execute("delete from participants where id = (select max(id) from participants)")
        app.conn.execute("drop trigger trouble")
        app.conn.execute("drop trigger more_trouble")
    assert message(up, run).endswith(
        "StepFailed: Plan and deliver failed (IntegrityError)."
        " Details are in logs/letsconnect.log in the programme's folder"
    )
    assert "sqlite3.IntegrityError" in (home / "var" / "logs" / "letsconnect.log").read_text("utf-8")


def artifacts(api: Api, run: str) -> list[dict[str, Any]]:
    """Those that the run left for people; what Prefect keeps of its end has no key."""
    return [one for one in api.post("/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run]}}}) if one["key"]]


def test_mistake_of_a_person_is_told_with_its_remedy(up: Up, app: App) -> None:
    with up.api() as api:
        run = api.run("Approve drafts", {"number": 7, "dry_run": False})
        assert api.wait(run) == "FAILED"
    told = "Approve drafts: number: 0 messages wait by now, not 7. Look at the preview again, then give 0"
    assert message(up, run).endswith(told)
    with up.api() as api:
        (left,) = artifacts(api, run)
        query = {"logs": {"flow_run_id": {"any_": [run]}}}  # they reach the server some time after the state
        assert until(lambda: f"This run failed. {told}" in [one["message"] for one in api.post("/logs/filter", query)])
        logs = api.post("/logs/filter", query)
    assert (left["key"], left["data"]) == ("what-went-wrong", f"This run failed. To mend it:\n\n- {told}\n\n{AGAIN}")
    assert [one["message"] for one in logs if "Traceback" in one["message"]] == []


def test_dry_run_leads_to_its_form_filled_in_for_doing_it(up: Up) -> None:
    with up.api() as api:
        run = api.run("Approve drafts", {"dry_run": True})
        assert api.wait(run) == "COMPLETED"
        (left,) = artifacts(api, run)
        (form,) = [one["id"] for one in api.post("/deployments/filter") if one["name"] == "Approve drafts"]
    found = re.search(r"\[Open the form for doing it, filled in\]\((.*)\?parameters=(.*)\)$", left["data"])
    assert found is not None and found[1] == f"/deployments/deployment/{form}/run"
    given = json.loads(unquote(unquote(found[2])))
    assert (given["dry_run"], given["number"]) == (False, 0)


def test_dead_run_is_watched_for(up: Up) -> None:
    with up.api() as api:
        (automation,) = api.post("/automations/filter")
    assert automation["enabled"] is True
    assert automation["trigger"]["posture"] == "Proactive"
    assert automation["trigger"]["within"] == 90
    assert automation["actions"][0]["state"] == "CRASHED"


def test_child_that_ends_is_started_again(up: Up, home: Path) -> None:
    assert until(lambda: len((home / "pids").read_text().split()) >= 3)


def test_second_supervisor_on_the_same_folder_is_refused(up: Up, home: Path) -> None:
    second = Up(up.environ, home)
    with pytest.raises(pytest.fail.Exception, match="running already on this folder"):
        second.start()
    assert second.process.returncode == 1


def test_prefect_knows_nobody(up: Up, home: Path) -> None:
    assert leaks(home, "Plan and deliver", "prefect.flow-run.Completed").keys() >= {"deployment", "events", "log"}
    assert leaks(home, ADDRESS, "adaeze", NAME, "Planted-Name") == {}
    logs = "".join(path.read_text("utf-8", "replace") for path in (home / "var" / "logs").iterdir())
    assert (ADDRESS in logs, NAME in logs, LOGIN in logs) == (False, False, False)


def test_killed_supervisor_leaves_no_server_and_a_new_one_mends_its_runs(up: Up, home: Path) -> None:
    with up.api() as api:
        stale = api.run("Forecast", {"days": 3})
        api.post(f"/flow_runs/{stale}/set_state", {"state": {"type": "RUNNING"}, "force": True})
        housekeeping = api.deployment("Housekeeping")
        api.post(f"/deployments/{housekeeping['id']}/pause_deployment")
        mailbox = api.deployment("Read the mailbox")
        path = f"/deployments/{mailbox['id']}/schedules/{mailbox['schedules'][0]['id']}"
        api.patch(path, {"active": False})
    server = server_pid(home)
    assert server and alive(server)
    up.kill()
    assert until(lambda: not alive(server) and not up.listens(), 5)

    up.start()
    with up.api() as api:
        assert api.get(f"/flow_runs/{stale}")["state_type"] == "CRASHED"
        known = {name: api.deployment(name) for name in BY_ITSELF}
        assert [name for name, d in known.items() if d["paused"]] == ["Housekeeping"]
        active = [[s["active"] for s in d["schedules"]] for d in known.values()]
        assert dict(zip(known, active, strict=True)) == {name: [name != "Read the mailbox"] for name in BY_ITSELF}
        assert api.wait(api.run("Forecast")) == "COMPLETED"
        assert len(api.post("/automations/filter")) == 1


def test_sigterm_stops_everything(up: Up, home: Path) -> None:
    server = server_pid(home)
    begun = time.monotonic()
    assert up.stop() == 0
    assert time.monotonic() - begun < 10
    assert (alive(server), up.listens()) == (False, False)
