"""Raw replies to a survey's letter as mail programs send them: their parts, charsets, quotes and signatures.

The cases are in tests/data/survey_replies/cases.toml; the letter that is quoted is the one we send.
"""

import tomllib
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from pathlib import Path

from templates_email.samples import samples
from templates_email.skeletons import render

CASES = Path(__file__).parent / "data" / "survey_replies" / "cases.toml"
US = "Let's Connect <hello@connect.example>"


@dataclass(frozen=True)
class Case:
    """`between`: number of a question -> what was written below it in the quote."""

    client: str
    says: str = ""
    language: str = "en"
    answers: dict[str, str] = field(default_factory=dict)
    rest: bool = False
    between: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        words = " ".join((self.says or " ".join(self.between.values())).split())[:30]
        return f"{self.client}-{self.language}-{words}"


def cases() -> list[Case]:
    return [Case(**one) for one in tomllib.loads(CASES.read_text("utf-8"))["case"]]


ATTRIBUTIONS = {
    "en": f"On Sun, Nov 22, 2026 at 2:00 PM {US} wrote:",
    "es": f"El dom, 22 nov 2026 a las 14:00, {US} escribió:",
    "fr": f"Le dim. 22 nov. 2026 à 14:00, {US} a écrit :",
    "pt": f"Em dom., 22 de nov. de 2026 às 14:00, {US} escreveu:",
    "ar": f"في الأحد، 22 نوفمبر 2026 في 2:00 م تمت كتابة ما يلي بواسطة \u202a{US}\u202c\u200f:",
}
APPLE = {
    "en": f"On 22 Nov 2026, at 14:00, {US} wrote:",
    "es": f"El 22 nov 2026, a las 14:00, {US} escribió:",
    "fr": f"Le 22 nov. 2026 à 14:00, {US} a écrit :",
    "pt": f"Em 22 de nov. de 2026, à(s) 14:00, {US} escreveu:",
    "ar": f"في ٢٢ نوفمبر ٢٠٢٦، الساعة ٢:٠٠ م، كتب {US}:",
}
HEADERS = {
    "en": ("From", "Sent", "To", "Subject"),
    "es": ("De", "Enviado", "Para", "Asunto"),
    "fr": ("De", "Envoyé", "À", "Objet"),
    "pt": ("De", "Enviado", "Para", "Assunto"),
    "ar": ("من", "تم الإرسال", "إلى", "الموضوع"),
}
DEVICES = {
    "iphone": {
        "en": "Sent from my iPhone", "es": "Enviado desde mi iPhone", "fr": "Envoyé de mon iPhone",
        "pt": "Enviado do meu iPhone", "ar": "أُرسلت من الـ iPhone",
    },
    "android": {
        "en": "Sent from my Galaxy", "es": "Enviado desde mi Samsung", "fr": "Envoyé de mon mobile",
        "pt": "Enviado do meu smartphone Samsung", "ar": "مرسلة من هاتفي",
    },
    "outlook_mobile": {
        "en": "Get Outlook for iOS", "es": "Obtener Outlook para Android", "fr": "Obtenir Outlook pour iOS",
        "pt": "Obter o Outlook para Android", "ar": "الحصول على Outlook لـ iOS",
    },
}  # fmt: skip
CHARSETS = {"outlook": {"es": "iso-8859-1", "fr": "windows-1252", "pt": "iso-8859-1", "ar": "windows-1256"}}


def letter(language: str) -> str:
    """The text of the letter that is answered."""
    return render("survey", [language], samples(language)["survey"]).text


def quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def raw(case: Case) -> bytes:
    """The mail as it comes in."""
    message = EmailMessage(policy=SMTP)
    message["From"] = "Ada Obi <ada@example.org>"
    message["To"] = US
    message["Subject"] = "Re: Your opinion of the session"
    message["Message-ID"] = "<reply@example.org>"
    text, html = body_of(case)
    charset = CHARSETS.get(case.client, {}).get(case.language, "utf-8")
    if html and case.client in ("html_only", "yahoo"):
        message.set_content(html, subtype="html", charset=charset)
    else:
        encodable = text.encode(charset, "replace").decode(charset)
        message.set_content(encodable, charset=charset, cte="base64" if case.client == "gmail" else "quoted-printable")
        if case.client.startswith("thunderbird"):
            message.set_param("format", "flowed")
        if html:
            message.add_alternative(html, subtype="html", charset="utf-8")
    return message.as_bytes()


def body_of(case: Case) -> tuple[str, str]:
    """Plain text, and HTML where the client sends it."""
    says, language, original = case.says.strip("\n"), case.language, letter(case.language)
    lines = "".join(f"<div>{escape(line) or '<br>'}</div>" for line in says.splitlines())
    attribution = ATTRIBUTIONS[language]
    match case.client:
        case "gmail":
            html = (
                f'<div dir="auto">{lines}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr"'
                f' class="gmail_attr">{escape(attribution)}<br></div><blockquote class="gmail_quote">'
                f"{escape(original)}</blockquote></div>"
            )
            return f"{says}\n\n{attribution}\n\n{quoted(original)}\n", html
        case "outlook" | "outlook_mobile":
            who, when, to, subject = HEADERS[language]
            values = (US, "Sunday, 22 November 2026 14:00", "Ada Obi <ada@example.org>", "Your opinion of the session")
            head = "\n".join(f"{name}: {value}" for name, value in zip((who, when, to, subject), values, strict=True))
            device = f"\n\n{DEVICES['outlook_mobile'][language]}" if case.client == "outlook_mobile" else ""
            return f"{says}{device}\n\n{'_' * 32}\n{head}\n\n{original}", ""
        case "apple":
            return f"{says}\n\n{APPLE[language]}\n\n{quoted(original)}\n", ""
        case "iphone":
            return f"{says}\n\n{DEVICES['iphone'][language]}\n\n> {APPLE[language]}\n> \n{quoted(original)}\n", ""
        case "android":
            return f"{says}\n\n{DEVICES['android'][language]}\n\n-------- Original message --------\n{original}", ""
        case "thunderbird":
            return f"{says}\n\n-- \nAda Obi\nhttps://example.org/ada\n\n{attribution}\n{quoted(original)}\n", ""
        case "thunderbird_below":
            return f"{attribution}\n{quoted(original)}\n\n{says}\n\n-- \nAda Obi\n", ""
        case "thunderbird_between":
            return f"{attribution}\n{answered_between(original, case.between)}\n", ""
        case "yahoo":
            quote = f"<blockquote>{escape(original)}</blockquote>"
            return "", f"<html><body><div>{lines}</div><br><div>{escape(attribution)}</div>{quote}</body></html>"
        case "proton":
            rule = "------- Original Message -------"
            return f"{says}\n\nSent with Proton Mail secure email.\n\n{rule}\n{attribution}\n\n{quoted(original)}\n", ""
        case "html_only":
            quote = f"<blockquote>{'<br>'.join(map(escape, original.splitlines()))}</blockquote>"
            return "", f"<html><body>{lines}<br>{escape(attribution)}<br>{quote}</body></html>"
    return f"{says}\n", ""


def answered_between(original: str, between: dict[str, str]) -> str:
    """The quoted letter with an answer below some of its questions."""
    found: list[str] = []
    for line in original.splitlines():
        found.append(f"> {line}".rstrip())
        number = line.strip().partition(".")[0]
        if number in between:
            found += ["", between[number], ""]
    return "\n".join(found)
