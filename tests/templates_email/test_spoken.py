"""Words that are put into templates when they are compiled say what looking them up each time would say."""

from jinja2 import DictLoader

from templates_email.spoken import SpokenEnvironment

WORDS = {"Yes & no": "Oui <b>&amp;</b> non", "Hello %(name)s": "Salut %(name)s", "100%%": "100 %%"}
PAGE = """{% macro shout(text) %}<b>{{ text }}</b>{% endmacro %}
{% trans %}Yes & no{% endtrans %}|{{ _("Yes & no") }}|{{ shout(_("Yes & no")) }}|{{ gettext("100%%") }}|
{%- trans name=who %}Hello {{ name }}{% endtrans %}|{{ _(word) }}|{{ ngettext("one", "%(num)s", 2) }}"""


class Asked:
    """Translations that remember what they were asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def gettext(self, text: str) -> str:
        self.asked.append(text)
        return WORDS.get(text, text)

    def ngettext(self, one: str, many: str, number: int) -> str:
        return one if number == 1 else many


def render(spoken: bool) -> tuple[str, list[str]]:
    env, words = SpokenEnvironment(extensions=["jinja2.ext.i18n"], autoescape=True), Asked()
    env.loader = DictLoader({"page": PAGE})
    env.install_gettext_translations(words, newstyle=True)
    env.said = words.gettext if spoken else None
    template = env.get_template("page")
    words.asked.clear()
    return template.render(who="<Ada>", word="Yes & no"), words.asked


def test_words_are_the_same_and_looked_up_only_where_they_depend_on_something() -> None:
    (plain, asked), (spoken, still) = render(False), render(True)
    assert spoken == plain
    yes = "Oui <b>&amp;</b> non"
    assert spoken.split("|")[1:5] == [yes, f"<b>{yes}</b>", "100 %", "Salut &lt;Ada&gt;"]
    assert (len(asked), still) == (6, ["Hello %(name)s", "Yes & no"])
