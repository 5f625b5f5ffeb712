"""Answers in a chat to the question of a proposal that the chat shows last. What an answer does is `proposals.py`'s."""

from datetime import timedelta

from domain.reply_phrases import Answer
from domain.subjects import of_key
from domain.times import iso
from steps import proposals
from steps.chat_visit import Reading, Visit
from store import proposals as stored

# For so long after the question was put, a message is taken for its answer.
LISTENS = timedelta(days=7)


def said(visit: Visit, answer: Answer | None) -> Reading | None:
    """None for a message that answers no such question. The next question comes with the next plan."""
    assert visit.person_id is not None
    row = visit.conn.execute(
        "select key from outbox where participant_id = ? and channel = 'telegram' and state = 'sent'"
        " and purpose = 'proposal_ask' and sent_at > ? order by sent_at desc, id desc limit 1",
        (visit.person_id, iso(visit.now - LISTENS)),
    ).fetchone()
    named = of_key(row["key"]) if row else None
    proposal = stored.get(visit.conn, named[1]) if named else None
    if proposal is None or proposal.answered != int(row["key"].split("/")[2]):
        return None  # answered meanwhile by another door; this may be about anything
    if not proposals.take(visit.conn, proposal.id, visit.person_id, answer, visit.event.text, visit.now):
        return None
    return visit.read("proposal")
