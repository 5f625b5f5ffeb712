"""The certificate of a badge: its PDF, the address where anybody who has it can check it, and what is found there.

The same facts make the same bytes, whenever it is asked for; nothing is stored. The page is `web/certificates.py`'s.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from domain.badges import Badge, By
from domain.errors import Problem, UserError
from domain.translations import Said
from steps import badges, page_links
from steps.app import App
from steps.page_links import LinkRefused, Page
from store import badges as stored
from store import participants, sessions
from templates_email.certificate import Certificate, language_of, pdf

GOOD_FOR = timedelta(days=3653)  # a link is good for ten years


@dataclass(frozen=True, slots=True)
class Checked:
    """What the address of a certificate shows. `stands`: it was not taken back."""

    badge: Badge
    name: str
    title: str
    led: bool
    sessions: tuple[tuple[Said, date], ...]
    stands: bool


def code(app: App, badge: Badge) -> str:
    """What makes a certificate checkable without a page: only this installation can make it."""
    return page_links.token(app, Page.CERTIFICATE, badge.id, badge.issued_at + GOOD_FOR)


def link(app: App, badge: Badge) -> str:
    """The address of its page; "" while there is no PAGES_URL."""
    return page_links.url(app, Page.CERTIFICATE, badge.id, badge.issued_at + GOOD_FOR)


def check(app: App, text: str, languages: tuple[str, ...] = ()) -> Checked:
    """What stands behind a code or address. UserError when it is not ours; LinkRefused is left to pages.

    Erased people's certificates are gone with their data.
    """
    try:
        badge_id = page_links.read(app, Page.CERTIFICATE, text.strip().rstrip("/").rpartition("/")[2])
    except LinkRefused as refused:
        raise UserError(Problem(f"is no certificate of ours ({refused})", "code", "Copy all of it")) from None
    badge = stored.get(app.conn, badge_id)
    if badge is None:
        raise UserError(Problem("is a certificate that is not kept any more", "code"))
    return of(app, badge, languages)


def of(app: App, badge: Badge, languages: tuple[str, ...] = ()) -> Checked:
    """A badge in words, in the first of `languages`, else in the person's own."""
    person = participants.load(app.conn, [badge.participant_id], app.now())[badge.participant_id]
    rule = badges.rule_of(app, badge)
    chain = languages or person.languages or app.programme.languages
    language = languages[0] if languages else language_of((*person.languages, *app.programme.languages))
    found = [sessions.get(app.conn, number) for number in badge.sessions]
    return Checked(
        badge=badge,
        name=person.name,
        title=rule.title(chain),
        led=rule.by is By.SHARING,
        sessions=tuple((s.told("title").said_in(language), s.starts_at.date()) for s in found if s is not None),
        stands=badge.revoked_at is None,
    )


def paper(app: App, badge: Badge, language: str = "") -> bytes:
    """The PDF, in `language` or in the person's own. UserError when it cannot be drawn, or the badge was taken back."""
    if badge.revoked_at is not None:
        raise UserError(Problem("was taken back", f"badge {badge.id}", "There is no certificate of it"))
    person = participants.load(app.conn, [badge.participant_id], app.now())[badge.participant_id]
    written = language_of(((language,) if language else ()) + person.languages + app.programme.languages)
    shown = of(app, badge, (written,))
    address = link(app, badge)
    certificate = Certificate(
        programme=app.programme.name,
        name=shown.name,
        title=shown.title,
        led=shown.led,
        sessions=shown.sessions,
        day=badge.issued_at.date(),
        number=str(badge.id) if address else code(app, badge),
        link=address,
    )
    return pdf(certificate, written)


def try_out(app: App) -> str:
    """Whether this machine can draw one, in words. UserError says what it lacks."""
    day = app.now().date()
    sample = Certificate(app.programme.name, "সারা سارة", "Aa Яя", False, (), day, "0")
    return f"can be drawn ({len(pdf(sample, 'en')) // 1000} kB)"
