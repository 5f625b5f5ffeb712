"""Topic gaps: what people want to learn and nobody teaches. Leaves counting to steps/gaps.py."""

from prefect import flow

from flows.skin import page, sentence, show, step, table
from steps import gaps
from steps.gaps import Gaps

NAME = "Topic gaps"
SHOWN = 25


@flow(name=NAME, persist_result=False)
async def topic_gaps() -> None:
    """Lists the topics that people want to learn and no session is about, and the sessions that the targets ask for.

    A topic with people who are willing to share it is one letter away from a clinic. By itself every Monday.
    """
    found = await step(NAME, gaps.find)
    await show("topic-gaps", told(found), "Topics without a session, and sessions overdue")


def told(found: Gaps) -> str:
    short = sum(target.short for target in found.targets)
    ready = sum(topic.share > 0 for topic in found.topics)
    first = sentence(
        (len(found.topics), "wanted topic has no session", "wanted topics have no session"),
        (ready, "of them has somebody willing to share it", "of them have somebody willing to share them"),
        (short, "target is short of sessions", "targets are short of sessions"),
    )
    topics = [
        (t.title, t.learn, t.share, "prioritised" if t.prioritised else "") for t in found.topics[:SHOWN]
    ]
    targets = [
        (t.title, _day(t.last), _day(t.next), _day(t.due), "short" if t.short else "") for t in found.targets
    ]
    return page(
        first or "Every wanted topic has a session, and no target is short.",
        f"{found.covered} of {found.prioritised} prioritised topics had a session; {found.people} people said what"
        " they want to learn.",
        table(("topic", "want to learn", "willing to share", ""), topics),
        table(("target", "last", "next", "needed by", ""), targets),
    )


def _day(moment: object) -> str:
    return str(moment)[:10] if moment else "-"
