"""The words of replies to surveys in en, es, fr, pt and ar: data for `survey_replies.py`, which says how they are read.

Written as people write them; case, accents and punctuation do not matter. A word that is only sometimes what it seems
must not be here: what is not understood goes to a person.
"""


def _list(text: str) -> list[str]:
    """Phrases parted by "|", on as many lines as they need."""
    return [" ".join(phrase.split()) for phrase in text.split("|")]


YES = _list(
    """yes | y | yep | yeah | yup | yes please | yes indeed | sure | of course | definitely | absolutely |
    certainly | yes we did | yes i did | we did | i did | yes i have | i have | yes it did | it did | yes they
    were | they were | yes i would | i would | yes very much | very much | totally | completely | fully | sí |
    si | claro | claro que sí | por supuesto | desde luego | sí por favor | sí totalmente | totalmente |
    completamente | sí mucho | oui | ouais | bien sûr | tout à fait | oui tout à fait | absolument | oui bien
    sûr | oui volontiers | volontiers | complètement | sim | claro que sim | com certeza | sim com certeza | sim
    por favor | sim totalmente | نعم | أجل | بالتأكيد | طبعا | بالطبع | أكيد | نعم بالتأكيد | نعم تماما | تماما
    | نعم بالطبع | نعم من فضلك"""
)
NO = _list(
    """no | n | nope | nah | not at all | no not at all | no we did not | no we didn't | we did not | we didn't |
    no i did not | no i didn't | i did not | i didn't | no i have not | no i haven't | i have not | i haven't |
    not yet | no not yet | no it did not | no it didn't | it did not | it didn't | no they were not | no they
    weren't | no thanks | no thank you | unfortunately not | sadly not | todavía no | aún no | no todavía | no
    para nada | para nada | en absoluto | no gracias | non | pas encore | non pas encore | pas du tout | non pas
    du tout | non merci | malheureusement non | não | nao | ainda não | não ainda não | de jeito nenhum | nada |
    não obrigado | não obrigada | infelizmente não | لا | كلا | ليس بعد | لا ليس بعد | لا شكرا | لا أبدا | أبدا
    | للأسف لا"""
)
SIGNS = {**dict.fromkeys("👍👌✅✔", "yes"), **dict.fromkeys("👎❌✖", "no")}

NUMBERS = {
    "1": _list("one | uno | une | un | um | uma | واحد | واحدة"),
    "2": _list("two | dos | deux | dois | duas | اثنان | اثنين | إثنان"),
    "3": _list("three | tres | trois | três | ثلاثة | ثلاث"),
    "4": _list("four | cuatro | quatre | quatro | أربعة | أربع"),
    "5": _list("five | cinco | cinq | خمسة | خمس"),
}
# What may stand before a rating, and after it.
LEADS = _list(
    """i'd give it a | i would give it a | i give it a | i'd give it | i would give it | i give it | i'd say | i
    would say | i say | it's a | it was a | a | my answer is | my answer | answer | rating | my rating | my
    rating is | score | my score | le doy un | le doy | yo le doy un | un | mi respuesta es | mi respuesta |
    respuesta | puntuación | mi puntuación | calificación | nota | mi nota | je donne | je donne un | je dirais
    | je mets | je lui donne | ma réponse est | ma réponse | réponse | note | ma note | dou | dou nota | eu dou
    | eu dou nota | minha resposta é | minha resposta | resposta | minha nota | minha nota é | avaliação |
    إجابتي | جوابي | الجواب | الإجابة | التقييم | تقييمي | أعطيها | أعطيه | درجة"""
)
OUT_OF_FIVE = _list(
    "out of 5 | of 5 | from 5 | sobre 5 | de 5 | sur 5 | em 5 | de un total de 5 | من 5 | من أصل 5 | على 5"
)
STARS = _list(
    "star | stars | point | points | estrella | estrellas | puntos | étoile | étoiles | estrela | estrelas |"
    " pontos | نجوم | نجمة | نقاط | درجات"
)

# Words beside a rating, and the ratings that they agree with. Another number beside them is for a person.
PRAISE = _list(
    """excellent | great | fantastic | wonderful | amazing | brilliant | awesome | perfect | very good | really
    good | very helpful | really useful | very interesting | super | loved it | i loved it | very well done |
    well done | excelente | genial | fantástico | fantástica | maravilloso | maravillosa | perfecto | perfecta |
    muy bueno | muy buena | muy bien | muy interesante | me encantó | estupendo | estupenda | excellente |
    parfait | parfaite | génial | géniale | formidable | très bien | très bon | très bonne | très intéressant |
    très intéressante | magnifique | ótimo | ótima | perfeito | perfeita | muito bom | muito boa | muito bem |
    muito interessante | adorei | maravilhoso | maravilhosa | ممتاز | ممتازة | رائع | رائعة | جيد جدا | جيدة جدا
    | مفيد جدا | مفيدة جدا"""
)
GOOD = _list(
    """good | useful | helpful | interesting | quite useful | quite good | nice | bueno | buena | bien | útil |
    interesante | bon | bonne | utile | intéressant | intéressante | bom | boa | interessante | جيد | جيدة |
    مفيد | مفيدة"""
)
MIDDLING = _list(
    """ok | okay | average | so so | fair | fine | not bad | regular | normal | más o menos | moyen | moyenne |
    correct | comme ci comme ça | pas mal | médio | média | mais ou menos | razoável | متوسط | متوسطة | عادي |
    لا بأس"""
)
POOR = _list(
    """bad | poor | very bad | very poor | terrible | useless | not good | not useful | not very useful | not
    helpful | boring | disappointing | malo | mala | muy malo | muy mala | inútil | poco útil | nada útil |
    aburrido | mauvais | mauvaise | très mauvais | inutile | pas utile | peu utile | décevant | décevante | ruim
    | muito ruim | mau | má | pouco útil | não foi útil | decepcionante | سيئ | سيئة | سيئ جدا | غير مفيد | غير
    مفيدة | ممل | مملة"""
)
AGREES = {
    **dict.fromkeys(PRAISE, frozenset("45")),
    **dict.fromkeys(GOOD, frozenset("345")),
    **dict.fromkeys(MIDDLING, frozenset("234")),
    **dict.fromkeys(POOR, frozenset("12")),
}
# The ratings that a label of surveys.toml agrees with, by its place.
LABEL_AGREES = {
    "1": frozenset("12"),
    "2": frozenset("123"),
    "3": frozenset("234"),
    "4": frozenset("45"),
    "5": frozenset("45"),
}

# After an answer: these take it back, or half of it.
CORRECTIONS = _list(
    """no | not | wait | sorry | actually | or | rather | instead | maybe | perhaps | correction | i mean | almost
    | between | somewhere | perdón | espera | o | o sea | más bien | quizás | quizá | tal vez | mejor dicho |
    casi | entre | pardon | attends | ou | plutôt | peut-être | en fait | presque | non | perdão | desculpe |
    espere | aliás | talvez | quer dizer | quase | não | عفوا | لا | أو | بل | ربما | أقصد | تقريبا | بين"""
)
# After a yes or a no these make it half of one.
HALVES = _list(
    """but | however | unless | if | except | only | though | although | partly | partially | half | sort of | kind
    of | mostly | somewhat | pero | sino | salvo | excepto | solo | sólo | aunque | en parte | a medias | más o
    menos | mais | sauf | seulement | si | bien que | en partie | à moitié | mas | porém | exceto | somente | só
    | embora | em parte | لكن | ولكن | إلا | إذا | فقط | جزئيا | إلى حد ما | نوعا ما"""
)
