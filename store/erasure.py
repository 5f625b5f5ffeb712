"""Everything that is kept about one person: read it all, or erase it. Ids, states and times stay, so that figures
and keys stay true. What keeps an old row from bringing them back is `erased.py`'s."""

import json
import sqlite3
from datetime import datetime
from typing import Any

from domain.times import iso
from store import payloads

# Everything that is kept about a person, as table and the condition that finds it.
KEPT = (
    ("participants", "id = :id"),
    ("participant_roles", "participant_id = :id"),
    ("contact_points", "participant_id = :id"),
    ("consents", "participant_id = :id"),
    ("participant_skills", "participant_id = :id"),
    ("registrations", "participant_id = :id"),
    ("import_rows", "participant_id = :id"),
    ("answers", "registration_id in (select id from registrations where participant_id = :id)"),
    ("invitations", "participant_id = :id"),
    ("rsvps", "invitation_id in (select id from invitations where participant_id = :id)"),
    ("outbox", "participant_id = :id"),
    ("payloads", "outbox_id in (select id from outbox where participant_id = :id)"),
    ("deliveries", "outbox_id in (select id from outbox where participant_id = :id)"),
    ("delivery_events", "contact_point_id in (select id from contact_points where participant_id = :id)"
     " or outbox_id in (select id from outbox where participant_id = :id)"),
    ("suppressions", "(channel, canonical) in"
     " (select channel, canonical from contact_points where participant_id = :id)"),
    ("decisions", "participant_id = :id"),
    ("sharers", "participant_id = :id"),
    ("inbox", "participant_id = :id"),
    ("attendances", "participant_id = :id"),
    ("issue_readers", "participant_id = :id"),
    ("desk_tasks", "participant_id = :id"),
    ("telegram_links", "participant_id = :id"),
    ("feed_links", "participant_id = :id"),
    ("pending_registrations", "participant_id = :id or canonical in"
     " (select canonical from contact_points where participant_id = :id and channel = 'email')"),
    ("waiting_list", "participant_id = :id"),
    ("relays", "sender_id = :id or recipient_id = :id"),
    ("badges", "participant_id = :id"),
    ("followups", "participant_id = :id"),
    ("support_requests", "participant_id = :id"),
    ("survey_requests", "participant_id = :id"),
    ("survey_drafts", "request_id in (select id from survey_requests where participant_id = :id)"),
    ("responses", "participant_id = :id"),
    ("response_answers", "response_id in (select id from responses where participant_id = :id)"),
    ("feedback", "participant_id = :id"),
    ("guests", "participant_id = :id or key in"
     " (select 'mail:' || canonical from contact_points where participant_id = :id and channel = 'email')"),
    ("guest_candidates", "participant_id = :id"),
    ("proposals", "participant_id = :id"),
    ("checklists", "participant_id = :id"),
    ("checklist_items", "answered_by = :id"),
    ("sheet_answers", "answered_by = :id"),
)  # fmt: skip


def export(conn: sqlite3.Connection, person: int) -> dict[str, list[dict[str, Any]]]:
    """Rows by table; raw mail as text."""
    found: dict[str, list[dict[str, Any]]] = {}
    for table, condition in KEPT:
        rows = conn.execute(f"select * from {table} where {condition}", {"id": person})
        found[table] = [{k: _plain(v) for k, v in dict(row).items() if k != "claim"} for row in rows]
    bodies = payloads.Reader(conn).read([one["outbox_id"] for one in found["payloads"]])
    for one in found["payloads"]:
        if one["outbox_id"] in bodies:
            one["data"] = _plain(bodies[one["outbox_id"]][0])  # not its values alone
    return found


def _plain(value: object) -> object:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def erase(conn: sqlite3.Connection, person: int, now: datetime) -> dict[str, int]:
    """Inside a write transaction, on a connection with `pragma secure_delete`. Rows by what they were."""
    done: dict[str, int] = {}
    at = {"id": person, "now": iso(now)}
    done["names in issues"] = 0
    for (name,) in conn.execute("select distinct name from sharers where participant_id = ? and name <> ''", (person,)):
        quoted = json.dumps(name, ensure_ascii=False)  # as newsletter_json writes it
        forgetting = "update issues set content = replace(content, ?1, '\"\"') where instr(content, ?1)"
        done["names in issues"] += conn.execute(forgetting, (quoted,)).rowcount
    mine = "outbox_id in (select id from outbox where participant_id = :id)"
    groups = "registration_id in (select id from registrations where participant_id = :id)"
    answers = "invitation_id in (select id from invitations where participant_id = :id)"
    named = (
        "exists (select 1 from contact_points c where c.participant_id = :id and"
        " (instr(lower(cast(raw as text)), lower(c.address)) or instr(lower(cast(raw as text)), c.canonical)))"
    )
    for name, statement in {
        "bodies": f"delete from payloads where {mine}",
        "texts": f"update deliveries set text = '' where {mine}",
        "envelopes": "update outbox set recipient = '', sender = '' where participant_id = :id",
        "answers": f"delete from answers where {groups}",
        "comments": f"update rsvps set comment = '' where {answers}",
        "mails": "update inbox set raw = x'', reason = '', message_id = '', state = case when state in"
        f" ('for_person', 'quarantined') then 'settled' else state end where participant_id = :id or ({named})",
        "refused rows": "update import_rejections set raw = '{}', settled_at = coalesce(settled_at, :now)"
        f" where {named}",
        "marks of imported rows": "delete from import_rows where participant_id = :id",
        "skills": "delete from participant_skills where participant_id = :id",
        "consents": "delete from consents where participant_id = :id",
        "groups": "update registrations set group_name = '' where participant_id = :id",
        "proposals": "update proposals set title = '', purpose = '', wanted = '',"
        " settled_at = coalesce(settled_at, :now),"
        " state = case when settled_at is null then 'withdrawn' else state end where participant_id = :id",
        "checklists": "update checklist_items set answer = '' where answered_by = :id",
        "pages of theirs": "delete from resources where kind = 'case_study' and exists (select 1 from checklist_items i"
        " join sheet_answers a on a.item_id = i.id where i.session_id = resources.session_id and a.answered_by = :id"
        " and resources.url like '%/sessions/' || i.session_id || '/' || replace(i.code, '_', '-'))",
        "sheets": "delete from sheet_answers where answered_by = :id",
        "sharers": "update sharers set name = '' where participant_id = :id",
        "links": "update outbox set contact_point_id = null where participant_id = :id",
        "events": "update delivery_events set contact_point_id = null, detail = '' where contact_point_id in"
        " (select id from contact_points where participant_id = :id)",
        "surveys": "delete from survey_drafts where request_id in"
        " (select id from survey_requests where participant_id = :id)",
        "requests": "update survey_requests set closed_at = :now where participant_id = :id and closed_at is null",
        "own words in surveys": "delete from response_answers where free = 1 and response_id in"
        " (select id from responses where participant_id = :id)",
        "responses": "update responses set participant_id = null, request_id = null where participant_id = :id",
        "feedback": "update feedback set text = '', participant_id = null, inbox_id = null where participant_id = :id",
        "guests": "update guests set name = '', email = '', key = 'erased:' || id where participant_id = :id or key in"
        " (select 'mail:' || canonical from contact_points where participant_id = :id and channel = 'email')",
        "likenesses": "delete from guest_candidates where participant_id = :id",
        "followups": "delete from followups where participant_id = :id",
        "badges": "delete from badges where participant_id = :id",
        "wishes": "update support_requests set text = '',"
        " state = case state when 'open' then 'withdrawn' else state end,"
        " settled_at = coalesce(settled_at, :now) where participant_id = :id",
        "chats": "delete from telegram_links where participant_id = :id",
        "calendar addresses": "delete from feed_links where participant_id = :id",
        "suppressions": "delete from suppressions where (channel, canonical) in"
        " (select channel, canonical from contact_points where participant_id = :id)",
        "addresses": "delete from contact_points where participant_id = :id",
        "profile": "update participants set name = '', country = '', region = '', wiki_user = '',"
        " home_wikis = '[]', affiliate = '', tenure = '', connectivity = '', support_needed = '', name_folded = '',"
        " languages = '[]', zone = '', registered_at = null, erased_at = :now, updated_at = :now where id = :id",
    }.items():
        done[name] = conn.execute(statement, at).rowcount
    payloads.sweep(conn)  # what only their letters were made of
    return done
