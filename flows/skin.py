"""What every flow shares: one step run in a thread with an App of its own, and an artifact that says what happened.

Whatever leaves a flow ends in Prefect's database: parameters, states, logs, artifacts. So no exception of a step goes
out as it is: it is replaced by one whose message names the step and the remedy, or the place of the details.
"""

import asyncio
import json
import logging
import os
import re
import sqlite3
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

import httpx
from prefect.artifacts import acreate_markdown_artifact
from prefect.context import FlowRunContext

from domain.errors import ConfigError, Problem, UserError
from domain.times import iso
from flows.children import rotate
from steps import deeds
from steps.app import App, open_app

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")
ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]*[^\s<>\"'(),;:.]")
DETAILS = Path("logs", "letsconnect.log")
AGAIN = "Then run it again. Whatever was done before the failure is kept and is not done twice."
COORDINATOR = "a coordinator, in Prefect"  # in the journal; Prefect has one login for all


class StepFailed(Exception):
    """A step ended with an error. The message is fit for Prefect's database."""


def went_wrong(failed: StepFailed) -> str:
    """What a failed run says in its artifact: every problem with its remedy."""
    lines = str(failed).splitlines()
    return page("This run failed. To mend it:", "\n".join(f"- {line}" for line in lines), AGAIN)


def plainly(record: logging.LogRecord) -> bool:
    """A filter that keeps every record, and a failed step's in words: where in our code it was raised helps nobody."""
    if record.exc_info and isinstance(failed := record.exc_info[1], StepFailed):
        record.msg, record.args, record.exc_info, record.exc_text = "This run failed. %s", (str(failed),), None, None
    return True


logging.getLogger("prefect.flow_runs").addFilter(plainly)


async def step(name: str, work: Callable[[App], T]) -> T:
    """Run `work` with an App of its own and give its result. StepFailed for every error.

    In a daemon thread: an async flow ends a second sooner than a sync one, and a run that is told to stop does not wait
    for a step, which may be stopped at any instant.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            settle, value = done.set_result, guarded(name, work)
        except BaseException as error:
            settle, value = done.set_exception, error  # type: ignore[assignment]  # one of the two pairs
        loop.call_soon_threadsafe(lambda: None if done.done() else settle(value))

    threading.Thread(target=run, name=name, daemon=True).start()
    try:
        return await done
    except StepFailed as failed:
        if FlowRunContext.get() is not None:
            with suppress(Exception):  # without it the run fails as well, and its state says the same
                await show("what-went-wrong", went_wrong(failed), f"{name} failed", news=False)
        raise


def guarded(name: str, work: Callable[[App], T]) -> T:
    """The result of `work`; any exception becomes a StepFailed without cause and context, which Prefect would store."""
    app: App | None = None
    try:
        app = open_app()
        with deeds.doing(app, name, COORDINATOR):
            return work(app)
    except (UserError, ConfigError) as error:
        failure = "\n".join(f"{name}: {without_addresses(problem)}" for problem in error.problems)
    except Exception as error:
        failure = f"{name} failed ({type(error).__name__}). Details are in {DETAILS} in the programme's folder"
        if app is not None:
            note(app.settings.home / DETAILS, f"{iso(app.now())} {name}\n{described(error)}")
    finally:
        if app is not None:
            app.close()
    raise StepFailed(failure)


def without_addresses(problem: Problem) -> str:
    """A problem in words; its remedy is this project's own text and may well show a made-up address."""
    return str(replace(problem, what=redacted(problem.what), where=redacted(problem.where)))


def redacted(text: str) -> str:
    """`text` without anything that looks like a mail address: a second net, since none should be in it."""
    return ADDRESS.sub("(address)", text)


def described(error: BaseException) -> str:
    """Types and places of an exception and what led to it, without the messages, which may hold a person's data.

    SQLite's name for what went wrong and a web server's status are added; neither holds any.
    """
    lines: list[str] = []
    current: BaseException | None = error
    while current is not None:
        detail = f": {getattr(current, 'sqlite_errorname', '')}" if isinstance(current, sqlite3.Error) else ""
        if isinstance(current, httpx.HTTPStatusError):
            detail = f": {current.response.status_code} from {current.request.url.path}"
        lines.append(f"  {type(current).__module__}.{type(current).__qualname__}{detail}")
        lines += [f"    {f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(current.__traceback__)]
        current = current.__cause__ or current.__context__
    return "\n".join(lines) + "\n"


def note(log: Path, text: str) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    rotate(log)
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as file:
        file.write(text)


def numbers(report: "DataclassInstance") -> dict[str, int]:
    """The whole numbers of a step's report, by name."""
    values = {one.name: getattr(report, one.name) for one in fields(report)}
    return {name: value for name, value in values.items() if isinstance(value, int)}


def sentence(*parts: tuple[int, str, str]) -> str:
    """Counts in words: (number, what one does, what several do), without those that are zero; "" when all are."""
    said = [f"{number} {one if number == 1 else several}" for number, one, several in parts if number]
    return f"{', '.join(said)}." if said else ""


def informed(people: int, dry_run: bool) -> str:
    """How many people a change is told to; "" when to none."""
    if dry_run:
        return sentence((people, "person would be told", "people would be told"))
    return sentence((people, "person is told", "people are told"))


def counted(counts: Mapping[str, int], heading: str = "what") -> str:
    """A Markdown table of the counts that are not zero; "" when all are."""
    return table((heading, "number"), [(name.replace("_", " "), number) for name, number in counts.items() if number])


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; numbers stand to the right. "" without rows."""
    if not (found := list(rows)):
        return ""
    marks = ["---:" if isinstance(cell, int | float) else "---" for cell in found[0]]
    lines = [headings, marks, *([str(cell).replace("|", "\\|") for cell in row] for row in found)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def page(*parts: str) -> str:
    """Paragraphs and tables of an artifact, without those that are empty."""
    return "\n\n".join(part for part in parts if part)


async def show(
    key: str, markdown: str, description: str, *, news: bool = True, then: Mapping[str, object] | None = None
) -> None:
    """Keep `markdown` as an artifact. A scheduled run without `news` keeps none: else there were one every minute.

    Of a dry run it ends with a link to the form for doing it, filled in as this run's was, and with `then`.
    """
    context = FlowRunContext.get()
    run = context.flow_run if context is not None else None
    if news or run is None or not run.auto_scheduled:
        dry = run is not None and run.deployment_id is not None and run.parameters.get("dry_run") is True
        link = filled(run.deployment_id, {**run.parameters, **(then or {}), "dry_run": False}) if dry and run else ""
        text = page(markdown, f"[Open the form for doing it, filled in]({link})" if link else "")
        await acreate_markdown_artifact(key=key, markdown=text, description=description)


def filled(deployment_id: object, parameters: Mapping[str, object]) -> str:
    """Where Prefect's UI has a deployment's form, filled in. Without a host, so that it is right behind any proxy."""
    given = quote(quote(json.dumps(parameters, default=str), safe=""), safe="")  # the UI takes two layers off
    return f"/deployments/deployment/{deployment_id}/run?parameters={given}"
