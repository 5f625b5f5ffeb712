"""Plain replies as people write them, in five languages, with the quotes of five mail programs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.quotes import above_quote
from domain.replies import Answer, answer


def _list(text):
    """Replies parted by "|"; a line end is written as a backslash and n."""
    return [" ".join(reply.split()).replace("\\n", "\n") for reply in text.split("|")]


YES = _list(
    r"""yes | Yes. | YES!!! | yes, I'll be there | Yes, I’ll be there | Yes please, thank you | Sure
    | Of course! | I will attend | I can make it | count me in | OK | 👍 | 👍🏽 | 👍👍 | ✅ | Yes 👍 |
    yes\nMaria | Yes, I will come.\n\nBest regards,\nMaria Lopez | Hi
    Ana,\n\nYes.\n\nThanks!\nJo | Hello, yes | sí | Si | SÍ, claro | claro | Claro que sí | allí
    estaré | Hola Ana, sí, gracias | por supuesto, muchas gracias | oui | Oui ! | d'accord |
    D’accord, merci | je viens | Bonjour,\nOui, je serai là.\nCordialement,\nAwa Diallo | bien
    sûr | sim | Sim, pode contar comigo | pode contar comigo | Olá, sim, obrigada | com certeza
    | نعم | نَعَمْ | نعـــم | نعم، سأحضر | نعم شكرا | السلام عليكم\nنعم سأحضر\nمع التحية\nسارة
    أحمد | Thanks, Maria\nYes | Yes\nThanks, Maria"""
)
NO = _list(
    r"""no | No. | No, thank you | no thanks | nope | 👎 | ❌ | can't | I can't | I can’t make it |
    cannot make it | Sorry, I cannot make it | Unfortunately I won't be able to
    attend.\nBest,\nJo | no puedo | No puedo asistir, lo siento | no, gracias | non | Non merci
    | je ne peux pas | Désolée, je ne pourrai pas venir. | não | Não, obrigado | nao | não posso
    | Infelizmente não posso | لا | لا أستطيع | لا استطيع | لا، شكراً | للأسف لن أحضر | of
    course not | claro que no | bien sûr que non | claro que não"""
)
MAYBE = _list(
    r"""maybe | Perhaps. | not sure | I'm not sure yet | I don't know yet | I might come | quizás |
    tal vez | no sé | peut-être | Peut être | je ne sais pas | talvez | não sei | ربما | لست
    متأكداً | لا أعرف | 🤷"""
)
STOP = _list(
    r"""stop | STOP | Unsubscribe | please unsubscribe me | baja | darme de baja | désabonner | Me
    désabonner svp | parar | إلغاء الاشتراك | الغاء الاشتراك"""
)
NONE = _list(
    r"""yes but I will be late | Yes, but only for half an hour | yes if I can | I cannot say yes
    yet | no problem, I'll come | No problem | yes no | Yes\nActually no | can't wait! | I can't
    wait to see you | no puedo esperar | yes? | maybe? | Will I get a certificate | not yet |
    Yes\nunless it rains | Yes\nTomorrow | I said no to the other one, so yes | Is it yes or no
    | sí pero más tarde | oui mais en retard | sim, mas chego tarde | نعم ولكن سأتأخر | no,
    unsubscribe me | stop, yes | Hi no, I will come | no sé si puedo | je ne viens pas, si |
    thanks | Maria | Hola | no es cierto que no pueda | Not a problem | Yes, we have no bananas
    | Please say no to Maria | ¿sí? | The answer is yes | no doubt | Why not | nothing | Thanks
    but no | yes\nnot really | Yes\n\nI must tell you that there is something else | nonsense |
    simple | okay\nno | 👍👎 | Thanks,\nno yes"""
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (text, expected)
        for expected, texts in [
            (Answer.YES, YES), (Answer.NO, NO), (Answer.MAYBE, MAYBE), (Answer.STOP, STOP), (None, NONE)
        ]
        for text in texts
    ],
)  # fmt: skip
def test_answer_of_a_plain_reply(text, expected):
    assert answer(text) == expected


def test_answer_long_letter_is_for_a_person():
    assert answer("Yes. " * 50) is None
    assert answer("Yes. " * 10) == Answer.YES


QUOTES = {
    "gmail-en": "On Sun, Nov 22, 2026 at 10:00 AM LetsConnect <t@example.org> wrote:\n\n> Will you come?\n> no",
    "gmail-en-folded": "On Sun, Nov 22, 2026 at 10:00 AM LetsConnect Team\n<t@example.org> wrote:\n> no",
    "gmail-en-unmarked": "On Sun, Nov 22, 2026 at 10:00 AM Team <t@example.org> wrote:\n\nNo\nor yes?",
    "gmail-es": "El dom, 22 nov 2026 a las 10:00, Team (<t@example.org>) escribió:\n\n> no",
    "gmail-fr": "Le dim. 22 nov. 2026 à 10:00, Team <t@example.org> a écrit\xa0:\n\n> non",
    "gmail-pt": "Em dom., 22 de nov. de 2026 às 10:00, Team <t@example.org> escreveu:\n\n> não",
    "gmail-ar": "\u200fفي الأحد، ٢٢ نوفمبر ٢٠٢٦ في ١٠:٠٠ ص كتب \u202aTeam\u202c\u200f <t@example.org>\u200f:\n\n> لا",
    "outlook-rule": "________________________________\nFrom: Team <t@example.org>\nSent: Sunday\nTo: You\n\nno",
    "outlook-original": "-----Original Message-----\nFrom: Team\nSent: Sunday\n\nno",
    "outlook-en": "From: Team <t@example.org>\nSent: Sunday, 22 November 2026\nTo: You\nSubject: No\n\nno",
    "outlook-en-bold": "*From:* Team <t@example.org>\n*Sent:* Sunday\n\nno",
    "outlook-es": "De: Team <t@example.org>\nEnviado: domingo, 22 de noviembre de 2026 10:00\nPara: a\n\nno",
    "outlook-es-rule": "-----Mensaje original-----\nDe: Team\n\nno",
    "outlook-fr": "De\xa0: Team <t@example.org>\nEnvoyé\xa0: dimanche 22 novembre 2026 10:00\nÀ\xa0: a\n\nnon",
    "outlook-fr-rule": "-----Message d'origine-----\nDe : Team\n\nnon",
    "outlook-pt": "De: Team <t@example.org>\nEnviada em: domingo, 22 de novembro de 2026 10:00\n\nnão",
    "outlook-ar": "من: Team <t@example.org>\nتاريخ الإرسال: 22 نوفمبر 2026\nإلى: a\n\nلا",
    "apple-en": "> On Nov 22, 2026, at 10:00, Team <t@example.org> wrote:\n> \n> no",
    "apple-fr": "Le 22 nov. 2026 à 10:00, Team <t@example.org> a écrit :\n\n> non",
    "apple-pt": "No dia 22/11/2026, às 10:00, Team <t@example.org> escreveu:\n> não",
    "thunderbird-en": "On 22/11/2026 10:00, Team wrote:\n> no",
    "thunderbird-es": "El 22/11/26 a las 10:00, Team escribió:\n> no",
    "thunderbird-pt": "Em 22/11/2026 10:00, Team escreveu:\n> não",
    "signature": "-- \nMaria Lopez\nNo Limits Ltd.",
    "iphone-en": "Sent from my iPhone\n\n> On Nov 22, 2026, at 10:00, Team wrote:\n> no",
    "android-en": "Sent from my Android phone\nno",
    "outlook-ios": "Get Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\nFrom: Team",
    "iphone-es": "Enviado desde mi iPhone",
    "iphone-fr": "Envoyé de mon iPhone",
    "android-fr": "Envoyé depuis mon téléphone Android",
    "iphone-pt": "Enviado do meu iPhone",
    "iphone-ar": "أرسلت من الـ iPhone",
    "android-ar": "تم الإرسال من هاتفي",
}  # fmt: skip


@pytest.mark.parametrize("quote", QUOTES.values(), ids=QUOTES)
def test_above_quote_of_mail_programs(quote):
    assert above_quote(f"Yes, I'll be there\n\n{quote}\n") == "Yes, I'll be there"
    assert answer(f"Yes, I'll be there\r\n\r\n{quote}\r\n") == Answer.YES


@pytest.mark.parametrize("quote", [q for q in QUOTES.values() if "wrote" in q or "From:" in q])
def test_answer_only_in_the_quote_is_none(quote):
    assert answer(quote.replace("no", "yes")) is None


def test_above_quote_written_below_marked_lines():
    text = "On 22/11/2026 10:00, Team wrote:\n> Will you come?\n> Please say.\n\nYes\n"
    assert above_quote(text) == "Yes"
    assert answer(text) == Answer.YES


def test_above_quote_written_between_marked_lines_that_disagree():
    text = "Yes\n\n> Will you bring a friend?\n\nNo\n"
    assert above_quote(text) == "Yes"
    assert answer(text) is None


def test_above_quote_keeps_plain_text():
    text = "On Sunday I can.\nFrom: here to there\nThe rest"
    assert above_quote(text) == text


@given(st.text())
def test_answer_any_text(text):
    assert answer(text) in {None, *Answer}
    above_quote(text)
