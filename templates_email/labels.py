"""Short words for a messenger: what is on buttons, and how the commands are described. From the same catalogues."""

from functools import lru_cache
from typing import Literal, get_args

from templates_email.catalogues import shipped
from templates_email.formats import language_name

Button = Literal[
    "yes", "no", "maybe", "link_yes", "link_no", "open_page", "skip", "item_done", "item_skip", "item_help",
    "guide",
]
Command = Literal["mine", "survey", "propose", "cancel", "stop", "language", "help"]
BUTTONS: tuple[Button, ...] = get_args(Button)
COMMANDS: tuple[Command, ...] = get_args(Command)


@lru_cache(maxsize=256)
def label(key: Button | Command, language: str) -> str:
    """The word for `key` in `language` (BCP 47), in English where no catalogue has it. KeyError for another key."""
    template = shipped().environment(shipped().choose("labels", [language])).get_template("labels.j2")
    return "".join(template.blocks[key](template.new_context()))


def own_name(language: str) -> str:
    """A language as its speakers call it, for the button that chooses it: "Français", "العربية"."""
    name = language_name(language, language.replace("-", "_"))
    return name[:1].upper() + name[1:]
