"""A round of django-post_office: run by its own environment's Python, `peer_post_office.py FOLDER PORT MESSAGES SIZE`.

Prints two numbers of seconds: queueing (templates rendered, rows and attachments written, in transactions of 500) and
sending what is queued. Its own settings are what they are without being set: five threads, batches of 100, every
letter logged. As with us, half of the letters have a calendar part.
"""

import sys
import time
from pathlib import Path

import django
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import transaction

PAGE = 500
CALENDAR = "\r\n".join([
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//bench//EN", "METHOD:REQUEST", "BEGIN:VEVENT",
    "UID:{number}@example.org", "DTSTAMP:20261122T120000Z", "DTSTART:20261212T120000Z", "DTEND:20261212T140000Z",
    "SUMMARY:Bench", "ORGANIZER:mailto:letsconnect@example.org", "ATTENDEE:mailto:p{number}@example.org",
    "END:VEVENT", "END:VCALENDAR", "",
])  # fmt: skip


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
    from post_office.models import EmailTemplate

    words = "Words that are about as long as a line of a letter is, more or less.\n" * (size // 4 // 69)
    letter = EmailTemplate.objects.create(
        name="letter", subject="Bench, {{ name }}", content="Dear {{ name }},\n" + words,
        html_content="<p>Dear {{ name }},</p><p>" + words + "</p>",
    )  # fmt: skip
    begin = time.perf_counter()
    for first in range(0, messages, PAGE):
        numbers = range(first, min(first + PAGE, messages))
        with transaction.atomic():
            mail.send_many([_letter(letter, number) for number in numbers if number % 2])
            for number in numbers:
                if number % 2 == 0:
                    invitation = ContentFile(CALENDAR.format(number=number))
                    part = {"file": invitation, "mimetype": "text/calendar; method=REQUEST; charset=utf-8"}
                    mail.send(**_letter(letter, number), attachments={"invitation.ics": part})
    queued = time.perf_counter()
    mail.send_queued_mail_until_done(lockfile=str(folder / "post_office.lock"), processes=1)
    return queued - begin, time.perf_counter() - queued


def _letter(template: object, number: int) -> dict[str, object]:
    return {
        "sender": "letsconnect@example.org", "recipients": [f"p{number}@example.org"], "template": template,
        "context": {"name": f"Person {number}"},
    }  # fmt: skip


if __name__ == "__main__":
    print(*main(Path(sys.argv[1]), *map(int, sys.argv[2:])))
