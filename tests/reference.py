"""The reference pages that are made from the code: `python -m tests.reference` writes them, a test compares them."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import cli
from config import settings

DOCS = Path(__file__).parent.parent / "docs"


def leaves(parser: argparse.ArgumentParser, name: str = "letsconnect") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command with its full name."""
    groups = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not groups:
        yield name, parser
    for group in groups:
        for word, child in group.choices.items():
            yield from leaves(child, f"{name} {word}")


def _helps(parser: argparse.ArgumentParser) -> dict[str, str]:
    """What each command says it does, by its full name."""
    found: dict[str, str] = {}

    def walk(at: argparse.ArgumentParser, name: str) -> None:
        for group in (a for a in at._actions if isinstance(a, argparse._SubParsersAction)):
            for choice in group._choices_actions:
                found[f"{name} {choice.dest}"] = choice.help or ""
            for word, child in group.choices.items():
                walk(child, f"{name} {word}")

    walk(parser, "letsconnect")
    return found


COMMON = ("help", "json", "now", "who")


def commands() -> str:
    parser = cli.parser()
    helps = _helps(parser)
    lines = [
        "# Commands",
        "",
        "Run `./letsconnect COMMAND --help` for the same. Every command ends with 0 when it is done, 1 when a person must",
        "mend something (said on standard error, every problem at once), 2 for wrong usage. `--json` prints one JSON",
        "document with stable keys where there is something to read. `--now ISO8601` sets the clock of one command, for",
        "trying. `--who NAME` says whose doing it is, for the journal; without it, the user's name on this machine.",
        "",
    ]
    for name, command in leaves(parser):
        lines += [f"## {name}", "", f"{helps[name][:1].upper()}{helps[name][1:]}.", ""]
        shown = [a for a in command._actions if a.dest not in COMMON]
        for action in shown:
            flag = ", ".join(action.option_strings) or (action.metavar or action.dest).upper()
            choices = f" ({', '.join(map(str, action.choices))})" if action.choices else ""
            lines.append(f"- `{flag}`{choices} {action.help or ''}".rstrip())
        lines += [""] if shown else []
    return "\n".join(lines).rstrip() + "\n"


def setting_table() -> str:
    lines = [
        "# Settings",
        "",
        "From the environment, or from `letsconnect.toml` in the project's folder (there in lower case and without",
        "the prefix: `smtp_url = \"...\"`); the environment wins. `letsconnect config` prints what is in force, secrets",
        "masked. Unknown names are errors. Relative paths in the environment are relative to the working directory, in the",
        "file to the project's folder; the default `./var` is in the project's folder.",
        "",
        "| setting | default | what it is |",
        "|---|---|---|",
    ]
    for name, default, text, secret in settings.TABLE:
        shown = f"`{default}`" if default else "not set"
        lines.append(f"| `LETSCONNECT_{name}` | {shown} | {text}{' (secret)' if secret else ''} |")
    return "\n".join(lines) + "\n"


PAGES = {"commands.md": commands, "settings.md": setting_table}


def main() -> None:
    for name, make in PAGES.items():
        (DOCS / name).write_text(make(), "utf-8")


if __name__ == "__main__":
    main()
