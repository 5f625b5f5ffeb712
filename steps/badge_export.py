"""The badges that the badge site does not have yet, as a file in the form that it takes (badges.toml, `exports`)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from channels.tables import write_csv
from config.badges import Export
from domain.badges import Badge, Rule
from domain.errors import Problem, UserError
from domain.participants import Participant
from steps import certificates
from steps.app import App
from steps.badges import rules
from store import badges, database, journal, participants


@dataclass(frozen=True, slots=True)
class Exported:
    """Counts of badges: in the file; left out since a value is not known, or since the person did not agree."""

    written: int
    without_value: int
    without_consent: int


def export(app: App, form: str, path: Path, who: str, *, everything: bool = False) -> Exported:
    """Write a file that the badge site takes: those that were in no file yet, or `everything` that stands.

    `form`: one of badges.toml's exports. Badges count as exported once the file is on the disk. UserError when there is
    no such form, or the file is there already.
    """
    known = rules(app)
    if form not in known.exports:
        raise UserError(Problem("is no form of badges.toml", f"export {form}", f"Known: {', '.join(known.exports)}"))
    chosen, now = known.exports[form], app.now()
    titles = {rule.code: rule for rule in known.rules}
    standing = [b for b in badges.listing(app.conn) if b.revoked_at is None and (everything or not b.exported_at)]
    people = participants.load(app.conn, sorted({b.participant_id for b in standing}), now)
    users = participants.wiki_users(app.conn, sorted(people))
    rows: list[list[str]] = []
    done: list[int] = []
    counts: Counter[str] = Counter()
    for badge in standing:
        person = people[badge.participant_id]
        if badge.badge not in titles:
            continue
        values = _values(app, badge, titles[badge.badge], person, users.get(person.id, ""))
        if chosen.consent and person.consents.get(chosen.consent) is not True:
            counts["consent"] += 1
        elif not all(values[name] for name in chosen.needs):
            counts["value"] += 1
        else:
            rows.append([values[value] for _, value in chosen.columns])
            done.append(badge.id)
    _write(path, chosen, rows)
    with database.write(app.conn) as conn:
        badges.exported(conn, done, now)
        journal.note(conn, now, who, "exported badges", "", f"{len(done)} as {form}")
    return Exported(len(done), counts["value"], counts["consent"])


def _values(app: App, badge: Badge, rule: Rule, person: Participant, user: str) -> Mapping[str, str]:
    return {
        "badge": badge.badge,
        "title": rule.title(["en"]),
        "user": user,
        "name": person.name,
        "email": person.email.address if person.email else "",
        "issued": f"{badge.issued_at:%Y-%m-%d}",
        "evidence": certificates.link(app, badge),
        "number": str(badge.id),
    }


def _write(path: Path, chosen: Export, rows: list[list[str]]) -> None:
    try:
        write_csv(path, [heading for heading, _ in chosen.columns], rows)
    except FileExistsError:
        raise UserError(Problem("is there already", path.name, "Choose another name")) from None
    except OSError as error:
        remedy = "Choose a folder that you may write to"
        raise UserError(Problem(f"cannot be written ({error.strerror})", path.name, remedy)) from None
