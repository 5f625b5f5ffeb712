"""Badges: issued once to whom they are due, and taken back by a person.

What earns one is decided in `domain/badges.py` by badges.toml; the paper that goes with one is `steps/certificates.py`,
the file for a badge site `steps/badge_export.py`.
"""

from collections import Counter
from dataclasses import dataclass

from config import badges as badges_file
from config.badges import Badges
from domain.badges import Badge, Rule, earned
from domain.errors import Problem, UserError
from steps import persons
from steps.app import App
from store import badges, database, journal


def rules(app: App) -> Badges:
    """What badges.toml says."""
    return badges_file.load(app.settings.programme, tuple(app.programme.kinds))


def rule_of(app: App, badge: Badge) -> Rule:
    """The rule under which a badge was issued. UserError when badges.toml has lost it."""
    for rule in rules(app).rules:
        if rule.code == badge.badge:
            return rule
    remedy = "Put it back into badges.toml: people have it"
    raise UserError(Problem("is not in badges.toml any more", f"badge {badge.badge}", remedy))


@dataclass(frozen=True, slots=True)
class Issued:
    """How many badges were new, by their codes."""

    new: int
    by_badge: dict[str, int]


def issue(app: App, who: str, *, dry_run: bool = False) -> Issued:
    """Issue every badge that was earned and never issued. Again changes nothing; what was revoked stays so."""
    now, wanted = app.now(), rules(app).rules
    counts: Counter[str] = Counter()
    with database.trying(app.conn, dry_run), database.write(app.conn):
        known = badges.issued(app.conn)
        for person, taken in list(badges.taken(app.conn, now)):
            for one in earned(wanted, taken):
                if (one.badge, person) not in known and badges.issue(app.conn, person, one, now):
                    counts[one.badge] += 1
        if counts:
            detail = ", ".join(f"{number} {code}" for code, number in sorted(counts.items()))
            journal.note(app.conn, now, who, "issued badges", "", detail)
    return Issued(counts.total(), dict(sorted(counts.items())))


def find(app: App, badge_id: int) -> Badge:
    """UserError when there is none of that number."""
    found = badges.get(app.conn, badge_id)
    if found is None:
        raise UserError(Problem("there is no such badge", f"badge {badge_id}", "See: letsconnect badge list"))
    return found


def listing(app: App, person_ref: str | None = None) -> list[Badge]:
    return badges.listing(app.conn, persons.find(app, person_ref) if person_ref is not None else None)


def revoke(app: App, badge_id: int, who: str) -> bool:
    """Take one back, for good: its certificate is said to be void. Whether it stood until now."""
    badge, now = find(app, badge_id), app.now()
    with database.write(app.conn) as conn:
        done = badges.revoke(conn, badge.id, now)
        if done:
            journal.note(conn, now, who, "revoked", f"badge/{badge.id}", badge.badge)
    return done
