"""A certificate that somebody holds in their hands, checked by the address on it; and the same as a PDF.

Whoever has the address may read what the paper says: who, which badge, for which sessions, and whether it still stands.
"""

from starlette.responses import Response

from domain.errors import SchemaMismatch, UserError
from steps import badges, certificates
from steps.certificates import Checked
from steps.page_links import Page
from templates_email import formats
from templates_email.directions import words
from web import languages
from web.refusals import Refused
from web.room import Spot
from web.visit import Visit


def show(visit: Visit) -> Response:
    code = visit.language("certificate")
    found = _checked(visit, code)
    return visit.page(
        "certificate",
        stands=found.stands,
        name=found.name,
        title=found.title,
        led=found.led,
        day=formats.date_words(found.badge.issued_at.date(), code),
        sessions=[(words(said, code), formats.date_words(day, code)) for said, day in found.sessions],
        paper=f"/certificate/{visit.token}/certificate.pdf",
    )


def paper(visit: Visit) -> Response:
    """In the language that was chosen on the page, else in the person's own."""
    found = _checked(visit, "")
    if not found.stands:
        raise Refused(410, "over")
    data = certificates.paper(visit.app, found.badge, languages.chosen(visit.request) or "")
    headers = {"content-disposition": 'attachment; filename="certificate.pdf"'}
    return Response(data, media_type="application/pdf", headers=headers)


def _checked(visit: Visit, code: str) -> Checked:
    """Refused when the badge is gone, as those of erased people are, or badges.toml has lost its rule."""
    try:
        return certificates.of(visit.app, badges.find(visit.app, visit.ident), (code,) if code else ())
    except SchemaMismatch:
        raise
    except UserError:
        raise Refused(410, "over") from None


SPOTS = (
    Spot("/certificate/{token}", show, link=Page.CERTIFICATE),
    Spot("/certificate/{token}/certificate.pdf", paper, link=Page.CERTIFICATE),
)
