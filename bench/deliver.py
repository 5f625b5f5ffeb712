"""The real delivery into `smtp-sink`, between runs of `smtp-source` over the same number of messages of the same size.

Everything that production does is in it: claims, the second look, durable at-risk marks, receipts. Recording is not:
its cost is `plan.py`'s subject.
"""

import smtplib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import measure, smtp_tools
from bench.home import MAILBOX, Home
from domain.errors import Problem, UserError
from steps.deliver import deliver
from steps.plan import plan

ROUNDS = 3  # of ours, each between two of the reference


def run(folder: Path, *, messages: int, connections: int, peers: Sequence[str] = ()) -> dict[str, Any]:
    """Rates are messages a second, medians of the rounds. UserError when the postfix package is missing, or when the
    delivery had trouble."""
    smtp_tools.program("smtp-source")
    rounds = _shares(messages)
    rates: dict[str, list[float]] = {"ours": [], "source": [], **{peer: [] for peer in peers}}
    before = measure.load()
    with smtp_tools.sink() as port:
        home = _recorded(folder, port, messages, connections)
        (size,) = home.app.conn.execute("select cast(round(avg(length(data))) as integer) from payloads").fetchone()
        sent = unsure = 0
        cpu = 0.0
        measure.forget_peak()
        rates["source"].append(rounds[0] / smtp_tools.source(port, rounds[0], size))
        for share in rounds:
            with measure.spent() as spent:
                report = deliver(home.app, limit=share)
            if report.trouble:
                raise UserError(Problem(report.trouble, "the measured delivery", "Run it again"))
            sent, unsure, cpu = sent + report.sent, unsure + report.unsure, cpu + spent.cpu
            rates["ours"].append(report.sent / spent.wall)
            rates["source"].append(share / smtp_tools.source(port, share, size))
            if "smtplib" in peers:
                rates["smtplib"].append(share / _smtplib(port, share, size))
        most = measure.peak_mb()
        home.close()
    ours, reference = measure.middle(rates["ours"]), measure.middle(rates["source"])
    return {
        "messages": messages,
        "sent": sent,
        "unsure": unsure,
        "connections": connections,
        "message_bytes": size,
        "rate": ours,
        "smtp_source_rate": reference,
        "ratio_to_smtp_source": round(ours / reference, 3),
        **{f"{peer}_rate": measure.middle(rates[peer]) for peer in peers},
        "cpu_us_per_message": round(cpu / sent * 1e6) if sent else None,
        "max_rss_mb": most,
        "load": {"before": before, "after": measure.load()},
    }


def _shares(messages: int) -> list[int]:
    rounds = min(ROUNDS, messages)
    return [messages // rounds + (n < messages % rounds) for n in range(rounds)]


def _recorded(folder: Path, port: int, messages: int, connections: int) -> Home:
    """A home whose outbox holds that many messages: half welcomes, half invitations, mixed, in five languages."""
    home = Home(
        folder,
        {
            "LETSCONNECT_SMTP_URL": f"smtp://{smtp_tools.HOST}:{port}?tls=none",
            "LETSCONNECT_SMTP_CONNECTIONS": str(connections),
        },
    )
    home.people(messages)
    half = messages // 2
    home.join(1, half)
    home.register(home.clinic(), half + 1, messages)
    report = plan(home.app)
    if report.send != messages or report.drafts:
        what = f"{report.send} of {messages} messages were recorded, {report.drafts} of them as drafts"
        raise UserError(Problem(what, "the bench's programme", "Tell the developers: its rules have changed"))
    return home


def _smtplib(port: int, messages: int, size: int) -> float:
    """Seconds of the naive way: one connection, one finished letter, nothing recorded."""
    line = b"x" * 70 + b"\r\n"
    letter = b"Subject: bench\r\n\r\n" + line * (size // len(line))
    begin = time.perf_counter()
    with smtplib.SMTP(smtp_tools.HOST, port, local_hostname="localhost") as relay:
        for number in range(messages):
            relay.sendmail(MAILBOX, [f"p{number}@example.org"], letter)
    return time.perf_counter() - begin
