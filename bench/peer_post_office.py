"""Rounds of django-post_office: run by its own environment's Python, `post_office.py FOLDER PORT MESSAGES SIZE`.

Prints the seconds that sending what is queued took; queueing is not counted, as it is not with us.
"""

import sys
import time
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command


def main(folder: Path, port: int, messages: int, size: int) -> float:
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "post_office"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "post_office.db")}},
        EMAIL_BACKEND="post_office.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=port, USE_TZ=True,
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        POST_OFFICE={"BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"}, "BATCH_SIZE": 1000},
    )  # fmt: skip
    django.setup()
    call_command("migrate", verbosity=0)
    from post_office import mail

    words = "Words that are about as long as a line of a letter is, more or less.\n" * (size // 4 // 69)
    mail.send_many(
        {
            "sender": "letsconnect@example.org", "recipients": [f"p{n}@example.org"], "subject": f"Bench, Person {n}",
            "message": f"Dear Person {n},\n{words}", "html_message": f"<p>Dear Person {n},</p><p>{words}</p>",
        }
        for n in range(messages)
    )  # fmt: skip
    begin = time.perf_counter()
    mail.send_queued_mail_until_done(lockfile=str(folder / "post_office.lock"), processes=1, log_level=1)
    return time.perf_counter() - begin


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), *map(int, sys.argv[2:])))
