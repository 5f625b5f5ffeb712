"""An issue to many readers: made, approved, recorded and delivered into `smtp-sink`, in five languages and many zones.

Beside it `smtp-source`, over the same number of messages of the same size. Every reader's letter is their own: local
times, what they registered for, what they want to learn first.
"""

from pathlib import Path
from typing import Any

from bench import measure, smtp_tools
from bench.home import LANGUAGES, Home
from domain.errors import Problem, UserError
from domain.newsletter import IssueKind, Words
from domain.times import iso
from steps import newsletter, opportunities, sessions
from steps.deliver import deliver
from steps.newsletter_send import send_approved
from store import database, skills
from store.newsletter import Issue

ZONES = ("Africa/Lagos", "Asia/Kolkata", "Africa/Cairo", "Europe/Paris", "Asia/Amman", "America/Sao_Paulo")
WHO = "bench"


def run(folder: Path, *, readers: int, connections: int) -> dict[str, Any]:
    """UserError when the postfix package is missing, or when not every reader got one letter."""
    smtp_tools.program("smtp-source")
    before = measure.load()
    with smtp_tools.sink() as port:
        home = Home(
            folder,
            {
                "LETSCONNECT_SMTP_URL": f"smtp://{smtp_tools.HOST}:{port}?tls=none",
                "LETSCONNECT_SMTP_CONNECTIONS": str(connections),
            },
        )
        _readers(home, readers)
        issue = _issue(home)
        code = newsletter.preview(home.app, issue).code
        measure.forget_peak()
        with measure.spent() as approving:
            newsletter.approve(home.app, issue, code, WHO)
        with measure.spent() as recording:
            recorded = send_approved(home.app)
        size = measure.letter_bytes(home.app.conn)
        source = smtp_tools.source(port, readers, size)
        with measure.spent() as delivering:
            delivered = deliver(home.app)
        source = (source + smtp_tools.source(port, readers, size)) / 2
        most = measure.peak_mb()
        home.close()
    if recorded.messages != readers or delivered.sent != readers:
        what = f"{recorded.messages} of {readers} letters were recorded and {delivered.sent} sent: {delivered.trouble}"
        raise UserError(Problem(what, "the measured issue", "Run it again"))
    rate, reference = readers / delivering.wall, readers / source
    return {
        "readers": readers,
        "sent": delivered.sent,
        "connections": connections,
        "message_bytes": size,
        "approve_seconds": round(approving.wall, 2),
        "recorded_rate": round(readers / recording.wall),
        "record_cpu_us_per_message": round(recording.cpu / readers * 1e6),
        "rate": round(rate),
        "smtp_source_rate": round(reference),
        "ratio_to_smtp_source": round(rate / reference, 3),
        "deliver_cpu_us_per_message": round(delivering.cpu / readers * 1e6),
        "max_rss_mb": most,
        "load": {"before": before, "after": measure.load()},
    }


def _readers(home: Home, count: int) -> None:
    """Each agreed to the newsletter; a third want to learn something, a tenth registered for the first session."""
    home.people(count)
    home.clinic()
    skill = home.app.programme.skills[0].code
    at = iso(home.app.now())
    conn = home.app.conn
    with database.write(conn):
        skills.sync(conn, home.app.programme.skills)
        conn.executemany(
            "update participants set zone = ? where id % ? = ?", ((zone, len(ZONES), n) for n, zone in enumerate(ZONES))
        )
        conn.execute(
            "insert into consents (participant_id, topic, granted, source, at)"
            " select id, 'newsletter', 1, 'bench', ? from participants",
            (at,),
        )
        conn.execute(
            "insert into participant_skills (participant_id, skill, direction)"
            " select id, ?, 'learn' from participants where id % 3 = 0",
            (skill,),
        )
        conn.execute(
            "insert into registrations (participant_id, session_id, created_at)"
            " select id, 1, ? from participants where id % 10 = 0",
            (at,),
        )
    sessions.change(home.app, "1", {"skills": skill}, WHO)


def _issue(home: Home) -> Issue:
    for number in range(3):
        home.clinic(f"Maps for everybody, part {number + 1}")
    fields = {"url": "https://school.example.org/open-data", "title": "Open data", "organiser": "A school"}
    for language in LANGUAGES:
        opportunities.add(home.app, {**fields, "language": language, "text": "A course of four weeks."}, WHO)
    issue = newsletter.draft(home.app, IssueKind.NEWSLETTER, WHO)
    words = {language: Words("A new list of skills", "It has **59** entries. " * 12) for language in LANGUAGES}
    for section in ("opening", "news", "movement"):
        newsletter.write(home.app, issue, section, "first", words, WHO)
    return issue
