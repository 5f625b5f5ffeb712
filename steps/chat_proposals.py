"""Proposing a session in a chat: `/propose` begins or goes on, three questions follow one by one, `/cancel` drops it.

A message answers the question that the chat showed last, whoever put it: the planner, or an answer given here. What an
answer changes is `proposals.py`'s.
"""

from datetime import datetime, timedelta

from domain.proposals import Proposal
from domain.reply_phrases import Answer
from domain.subjects import of_key
from domain.times import iso, parse_iso
from steps import proposals
from steps.chat_visit import Reading, Visit
from store import outbox, surveys
from store import proposals as stored
from templates_email.afterwards import ChatProposal

# For so long after the question was put, a message is taken for its answer.
LISTENS = timedelta(days=7)


def propose(visit: Visit) -> Reading:
    """The first question, or the one that waits."""
    assert visit.person_id is not None
    return _ask(visit, proposals.begin(visit.conn, visit.person_id, "telegram", visit.now))


def cancel(visit: Visit) -> Reading:
    assert visit.person_id is not None
    dropped = proposals.withdraw(visit.conn, visit.person_id, visit.now)
    return visit.read("proposal", ChatProposal(said="withdrawn" if dropped else "nothing"))


def asked_last(visit: Visit) -> bool:
    """Whether the newest question that the chat shows is one about a proposal, and waits."""
    shown = _shown(visit)
    if shown is None:
        return False
    assert visit.person_id is not None
    others = [request.in_chat_at for request in surveys.open_for(visit.conn, visit.person_id, visit.now)]
    newest = outbox.newest_sent(visit.conn, visit.person_id, "telegram")
    others.append(newest.sent_at if newest is not None and newest.purpose != "proposal_ask" else None)
    return all(other is None or other <= shown[1] for other in others)


def said(visit: Visit, answer: Answer | None) -> Reading:
    """A message that answers the question which `asked_last` found."""
    shown = _shown(visit)
    assert shown is not None and visit.person_id is not None
    proposal = shown[0]
    if not proposals.take(visit.conn, proposal.id, visit.person_id, answer, visit.event.text, visit.now):
        return _ask(visit, proposal, unclear=True)
    now = stored.get(visit.conn, proposal.id)
    assert now is not None
    if now.state == "withdrawn":
        return visit.read("proposal", ChatProposal(said="withdrawn"))
    if now.waits_for is not None:
        return _ask(visit, now)
    stored.told_in_chat(visit.conn, now.id)
    name = visit.first_name(visit.person_id)
    return visit.read("proposal", ChatProposal(said="complete", name=name, proposal=now.title))


def _ask(visit: Visit, proposal: Proposal, unclear: bool = False) -> Reading:
    assert visit.person_id is not None and proposal.waits_for is not None
    stored.put_in_chat(visit.conn, proposal.id, visit.inbox_id, visit.now)
    context = ChatProposal(
        said="unclear" if unclear else "noted" if proposal.title else "asked",
        field=proposal.waits_for,
        name=visit.first_name(visit.person_id),
        proposal=proposal.title,
    )
    return visit.read("proposal", context)


def _shown(visit: Visit) -> tuple[Proposal, datetime] | None:
    """The proposal of the newest question that left for this chat, while it waits for its answer; and when it left."""
    assert visit.person_id is not None
    asking = stored.asking(visit.conn, visit.person_id)
    if asking is None:
        return None
    row = visit.conn.execute(
        "select key, sent_at from outbox where participant_id = ? and channel = 'telegram' and state = 'sent'"
        " and (purpose = 'proposal_ask' or key = ?) and sent_at > ? order by id desc limit 1",
        (visit.person_id, f"chat/{asking.in_chat}", iso(visit.now - LISTENS)),
    ).fetchone()
    if row is None:
        return None
    named = of_key(row["key"])
    # answered meanwhile by another door: this may be about anything
    fresh = named is not None and named[1] == asking.id and row["key"].split("/")[2] == str(asking.answered)
    here = row["key"] == f"chat/{asking.in_chat}"
    return (asking, parse_iso(row["sent_at"])) if here or fresh else None
