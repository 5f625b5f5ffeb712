"""Planning and delivering by the terminal: what a forecast and a dry run tell is what then leaves."""

import json
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

import cli
from tests.commands.terminal import AT, letsconnect, refused
from tests.programme import NOON, Place
from tests.season.crash_world import SENDER, START, new_world, record
from tests.servers.smtp_faults import SmtpFaults


def test_forecast_and_plan_dry_run_agree_and_change_nothing(busy: Place) -> None:
    busy.register(busy.person("Late"), busy.session("Third"))
    before = busy.outbox()
    later = ("--now", (NOON.replace(hour=13)).isoformat())
    foreseen = letsconnect(busy, "forecast", "--days", "1", "--json", *later).json()
    fresh = {row["key"] for row in foreseen if row["verdict"] == "send" and not row["recorded"]}
    assert fresh == {"welcome/4", "invite/2/0/4", "invite/3/0/4"}
    assert letsconnect(busy, "run", "plan", "--dry-run", *later).json()["send"] == 3
    assert busy.outbox() == before
    assert letsconnect(busy, "run", "plan", *later).json()["send"] == 3
    assert set(busy.outbox()) - set(before) == fresh


def test_forecast_is_what_tick_then_sends(place: Place) -> None:
    """As a coordinator would check it: a forecast, then `run tick --now` at every moment it names."""
    for zone in ("UTC", "Asia/Kathmandu", "Pacific/Apia", "America/New_York"):
        place.person(zone=zone, consents={"invitations": zone != "America/New_York"})
    place.register(4, place.session())
    place.session("Open", kind="orientation", start="2026-11-23T20:00Z")
    place.set_address(2, "hard")
    foreseen = letsconnect(place, "forecast", "--days", "2", "--json", "--now", AT).json()
    moments = sorted({row["at"] for row in foreseen if row["verdict"] == "send"})
    assert len(moments) == 2  # now, and the morning in Apia
    sent: list[str] = []
    with SmtpFaults() as server:
        place.environ["LETSCONNECT_SMTP_URL"] = f"smtp://127.0.0.1:{server.port}?tls=none"
        for moment in moments:
            assert letsconnect(place, "run", "tick", "--now", moment).code == 0
            ids = {place.by_key(key).message_id: key for key in place.outbox()}
            sent += [ids[stored.message_id] for stored in server.stored[len(sent) :]]
    assert sorted(sent) == sorted(row["key"] for row in foreseen if row["verdict"] == "send")
    assert {row["key"]: row["because"] for row in foreseen if row["verdict"] == "skip"} == {
        "welcome/2": "the e-mail address refuses mail",
        "invite/2/0/2": "the e-mail address refuses mail",
        "invite/2/0/4": "did not agree to general invitations",
    }


def test_mail_server_out_of_reach_loses_nothing(busy: Place) -> None:
    busy.environ["LETSCONNECT_SMTP_URL"] = "smtp://127.0.0.1:1?tls=none"
    before = busy.outbox()
    ran = letsconnect(busy, "run", "tick", "--now", AT)
    (line,) = refused(ran)
    assert line.startswith("delivery: email: connect: ") and line.endswith("letsconnect doctor tells more")
    assert ran.json()["deliver"]["sent"] == 0
    assert busy.outbox() == before
    assert {row["attempts"] for row in letsconnect(busy, "outbox", "list", "--json").json()} == {0}


def test_mail_server_not_set(busy: Place) -> None:
    (line,) = refused(letsconnect(busy, "run", "deliver"))
    assert line.startswith("LETSCONNECT_SMTP_URL: no mail server is set. Set it, for example smtp://")


def test_mailbox_out_of_reach(busy: Place) -> None:
    busy.environ["LETSCONNECT_IMAP_URL"] = "imap://u:p@127.0.0.1:1/INBOX?tls=none"
    (line,) = refused(letsconnect(busy, "run", "inbox"))
    assert "the mailbox cannot be read" in line and "LETSCONNECT_IMAP_URL" in line and "u:p" not in line


def test_run_deliver_in_several_processes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each message once, whoever of them takes it, and one report."""
    with SmtpFaults() as server, closing(new_world(tmp_path, server.port).app()) as app:
        record(app, range(1, 61))
        environ = {
            "LETSCONNECT_HOME": str(tmp_path), "LETSCONNECT_SMTP_URL": f"smtp://127.0.0.1:{server.port}?tls=none",
            "LETSCONNECT_MAILBOX": SENDER, "LETSCONNECT_SECRET": "s" * 32,
        }  # fmt: skip
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environ.items():
                patch.setenv(name, value)
            now = (START + timedelta(hours=1)).isoformat()
            assert cli.main(["run", "deliver", "--processes", "2", "--limit", "41", "--now", now]) == 0
            sent = json.loads(capsys.readouterr().out)["sent"]
            patch.setenv("LETSCONNECT_SMTP_URL", "")
            assert cli.main(["run", "deliver", "--processes", "2", "--now", now]) == 1
            assert "no mail server is set" in capsys.readouterr().err
        assert sent == 41
        assert len(server.stored) == len({one.message_id for one in server.stored}) == 41
