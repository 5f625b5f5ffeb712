"""The reference pages that are made from the code: `python -m tests.reference` writes them, a test compares them."""

import argparse
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import cli
from config import programme, settings
from domain.cadences import MAILINGS, NO_CAP, Touchpoint
from domain.checklists import Duty
from tests.evaluation_page import evaluation

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


def cadences() -> str:
    """Who gets what when, from config/cadences.toml."""
    rules = programme.load(settings.ROOT / "config").rules
    lines = [
        "# Cadences: who gets what when",
        "",
        "Made from `config/cadences.toml`, which coordinators edit; problems are all told at once when it is loaded. Try a",
        "change in a copy of the folder first: `letsconnect forecast --compare FOLDER` shows who would get more, less,",
        "sooner or later. `programme.toml` has the quiet hours, the preferred hour, the weekly cap, the senders and the",
        "coordinators.",
        "",
        "| touchpoint | message | when | to whom | by | from | waits for day | of use for | counts as |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for point in rules.touchpoints.values():
        when = "at once" if point.anchor is None else _when(point)
        when = "when approved" if point.code in MAILINGS else when
        whom = ", ".join(a.replace("_", " ") for a in point.audience) or "whom it concerns"
        hour = "at the preferred hour" if point.preferred_hour else "yes" if point.quiet_hours else "no"
        use = _span(point.expires_after) if point.expires_after else "until the session"
        cells = (
            f"`{point.code}`", f"`{point.purpose}`", when, whom, point.channel, point.sender, hour, use,
            "-" if point.cap == NO_CAP else point.cap,
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "## Ladders", ""]
    for ladder in dict.fromkeys(p.ladder for p in rules.touchpoints.values() if p.ladder):
        rungs = sorted((p for p in rules.touchpoints.values() if p.ladder == ladder), key=lambda p: p.rung)
        steps = "; ".join(f"{p.rung}. `{p.code}` {_when(p)}" for p in rungs)
        lines.append(f"- **{ladder.replace('_', ' ')}**: {steps}. Any sign of life on any channel ends it.")
    lines += ["", _KEYS]
    return "\n".join(lines) + "\n"


def _span(length: timedelta) -> str:
    days, hours = divmod(int(abs(length).total_seconds()) // 60, 24 * 60)
    parts = [f"{days} d" if days else "", f"{hours // 60} h" if hours // 60 else "", f"{hours % 60} min" if hours % 60 else ""]
    return " ".join(filter(None, parts)) or "0"


def _when(point: Touchpoint) -> str:
    side = "before" if point.offset < timedelta() else "after"
    return f"{_span(point.offset)} {side} the {str(point.anchor).replace('_', ' ')}"


_KEYS = """## Keys of a touchpoint

| key | what it says |
|---|---|
| `purpose` | the message, by its template's name; `ask_coordinator` makes a task on the desk instead |
| `anchor`, `offset` | when it is due: `registration`, `session_start`, `session_end`, `invitation` (when the request for the session's present time left), `last_seen`, `survey_opened`, `survey_asked` (when the first message with it left), `checklist` (made, or its session moved), `checklist_item_due`, `released` (a sharer's plan came to be of no use), `proposal` (when it came to wait for the answer to its next question) or `proposal_question` (when the first message with that question left), and `-2d`, `1h`, `90m`. Never stored: a session that moves moves its reminders |
| `audience` | facts that must all hold: `invited`, `registered` (asked for the session themselves), `unanswered`, `accepted`, `not_declined`; `never_came`, `came`, `no_telegram`, `no_skills`. Of a survey or proposal: `silent` (no part of it is answered), `begun` (a part is). Of a checklist item: `owner` (theirs to see to), `co_sharer` (somebody else's of the same session), `in_turn` (nothing that was theirs to do before waits) |
| `channel` | `email`, `telegram`, `best` (the newest sign of life; mail on a tie or without a chat) or `desk` |
| `sender` | who it is from: a sender of `programme.toml` |
| `topic` | what "STOP" ends |
| `quiet_hours` | waits for the end of the quiet hours, and of an absence that an automatic reply told |
| `preferred_hour` | moves it to the person's hour of that day |
| `expires_after` | for how long it is of use; what comes too late is left out, with the reason |
| `priority` | 1 to 9; under the weekly cap the lower goes first |
| `cap` | class that counts against the weekly cap; `none` does not |
| `ladder`, `rung` | its place on a ladder; rungs have one anchor and rising offsets |

What is asked about a survey, a checklist item or a proposal ends when that is answered, done or settled, when it closes
and when its session is cancelled; its key names it, as in `survey_first/survey-17/5`. The steps about a checklist item
follow each other faster when little time is left before the session, so that the last one still comes in time.

Who is concerned only after a touch was due (a late registrant, a session that moved close) does not get it."""

def survey_questions() -> str:
    """What is asked of whom, from config/surveys.toml."""
    found = programme.load(settings.ROOT / "config").surveys.values()
    lines = [
        "# Survey questions",
        "",
        "Made from `config/surveys.toml`, which coordinators edit. [Surveys](surveys.md) says how they are asked.",
    ]
    for survey in found:
        names = "kept without names" if survey.anonymous else "kept with names"
        opens = f"{_span(survey.after)} after the end" if survey.after else "right after the end"
        whom = {"attended": "who was there", "accepted": "who said yes or was there"}[survey.audience.value]
        lines += [
            "",
            f"## `{survey.code}`: {survey.title}",
            "",
            f"Version {survey.version}; after sessions of kind {', '.join(sorted(survey.kinds))}; opened {opens} for {whom}"
            f"{'' if survey.asks_sharers else ', but for its sharers'}; open for {_span(survey.open_for)}; {names}.",
            "",
            "| number | code | kind | question | answers | asked of | since version |",
            "|---:|---|---|---|---|---|---:|",
        ]
        for number, one in enumerate(survey.questions, 1):
            options = "; ".join(f"{o.value} = {o.label}" if o.label.lower() != o.value else o.value for o in one.options)
            whose = f"`{one.only_if[0]}` is {' or '.join(sorted(one.only_if[1]))}" if one.only_if else "all"
            until = f" to {one.until}" if one.until else ""
            lines.append(
                f"| {number} | `{one.code}` | {one.kind} | {one.text} | {options or '-'} | {whose} | {one.since}{until} |"
            )
    return "\n".join(lines) + "\n"


def checklists() -> str:
    """What sharers prepare, from config/checklists.toml."""
    lines = [_CHECKLISTS]
    shown: dict[tuple[Duty, ...], list[str]] = {}
    for kind, duties in programme.load(settings.ROOT / "config").duties.items():
        shown.setdefault(duties, []).append(kind)
    for duties, kinds in shown.items():
        lines += [f"## {', '.join(kinds)}", "", "| item | due | whose | done by | blocks | what |", "|---|---|---|---|---|---|"]
        for one in duties:
            due = f"{_span(one.offset)} {'after the end' if one.after else 'before'}"
            more = [word for word, said in (("anew when it moves", one.again), ("resource", one.resource)) if said]
            way = f"{one.way}{f' ({chr(44).join(more)})' if more else ''}"
            lines.append(f"| `{one.code}` | {due} | {one.owner.replace('_', '-')} | {way} | {one.blocks or '-'} | {one.title} |")
    return "\n".join(lines) + "\n"


_CHECKLISTS = """# Sharers' checklists

Who shares a session gets a plan of what to prepare by when, is asked for one thing at a time, and answers as suits them.
A coordinator hears of it only when somebody asks for help or nobody answers.

## How it goes
1. A session of a kind that `config/checklists.toml` names, with sharers (`session add --sharers "Ada Obi; Ben Silva"`),
   gets a checklist: each item keeps its offset from the date, never a date. A sharer's name is linked to the one
   registered person of that name; who is not found so is said by `letsconnect checklist share`.
2. Each sharer gets the plan (`prep_pack`): by mail with the tech check as a calendar entry, a guide to the session
   (`config/guides.toml`: what a clinic is, how its two hours run, who does what) and the questions of all sheets; or by
   Telegram, where a button brings the guide.
3. Each item is asked about two days before it is due and on that day, one item at a time: the next when the one before is
   done. Then the other sharers are asked, and three days later it stands on the desk,
4. Answers: a reply to the mail (**done**, a link, a number, a few words, **not needed**, **help**, in five languages), the
   buttons and words in the chat, or the sharer's page. What is unclear goes to a person and is never guessed. A link of an
   item that names a `resource` becomes a resource of the session.
5. A file that comes by mail is acknowledged at once: the sharer hears that a person looks at it and that a link is
   quicker, is asked no more about that item, and the desk names it. In the chat the bot says what to do instead.
6. When everything is ticked, nobody is written to.

A session that moves moves its plan: what is done stays done, but for items that say `again`; the sharers get the new
dates, and tasks about the old ones leave the desk. A cancelled session ends everything. A checklist that is made late is
squeezed as a whole into the time that is left, in the same order; the plan says what is late, and the steps from the first
ask to the desk follow each other so much faster that the last still comes before the session.

## Sheets: description and case study
An item may have questions (`questions` in the file), which are answered one by one: in a reply, each answer after its
number; one message at a time in the chat; on the sharer's page, where every button keeps all that was written. Nobody has
to answer all at once; what is there is shown, and only what is open is asked again.

- Answers to questions with `into` go into the session when all are there: what it is for, who it is for, what to prepare.
  People who have an invitation hear of one change. What the session says already, from a proposal or a coordinator, is not
  asked; the sharer is asked whether it is right. Correct it with `session change`: the sheet shows what the session says.
- A case study is a page of its own, `/sessions/NUMBER/case-study`, and with it a resource of the session. Without pages
  it is kept, and `letsconnect checklist sheet` shows it. A link to a case study that is written elsewhere will do, too.
- Once "Check that the case study may go to the participants" is done, by its sharer or by a coordinator, the reminder two
  days ahead takes them there: its link, or without pages the text itself where it has 600 characters at most.
- `letsconnect checklist sheet SESSION ITEM` shows the questions and answers, and with `--set QUESTION=WORDS` corrects one.

`letsconnect checklist list`, `show` and `tick` look at checklists and enter what was said elsewhere; the flow "Sharer
checklists" shows all of them every day, and "Confirm a session" makes a session, its sharers and their plan in one form.

## Keys of an item

| key | what it says |
|---|---|
| `code` | its name for ever: answers are kept under it |
| `offset` | `-14d`: before the session's start; with `after = true`, from its end |
| `way` | what the answer is: `tick`, `text`, `link`, `file` (a link to it) or `number` |
| `owner` | `sharer`, or `co_sharer` (the second one; the sharer's own where there is but one) |
| `blocks` | what waits for it, for coordinators |
| `again` | must be done anew when the session moves |
| `resource` | its link becomes a resource of that kind |
| `calendar` | minutes of an entry in the sharer's calendar |
| `hands_out` | once it is done, the reminder two days ahead takes participants to the resources of that kind |
| `questions` | what it is answered with: `code`, `text`, `hint`, `into` (`purpose`, `audience` or `preparation` of the session), `needed` |
| `title`, `hint` | in English; translations are in the catalogues |

Who is asked when is in [cadences.md](cadences.md), anchors `checklist` and `checklist_item_due`.
"""

PAGES = {"checklists.md": checklists,
         "commands.md": commands, "settings.md": setting_table, "cadences.md": cadences, "evaluation.md": evaluation,
         "survey-questions.md": survey_questions}


def main() -> None:
    for name, make in PAGES.items():
        (DOCS / name).write_text(make(), "utf-8")


if __name__ == "__main__":
    main()
