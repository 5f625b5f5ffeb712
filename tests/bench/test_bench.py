"""Every bench at a tiny size: its keys, and figures that agree with each other. Never a speed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from imapclient import IMAPClient

import cli
from bench import answers, measure, smtp_tools, wrk
from bench.deliver import _shares
from bench.runner import existing
from channels import inbound
from config.settings import ROOT
from demo.answers import Answer
from domain.errors import UserError
from tests.needs import needs
from tests.servers.dovecot import dovecot

SINK = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin")


def bench(folder: Path, capsys: pytest.CaptureFixture[str], *argv: str) -> dict[str, Any]:
    """The one JSON document that the command prints; nothing is left in its folder."""
    assert cli.main(["bench", *argv, "--json", "--folder", str(folder)]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert list(folder.iterdir()) == []
    assert found["max_rss_mb"] > 10
    assert sorted(found.pop("load")) == ["after", "before"]
    return found


def test_deliver_sends_every_message_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    needs(SINK, "smtp-sink (apt install postfix)")
    found = bench(tmp_path, capsys, "deliver", "--messages", "20", "--connections", "3", "--peer", "smtplib")
    assert sorted(found) == sorted([
        "connections", "cpu_us_per_message", "max_rss_mb", "message_bytes", "messages", "processes", "rate",
        "ratio_to_smtp_source", "ratio_to_smtplib", "recorded_rate", "sent", "smtp_source_rate", "smtplib_rate",
        "unsure", "whole_rate",
    ])  # fmt: skip
    assert (found["messages"], found["sent"], found["unsure"], found["connections"]) == (20, 20, 0, 3)
    assert found["message_bytes"] > 2000
    assert found["ratio_to_smtp_source"] > 0
    assert 0 < found["whole_rate"] <= min(found["recorded_rate"], found["rate"])


def test_deliver_with_two_processes_and_over_a_long_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    needs(SINK, "smtp-sink (apt install postfix)")
    argv = ("deliver", "--messages", "21", "--connections", "4", "--processes", "2", "--peer", "proxy20ms")
    found = bench(tmp_path, capsys, *argv)
    assert (found["messages"], found["sent"], found["unsure"], found["processes"]) == (21, 21, 0, 2)
    over = [found[key] for key in ("proxy20ms_rate", "proxy20ms_smtp_source_rate", "ratio_to_smtp_source_proxy20ms")]
    # One connection needs two ways there and back a mail at least, and so does smtp-source, with its 16.
    assert over[0] > 0 and 0 < over[1] < 16 / 0.02 and over[2] > 0


def test_newsletter_reaches_every_reader_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    needs(SINK, "smtp-sink (apt install postfix)")
    found = bench(tmp_path, capsys, "newsletter", "--readers", "20", "--connections", "3")
    assert sorted(found) == sorted([
        "approve_seconds", "connections", "deliver_cpu_us_per_message", "max_rss_mb", "message_bytes", "rate",
        "ratio_to_smtp_source", "readers", "record_cpu_us_per_message", "recorded_rate", "sent", "smtp_source_rate",
    ])  # fmt: skip
    assert (found["readers"], found["sent"], found["message_bytes"] < 60_000) == (20, 20, True)


def test_pages_are_all_answered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    needs(shutil.which("wrk"), "wrk (apt install wrk)")
    found = bench(tmp_path, capsys, "pages", "--seconds", "1", "--connections", "3")
    pages = ("sessions", "session", "register", "rsvp", "profile", "proposal")
    assert sorted(found) == sorted([
        *(f"{page}_{what}" for page in pages for what in ("bytes", "first_byte_ms")),
        "connections", "max_rss_mb", "requests", "rsvp_cpu_us", "rsvp_median_ms", "rsvp_p99_ms", "rsvp_rate", "seconds",
    ])  # fmt: skip
    assert found["requests"] > 0
    assert max(found[f"{page}_bytes"] for page in pages) < 14_000


def test_pages_without_wrk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wrk.shutil, "which", lambda *_, **__: None)
    with pytest.raises(UserError, match=r"wrk: is not installed.*apt install wrk"):
        wrk.program()


def test_deliver_without_more_messages_than_rounds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    needs(SINK, "smtp-sink (apt install postfix)")
    found = bench(tmp_path, capsys, "deliver", "--messages", "1", "--connections", "1")
    assert (found["sent"], found["unsure"]) == (1, 0)


def test_deliver_with_too_many_connections(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    needs(SINK, "smtp-sink (apt install postfix)")
    argv = ["bench", "deliver", "--messages", "1", "--connections", "65", "--folder", str(tmp_path)]
    assert cli.main(argv) == 1
    assert "LETSCONNECT_SMTP_CONNECTIONS" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_deliver_without_smtp_sink(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_tools.shutil, "which", lambda *_, **__: None)
    with pytest.raises(UserError, match=r"smtp-sink: is not installed.*apt install postfix"):
        smtp_tools.program("smtp-sink")


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_ended_bench_leaves_no_process(tmp_path: Path, end: signal.Signals) -> None:
    needs(SINK, "smtp-sink (apt install postfix)")
    argv = [sys.executable, "-m", "cli", "bench", "deliver", "--messages", "100000", "--folder", str(tmp_path)]
    begin = (signal.SIGINT, signal.default_int_handler)  # as from a terminal, whoever runs the tests
    with subprocess.Popen(argv, cwd=ROOT, preexec_fn=lambda: signal.signal(*begin)) as process:
        _until(lambda: any("smtp-sink" in name for name in _working_in(tmp_path)))
        process.send_signal(end)
    _until(lambda: not _working_in(tmp_path))
    assert len(list(tmp_path.iterdir())) == (end is signal.SIGKILL)  # nobody is left to tidy up after that


def _working_in(folder: Path) -> list[str]:
    """Names of the programs whose working directory lies in that folder."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        try:
            if (one / "cwd").readlink().is_relative_to(folder):
                found.append((one / "comm").read_text())
        except OSError:
            continue
    return found


def _until(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_plan_counts_who_is_due(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = bench(tmp_path, capsys, "plan", "--participants", "30", "--due", "7")
    assert sorted(found) == sorted([
        "cpu_us_per_message", "due", "due_cpu_s", "due_s", "first_look_cpu_s", "idle_tick_cpu_ms", "idle_tick_ms",
        "max_rss_mb", "participants", "planned", "planned_rate",
    ])  # fmt: skip
    assert (found["participants"], found["due"], found["planned"]) == (30, 7, 7)


def test_import_takes_more_rows_than_the_sample_has(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = bench(tmp_path, capsys, "import", "--rows", "200")
    assert sorted(found) == sorted([
        "accepted", "bytes", "cpu_us_per_row", "max_rss_mb", "rate", "rejected", "rows", "unchanged",
        "unchanged_cpu_us_per_row", "unchanged_rate"
    ])  # fmt: skip
    counts = [found[key] for key in ("rows", "accepted", "rejected", "unchanged")]
    assert counts == [200, 200, 0, 200]


def test_inbox_reads_every_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = bench(tmp_path, capsys, "inbox", "--mails", "12")
    assert sorted(found) == sorted([
        "answers", "autoreplies", "bounces", "cpu_us_per_mail", "filed", "for_person", "mails", "max_rss_mb",
        "quarantined", "rate", "server",
    ])  # fmt: skip
    kinds = ("filed", "answers", "bounces", "autoreplies", "for_person", "quarantined")
    assert [found[kind] for kind in kinds] == [12, 8, 2, 2, 0, 0]
    assert found["server"] == "embedded"


def test_inbox_on_a_dovecot_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    needs(shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin"), "Dovecot 2.3")
    found = bench(tmp_path, capsys, "inbox", "--mails", "6", "--dovecot")
    assert [found[key] for key in ("server", "filed", "answers", "quarantined")] == ["dovecot", 6, 4, 0]
    assert found["server_cpu_us_per_mail"] >= 0


def test_mails_bear_the_trace_of_their_way() -> None:
    traced = answers._traced(Answer("", "us+b-x@example.org", b"From: a@example.net\r\n\r\nHi\r\n"), 7)
    letter = inbound.read(traced.data)
    assert (letter.to_addresses, letter.from_address, letter.text) == (("us+b-x@example.org",), "a@example.net", "Hi\n")
    assert letter.auto_submitted  # an empty Return-Path: a bounce
    assert {len(letter.mail.fields.get_all(name)) for name in ("received", "dkim-signature")} == {1, 2}


def test_figures_for_people_are_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "plan", "--participants", "2", "--due", "1", "--folder", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["figure", "value"]
    assert lines[1].split() == ["participants", "2"]
    assert lines[-1].split()[:2] == ["load", "after"]


def test_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "plan", "--folder", str(tmp_path / "no")]) == 1
    assert capsys.readouterr().err == "letsconnect: --folder: is not a folder. Name one that is there\n"


def test_imap_without_a_mailbox(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LETSCONNECT_IMAP_URL", "")
    assert cli.main(["bench", "inbox", "--imap"]) == 1
    assert "LETSCONNECT_IMAP_URL: no mailbox is set" in capsys.readouterr().err


def test_shares_of_rounds() -> None:
    assert [_shares(n) for n in (1, 2, 3, 20)] == [[1], [1, 1], [1, 1, 1], [7, 7, 6]]


def test_nearest_folder_that_is_there(tmp_path: Path) -> None:
    assert existing(tmp_path / "a" / "b") == tmp_path
    assert existing(tmp_path) == tmp_path


@pytest.mark.skipif(sys.platform != "linux" or not os.access(measure.CLEAR_REFS, os.W_OK), reason="is Linux's")
def test_peak_is_of_what_follows() -> None:
    block = bytearray(os.urandom(1)) * (64 << 20)
    high = measure.peak_mb()
    del block
    measure.forget_peak()
    assert measure.peak_mb() < high - 50


def test_inbox_on_the_configured_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    user = "letsconnect@example.org"
    with dovecot(tmp_path) as server:
        server.deliver(user, b"Subject: somebody's own\r\n\r\nHello\r\n")
        login = f"{quote(user, safe='')}:{server.password}"
        monkeypatch.setenv("LETSCONNECT_IMAP_URL", f"imap://{login}@{server.host}:{server.imap_port}/INBOX?tls=none")
        work = tmp_path / "work"
        work.mkdir()
        found = bench(work, capsys, "inbox", "--mails", "6", "--imap")
        with IMAPClient(server.host, server.imap_port, ssl=False) as box:
            box.login(user, server.password)
            folders = [name for *_, name in box.list_folders()]
            box.select_folder("INBOX", readonly=True)
            own = len(box.search("UNSEEN"))
    assert [found[key] for key in ("server", "filed", "answers", "quarantined")] == ["configured", 6, 4, 0]
    assert (folders, own) == (["INBOX"], 1)
