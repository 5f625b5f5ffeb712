"""A sharer on mail alone, as a new user: reads the letters that come into a real mailbox, and answers what they ask for
in the manner of a common mail program, until the session is documented."""

import email
import imaplib
import re
import smtplib
from collections.abc import Iterator
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from domain.participants import folded_name
from domain.times import iso
from steps import attendance, closing, confirming
from steps.deliver import deliver
from steps.inbox import read_mailbox
from tests.programme import Place
from tests.season.test_end_to_end import relay
from tests.servers.dovecot import Dovecot, dovecot

PROGRAMME, ADA = "letsconnect@example.org", "ada@example.org"
LINK = "https://commons.example.org/wiki/File:{}"
# What a letter in one of these languages asks for, in the words that it uses, and what this sharer answers.
SPEAKS = {
    "en": {
        "reply with one word: done": "Done",
        "Reply with the number": "20",
        "Reply with the link": LINK,
        "Reply with a few words": "We speak English, and French would help some.",
        "answers": "My answer to question {0}, in a sentence or two.",
        "none": "none",
        "optional": "Write “none”",
        "numbered": "each after its number",
        "thanks": "Thank you for sharing",
        "nothing left": "there is nothing left for you to do",
        "on": "On {0}, Let's Connect <letsconnect@example.org> wrote:",
    },
    "fr": {
        "Répondez d’un mot : fait": "C'est fait",
        "Répondez avec le nombre": "20",
        "Répondez avec le lien": LINK,
        "Répondez en quelques mots": "Nous parlons français, et un peu anglais.",
        "answers": "Ma réponse à la question {0}, en une phrase.",
        "none": "rien",
        "optional": "Écrivez « rien »",
        "numbered": "chaque réponse après son numéro",
        "thanks": "Merci d’avoir partagé",
        "nothing left": "il ne vous reste rien à faire",
        "on": "Le {0}, Let's Connect <letsconnect@example.org> a écrit :",
    },
}


class MailSharer:
    """Knows nothing but what is in the mailbox."""

    def __init__(self, server: Dovecot, port: int, language: str) -> None:
        self.server, self.port, self.says = server, port, SPEAKS[language]
        self.seen, self.asked, self.letters = 0, list[str](), list[EmailMessage]()

    def new_letters(self) -> list[EmailMessage]:
        box = imaplib.IMAP4(self.server.host, self.server.imap_port)
        box.login(ADA, self.server.password)
        box.select("INBOX", readonly=True)
        (found,) = box.search(None, "ALL")[1]
        numbers = found.split()[self.seen :]
        self.seen += len(numbers)
        raw = [box.fetch(number, "(BODY.PEEK[])")[1][0][1] for number in numbers]
        box.logout()
        letters = [email.message_from_bytes(one, policy=policy.default) for one in raw]
        self.letters += letters
        return letters

    def answer(self, letter: EmailMessage) -> None:
        """What the letter asks for, or nothing."""
        text = body(letter)
        words = self._words(" ".join(text.split()), text)
        if words is None:
            return
        self.asked.append(str(letter["Subject"]))
        mail = EmailMessage()
        mail["From"], mail["To"] = f"Ada Obi <{ADA}>", letter["Reply-To"] or letter["From"]
        mail["Subject"], mail["In-Reply-To"] = f"Re: {letter['Subject']}", letter["Message-ID"]
        mail["Message-ID"] = f"<{len(self.asked)}@mail.example.org>"
        shape = (gmail, outlook, apple)[len(self.asked) % 3]
        mail.set_content(shape(words, text, letter, self.says["on"]))
        with smtplib.SMTP("127.0.0.1", self.port) as smtp:
            smtp.send_message(mail)

    def _words(self, flat: str, text: str) -> str | None:
        if self.says["numbered"] in flat and (open_ones := open_questions(text)):
            return "\n".join(
                f"{number}. {self.says['none' if self.says['optional'] in below else 'answers'].format(number)}"
                for number, below in open_ones
            )
        for asks, words in self.says.items():
            asked = asks.casefold() in flat.casefold().replace("\xa0", " ")
            if asked and (asks[0].isupper() or asks.startswith("reply")):
                return words.format(f"{len(self.asked)}.webm")
        return None


def body(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def open_questions(text: str) -> list[tuple[int, str]]:
    """Number of each question that a letter puts, with what stands below it; those answered come after a heading."""
    before = re.split(r"\n(?:What we have|Ce que nous avons)\n", text)[0]
    found = re.split(r"(?m)^(\d+)\. ", before)[1:]
    pairs = zip(found[::2], found[1::2], strict=True)
    return [(int(number), " ".join(below.split("\n\n")[0].split())) for number, below in pairs]


def quoted(text: str) -> str:
    return "".join(f"> {line}\n" for line in text.splitlines())


def gmail(words: str, text: str, letter: EmailMessage, on: str) -> str:
    return f"{words}\n\n{on.format(letter['Date'])}\n\n{quoted(text)}"


def outlook(words: str, text: str, letter: EmailMessage, _on: str) -> str:
    head = f"From: Let's Connect <{PROGRAMME}>\nSent: {letter['Date']}\nTo: Ada Obi\nSubject: {letter['Subject']}"
    return f"{words}\n\nBest regards,\nAda Obi\nWikimedia Lagos\n\n________________________________\n{head}\n\n{text}"


def apple(words: str, text: str, letter: EmailMessage, on: str) -> str:
    return f"{words}\n\nSent from my iPhone\n\n{on.format(letter['Date'])}\n\n{quoted(text)}"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Dovecot]:
    with dovecot(tmp_path) as running:
        yield running


@pytest.mark.parametrize("language", ["en", "fr"])
def test_sharer_on_mail_alone_gets_to_the_end(server: Dovecot, tmp_path: Path, language: str) -> None:
    with relay(server) as port:
        place = Place(tmp_path)
        place.environ |= {
            "LETSCONNECT_SMTP_URL": f"smtp://127.0.0.1:{port}?tls=none",
            "LETSCONNECT_IMAP_URL": f"imap://{PROGRAMME.replace('@', '%40')}:{server.password}"
            f"@127.0.0.1:{server.imap_port}/INBOX?tls=none",
        }
        place.app = place.another()
        person = place.person("Ada Obi", ADA, language=language)
        place.app.conn.execute("update participants set name_folded = ?", (folded_name("Ada Obi"),))
        place.welcomed()
        fields = {"title": "Budgets", "start": iso(place.time + timedelta(days=18, hours=2)), "kind": "clinic"}
        session = confirming.confirm(place.app, fields, [person], None, "Amina")
        ada = MailSharer(server, port, language)

        def day() -> None:
            for _ in range(2):  # letters, answers, and what follows at once
                place.plan()
                deliver(place.app)
                for letter in ada.new_letters():
                    ada.answer(letter)
                read_mailbox(place.app)
            place.later(days=1)

        for _ in range(28):
            day()
        states = dict(place.app.conn.execute("select code, state from checklist_items").fetchall())
        assert {code for code, state in states.items() if state != "done"} == set()
        waiting = place.app.conn.execute("select count(*) from inbox where state not in ('read', 'settled')").fetchone()
        assert (waiting[0], place.app.conn.execute("select count(*) from desk_tasks").fetchone()[0]) == (0, 0)
        assert sorted(ada.asked) == sorted(set(ada.asked)), "asked twice for the same"
        attendance.attended(place.app, str(session.id), [str(person)], "Amina", guests=14)
        closing.close(place.app, str(session.id), "Amina")
        day()
        last = " ".join(body(ada.letters[-1]).split())
        assert ("Budgets" in last, ada.says["thanks"] in last, ada.says["nothing left"] in last) == (True, True, True)
        row = place.app.conn.execute("select purpose, audience, preparation from sessions").fetchone()
        assert (bool(row["purpose"]), bool(row["audience"]), row["preparation"]) == (True, True, "")
