"""What is kept no longer than it is needed: raw mails and updates, letters that left, runs."""

import sqlite3
from datetime import datetime

from domain.times import iso
from store import payloads


def forget(
    conn: sqlite3.Connection,
    mails_before: datetime,
    strangers_before: datetime,
    letters_before: datetime,
    guests_before: datetime,
) -> dict[str, int]:
    """Blank raw mails and updates that are done with, sooner those of nobody we know; drop bodies of old messages and
    the runs of as long ago; take people off their answers to surveys and what they said of old. What waits for a person
    is left. Rows by what they were."""
    done = "state in ('read', 'ignored', 'settled') and raw <> x''"
    counts = {}
    for name, statement, before in (
        ("mails", f"update inbox set raw = x'' where {done} and filed_at < ?", mails_before),
        (
            "strangers' mails and updates",
            f"update inbox set raw = x'' where {done} and participant_id is null and filed_at < ?",
            strangers_before,
        ),
        (
            "bodies of messages",
            "delete from payloads where outbox_id in (select id from outbox where created_at < ?"
            " and state in ('sent', 'failed', 'cancelled', 'expired'))",
            letters_before,
        ),
        (
            "answers to surveys",
            "update responses set participant_id = null, request_id = null where participant_id is not null"
            " and answered_on < substr(?, 1, 10)",
            letters_before,
        ),
        (
            "feedback",
            "update feedback set participant_id = null, inbox_id = null where participant_id is not null"
            " and consent <> 'named' and said_on < substr(?, 1, 10)",
            letters_before,
        ),
        (
            "guests' names",  # that they came stays; what nobody settled by now stays a guest
            "update guests set name = '', email = '', key = 'forgotten:' || id,"
            " state = case when state = 'doubtful' then 'guest' else state end"
            " where (key like 'mail:%' or key like 'name:%') and at < ?",
            guests_before,
        ),
        (
            "readers of issues",
            "delete from issue_readers where issue_id in (select id from issues where created_at < ?"
            " and state in ('sent', 'dropped'))",
            letters_before,
        ),
        (
            "marks of imported rows",
            "delete from import_rows where run_id in (select id from import_runs where started_at < ?)",
            letters_before,
        ),
        ("runs", "delete from step_runs where started_at < ?", mails_before),
    ):
        counts[name] = conn.execute(statement, (iso(before),)).rowcount
    counts["skeletons of messages"] = payloads.sweep(conn)
    return counts
