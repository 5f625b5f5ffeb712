"""A round of django-post_office: run by its own environment's Python, `peer_post_office.py FOLDER PORT MESSAGES SIZE`.

Prints two numbers of seconds: queueing (rows and attachments written, in transactions of 500) and sending what is
queued. As with us a letter is kept as the values that are its own and written when it is sent (`render_on_delivery`),
half of the letters have a calendar part, they are in five languages and of the same mean size. Its own settings are
what they are without being set: five threads, batches of 100, every letter logged.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import transaction

PAGE = 500
HEADER = 1900  # bytes of a letter beside its two texts
CALENDAR = "\r\n".join([
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//bench//EN", "METHOD:REQUEST", "BEGIN:VEVENT",
    "UID:{number}@example.org", "DTSTAMP:20261122T120000Z", "DTSTART:20261212T120000Z", "DTEND:20261212T140000Z",
    "SUMMARY:Bench", "ORGANIZER:mailto:letsconnect@example.org", "ATTENDEE:mailto:p{number}@example.org",
    "END:VEVENT", "END:VCALENDAR", "",
])  # fmt: skip


# A line of a letter, in the languages that ours are in.
LINES = (
    "Words that are about as long as a line of a letter is, more or less.",
    "Des mots à peu près aussi longs qu'une ligne de lettre, plus ou moins.",
    "Palabras más o menos tan largas como una línea de una carta, quizás.",
    "Palavras mais ou menos tão longas como uma linha de uma carta, talvez.",
    "كلمات طويلة تقريبا مثل سطر واحد من رسالة، أكثر أو أقل قليلا.",
)
OPENING = "Dear {{ name }},\nyour hour: {{ hour }}\nYes: {{ yes }}\nNo: {{ no }}\n"
ENDING = "No more such letters: {{ leave }}\n"
HTML_OPENING = '<p>Dear {{ name }},<br>{{ hour }}<br><a href="{{ yes }}">Yes</a> <a href="{{ no }}">No</a></p>'
HTML_ENDING = '<p><a href="{{ leave }}">No more such letters</a></p>'


def main(folder: Path, port: int, messages: int, size: int) -> tuple[float, float]:
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "post_office"], MEDIA_ROOT=str(folder / "media"),
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "post_office.db")}},
        EMAIL_BACKEND="post_office.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=port, USE_TZ=True,
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        POST_OFFICE={"BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"}},
    )  # fmt: skip
    django.setup()
    call_command("migrate", verbosity=0)
    from post_office import mail
    from post_office.models import STATUS, Email

    templates = [_template(number, line, size) for number, line in enumerate(LINES)]
    begin = time.perf_counter()
    for first in range(0, messages, PAGE):
        _queue(templates, range(first, min(first + PAGE, messages)))
    queued = time.perf_counter()
    mail.send_queued_mail_until_done(lockfile=str(folder / "post_office.lock"), processes=1)
    sent = time.perf_counter()
    if left := Email.objects.exclude(status=STATUS.sent).count():
        sys.exit(f"{left} of {messages} letters were not sent")
    return queued - begin, sent - queued


def _template(number: int, line: str, size: int) -> Any:
    """Two parts of about `size` bytes together, header and half a calendar part apart."""
    from post_office.models import EmailTemplate

    lines = [line] * max(1, (size - HEADER) // 2 // len(f"{line}\n".encode()))
    return EmailTemplate.objects.create(
        name=f"letter {number}", subject="Bench, {{ name }}", content=OPENING + "\n".join(lines) + ENDING,
        html_content=HTML_OPENING + "<br>\n".join(lines) + HTML_ENDING,
    )  # fmt: skip


def _queue(templates: Sequence[Any], numbers: range) -> None:
    from post_office import mail

    letters = {number: _letter(templates[number // 2 % len(templates)], number) for number in numbers}
    with transaction.atomic():
        mail.send_many([letter for number, letter in letters.items() if number % 2])
        for number in numbers:
            if number % 2 == 0:
                invitation = ContentFile(CALENDAR.format(number=number))
                part = {"file": invitation, "mimetype": "text/calendar; method=REQUEST; charset=utf-8"}
                mail.send(**letters[number], attachments={"invitation.ics": part})


def _letter(template: Any, number: int) -> dict[str, Any]:
    page = f"https://letsconnect.example.org/r/{number:040x}"
    return {
        "sender": "letsconnect@example.org", "recipients": [f"p{number}@example.org"], "template": template,
        "context": {
            "name": f"Person {number}", "hour": f"{number % 24}:00", "yes": f"{page}/yes", "no": f"{page}/no",
            "leave": f"{page}/leave",
        },
        "render_on_delivery": True,
    }  # fmt: skip


if __name__ == "__main__":
    print(*main(Path(sys.argv[1]), *map(int, sys.argv[2:])))
