"""The demo's newsletter: a draft in five languages, put together from what the story left, for a person to approve.

Not sent: approving is a coordinator's, and the demo shows how. Every form of it lies in the folder `newsletter`.
"""

from domain.newsletter import IssueKind, Words
from steps import newsletter, newsletter_files, opportunities
from steps.app import App
from steps.newsletter import Preview

WHO = "demo"
OPENING = {
    "en": "Three clinics are coming. Which one would help **you** most?",
    "es": "Vienen tres clínicas. ¿Cuál te ayudaría más **a ti**?",
    "fr": "Trois ateliers arrivent. Lequel **vous** aiderait le plus ?",
    "pt": "Três clínicas estão chegando. Qual ajudaria mais **você**?",
    "ar": "ثلاث ورشات قادمة. أيها يفيدكم **أنتم** أكثر؟",
}
COURSE = {
    "en": "A course of four weeks, free, at your own pace.",
    "es": "Un curso de cuatro semanas, gratuito y a tu ritmo.",
    "fr": "Un cours de quatre semaines, gratuit, à votre rythme.",
    "pt": "Um curso de quatro semanas, gratuito, no seu ritmo.",
    "ar": "دورة مجانية من أربعة أسابيع، بالوتيرة التي تناسبكم.",
}


def draft(app: App) -> Preview:
    """The draft as a coordinator would see it; its forms are written beside the database."""
    for language, text in COURSE.items():
        fields = {"url": "https://school.example.org/open-data", "title": "Open data", "languages": "en,fr"}
        opportunities.add(app, {**fields, "language": language, "text": text}, WHO)
    issue = newsletter.draft(app, IssueKind.NEWSLETTER, WHO)
    words = {language: Words("", text) for language, text in OPENING.items()}
    newsletter.write(app, issue, "opening", "first", words, WHO)
    seen = newsletter.preview(app, issue)
    folder = app.settings.home / "newsletter"
    folder.mkdir(exist_ok=True)
    for name, content in newsletter_files.exports(app, seen):
        (folder / name).write_text(content, "utf-8")
    return seen
