"""The words of plain replies in en, es, fr, pt and ar: data for `replies.py`, which says how they are read.

Written as people write them; case, accents, apostrophes and punctuation do not matter, as the
reader takes them off. A phrase that is only sometimes an answer ("can't wait", "no problem") must not be here.
"""

from enum import StrEnum
from itertools import product


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    MAYBE = "maybe"
    STOP = "stop"  # wants no more mail


def _list(text: str) -> list[str]:
    """Phrases parted by "|", on as many lines as they need."""
    return [" ".join(phrase.split()) for phrase in text.split("|")]


def _joined(*columns: str) -> list[str]:
    """Every combination, one alternative from each column; alternatives are parted by "|"."""
    return [" ".join(words) for words in product(*(column.split("|") for column in columns))]


SIGNS = {
    **dict.fromkeys("👍👌✅✔☑🙋", Answer.YES),
    **dict.fromkeys("👎❌✖🙅", Answer.NO),
    **dict.fromkeys("🤷", Answer.MAYBE),
}

_COME = "be there|come|attend|join|make it|participate|take part|be attending|be joining|join you"
PHRASES: dict[Answer, list[str]] = {
    Answer.YES: [
        *_joined("i'll|i will|we'll|we will|i can|we can|i will definitely|i'll definitely", _COME),
        *_list(
            """yes | yes please | yep | yeah | yup | sure | sure thing | of course | definitely |
            absolutely | certainly | ok | okay | will do | count me in | i'm in | i am in | i accept |
            accepted | accept | confirmed | i confirm | confirm | gladly | with pleasure | i'd love to |
            i would love to | i'm coming | i am coming | we are coming | i'm attending | i am attending
            | attending | sí | si | claro | claro que sí | por supuesto | desde luego | vale | de
            acuerdo | con gusto | con mucho gusto | allí estaré | ahí estaré | estaré allí | estaré ahí
            | voy | sí voy | iré | asistiré | participaré | confirmo | confirmado | acepto | cuenta
            conmigo | cuenten conmigo | puedo ir | puedo asistir | sí puedo | confirmo mi asistencia |
            oui | ouais | bien sûr | d'accord | volontiers | avec plaisir | je viens | je viendrai | je
            serai là | j'y serai | je participe | je participerai | je serai présent | je serai présente
            | je confirme | je confirme ma présence | j'accepte | comptez sur moi | compte sur moi |
            certainement | absolument | je peux venir | entendu | sim | claro que sim | com certeza |
            com prazer | combinado | eu vou | vou sim | estarei lá | estarei presente | irei |
            participarei | pode contar comigo | podem contar comigo | conte comigo | contem comigo |
            aceito | posso ir | vou participar | posso participar | confirmo minha presença | confirmo a
            minha presença | confirmo presença | نعم | أجل | بالتأكيد | طبعا | بالطبع | أكيد | موافق |
            موافقة | تمام | حسنا | سأحضر | سأكون هناك | سوف أحضر | سأشارك | سوف أشارك | إن شاء الله
            سأحضر | أستطيع الحضور | يمكنني الحضور | أؤكد حضوري | أقبل | بكل سرور"""
        ),
    ],
    Answer.NO: [
        *_joined(
            "can't|cannot|can not|won't|i can't|i cannot|i can not|i won't|i will not|we can't|we cannot|we won't|"
            "i won't be able to|i will not be able to|i'm not able to|i am not able to|i'm unable to|i am unable to|"
            "unable to|not able to",
            _COME,
        ),
        *_list(
            """no | nope | nah | can't | cannot | i can't | i cannot | i can not | of course not | i'm not
            coming | i am not coming | not coming | i'm not attending | i am not attending | not
            attending | i decline | declined | decline | count me out | i'm out | i'm afraid not | not
            this time | i'm afraid i can't | i must decline | i have to decline | no puedo | no podré |
            no voy | no iré | no puedo ir | no podré ir | no puedo asistir | no podré asistir | no
            asistiré | no podré participar | no puedo participar | no participaré | claro que no | me es
            imposible | no me es posible | no cuenten conmigo | no cuentes conmigo | rechazo | non | je
            ne peux pas | je peux pas | je ne peux pas venir | je ne pourrai pas | je ne pourrai pas
            venir | je ne viens pas | je ne viendrai pas | je ne serai pas là | je ne serai pas présent
            | je ne serai pas présente | je n'y serai pas | je ne participerai pas | je ne peux pas
            participer | je ne pourrai pas participer | bien sûr que non | je ne pourrai pas être là |
            je ne pourrai pas y être | je décline | impossible | não | não posso | não vou | não poderei
            | não irei | não posso ir | não poderei ir | não vou poder | não vou poder ir | não consigo
            | não posso participar | não poderei participar | não vou participar | não participarei |
            não estarei | não estarei presente | claro que não | não vai dar | não dá | لا | كلا | لا
            أستطيع | لا أقدر | لا يمكنني | لن أحضر | لن أستطيع | لن أتمكن | لن أتمكن من الحضور | لا
            أستطيع الحضور | لن أستطيع الحضور | لا يمكنني الحضور | لن أشارك | لا أستطيع المشاركة | لن
            أكون هناك | غير موافق | أعتذر عن الحضور | أعتذر عن عدم الحضور"""
        ),
    ],
    Answer.MAYBE: [
        *_joined("i|we", "may|might", _COME),
        *_list(
            """maybe | perhaps | possibly | not sure | not sure yet | i'm not sure | i am not sure | i'm
            not sure yet | i am not sure yet | i don't know | i don't know yet | i do not know | i do
            not know yet | unsure | tentative | i'll try | i will try | i'll try to come | i will try to
            come | quizás | quizá | tal vez | puede ser | a lo mejor | no sé | no lo sé | todavía no sé
            | aún no sé | no estoy seguro | no estoy segura | no sé todavía | no lo sé todavía |
            intentaré ir | intentaré | trataré de ir | peut-être | je ne sais pas | je ne sais pas
            encore | je sais pas | je ne suis pas sûr | je ne suis pas sûre | pas sûr | pas sûre |
            éventuellement | je vais essayer | j'essaierai | talvez | pode ser | não sei | ainda não sei
            | não sei ainda | não tenho certeza | quem sabe | vou tentar | ربما | قد أحضر | ممكن | يمكن
            | لست متأكدا | لست متأكدة | لست متأكد | غير متأكد | غير متأكدة | لا أعرف | لا أدري | لا أعلم
            | سأحاول"""
        ),
    ],
    Answer.STOP: [
        *_list(
            """stop | unsubscribe | unsubscribe me | remove me | remove me from the list | remove me from
            this list | take me off the list | take me off this list | opt out | stop emails | stop
            emailing me | stop sending me emails | no more emails | i want to unsubscribe | baja | darme
            de baja | dar de baja | dame de baja | denme de baja | quiero darme de baja | cancelar
            suscripción | cancelar la suscripción | no más correos | no quiero más correos | désabonner
            | me désabonner | désabonnement | désabonnez-moi | désinscrire | me désinscrire |
            désinscription | je veux me désabonner | je souhaite me désabonner | désinscrivez-moi |
            arrêt | arrêter | parar | pare | descadastrar | me descadastrar | cancelar inscrição |
            cancelar a inscrição | cancelar assinatura | cancelar a assinatura | cancelar subscrição |
            quero sair da lista | إلغاء الاشتراك | ألغ الاشتراك | ألغوا اشتراكي | إلغاء اشتراكي | أريد
            إلغاء الاشتراك | توقف | توقفوا | أوقف | إيقاف | قف"""
        ),
    ],
}  # fmt: skip
# Words that say nothing either way. Those of the second list also begin a closing, after which a name may follow.
POLITE = _list(
    """please | sorry | i'm sorry | i am sorry | so | unfortunately | for sure | this time | see you | see
    you there | see you then | see you soon | see you tomorrow | looking forward | looking forward to it
    | i'm looking forward to it | have a nice day | por favor | lo siento | lo siento mucho | perdón |
    lamentablemente | desafortunadamente | nos vemos | hasta pronto | esta vez | s'il vous plaît | s'il
    te plaît | svp | stp | désolé | désolée | je suis désolé | je suis désolée | malheureusement | à
    bientôt | cette fois | desculpe | desculpa | lamento | sinto muito | infelizmente | até lá | até
    logo | até breve | desta vez | dessa vez | من فضلك | لو سمحت | آسف | آسفة | أنا آسف | أنا آسفة |
    للأسف | عذرا | إن شاء الله | إلى اللقاء | هذه المرة | نراكم | أراكم"""
)
CLOSING = _list(
    """thanks | thank you | thank you very much | thank you so much | many thanks | thanks a lot | thx |
    best | best regards | kind regards | warm regards | regards | cheers | yours | sincerely | all the
    best | best wishes | warmly | gracias | muchas gracias | mil gracias | saludos | un saludo | saludos
    cordiales | un abrazo | abrazos | atentamente | merci | merci beaucoup | merci bien | cordialement |
    bien cordialement | bien à vous | bien à toi | amitiés | bonne journée | obrigado | obrigada | muito
    obrigado | muito obrigada | abraço | abraços | um abraço | atenciosamente | cumprimentos | شكرا |
    شكرا جزيلا | شكرا لك | شكرا لكم | تحياتي | مع التحية | مع تحياتي | مع أطيب التحيات | مع خالص التحية
    | جزيل الشكر"""
)
GREETING = _list(
    """hi | hello | hey | dear | good morning | good afternoon | good evening | hola | buenas | buenos días
    | buenas tardes | querido | querida | estimado | estimada | bonjour | bonsoir | salut | cher | chère
    | olá | oi | bom dia | boa tarde | boa noite | caro | cara | prezado | prezada | مرحبا | أهلا |
    السلام عليكم | السلام عليكم ورحمة الله وبركاته | عزيزي | عزيزتي | صباح الخير | مساء الخير | تحية
    طيبة"""
)
# A name never looks like this. Found where only a name may stand, it turns the whole reply over to a person.
HEDGES = _list(
    """but | however | unless | if | except | instead | only | not | never | yet | later | tomorrow | next
    | actually | wait | cancel | cancelled | pero | sino | salvo | excepto | solo | nunca | luego |
    mañana | cancelar | mais | sauf | seulement | jamais | demain | annuler | mas | porém | exceto |
    somente | amanhã | لكن | ولكن | إلا | إذا | لو | فقط | غدا"""
)
