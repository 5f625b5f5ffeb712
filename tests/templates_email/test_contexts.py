"""Templates and their contexts say the same."""

import pytest
from jinja2 import meta

from templates_email.catalogues import HERE, shipped, sources_of
from templates_email.chats import CHATS, Chat
from templates_email.contexts import CONTEXTS, fields_of
from templates_email.fields import Kind
from templates_email.newsletters import DOCUMENTS

_FROM_THE_EXTENSION = {"gettext", "ngettext"}
# Read by what is included: the label of a change in update.j2, the parts of an issue.
_LOOP_VARIABLES = {
    "change", "section", "block", "resource", "number", "session", "ask", "groups", "question", "of",
}  # of those included


@pytest.mark.parametrize("message", (*CONTEXTS, "issue_page"))
def test_template_variables_equal_the_context(message: str) -> None:
    env = shipped().environment("en")
    used: set[str] = set()
    for name in sources_of(f"{message}.j2"):
        source = (HERE / "messages" / name).read_text(encoding="utf-8")
        used |= meta.find_undeclared_variables(env.parse(source))
    told = set(fields_of(message))
    assert used - _FROM_THE_EXTENSION - (_LOOP_VARIABLES - told) == told


def test_every_message_has_a_template_and_every_template_a_use() -> None:
    messages = (*CONTEXTS, *DOCUMENTS, "labels", "certificate")
    used = {name for message in messages for name in sources_of(f"{message}.j2")}
    assert used == {path.name for path in (HERE / "messages").iterdir()}


@pytest.mark.parametrize("message", CONTEXTS)
def test_every_message_has_its_blocks(message: str) -> None:
    blocks = shipped().environment("en").get_template(f"{message}.j2").blocks
    is_chat = issubclass(CONTEXTS[message], Chat)
    assert set(blocks) == ({"chat"} if is_chat else {"subject", "body", "footer", "chat"})


def test_messages_are_called_after_themselves() -> None:
    assert [kind for kind in CHATS if CONTEXTS[kind.message] is not kind] == []


def test_announcement_to_a_group_has_nothing_personal() -> None:
    assert {kind for kind, _ in fields_of("announcement").values()} == {Kind.CONSTANT}


def test_fields_have_kinds() -> None:
    kinds = {name: kind for name, (kind, _) in fields_of("invitation").items()}
    personal = [name for name, kind in kinds.items() if kind is Kind.PERSONAL]
    assert personal == ["name", "reference", "stop_link", "rsvp_link"]
    variant = [name for name, kind in kinds.items() if kind is Kind.VARIANT]
    assert variant == ["has_stop_link", "when", "origin", "has_rsvp_link"]
