"""checklists.toml: what sharers prepare for each kind of session, checked with every problem at once. What it means is
in `domain/checklists.py`; the translations are in the catalogues."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, Field

from config.toml_file import STRICT, Duration, read
from domain.checklists import Duty, Owner, Way
from domain.errors import Problem
from domain.resources import ResourceKind
from domain.sheets import Into, Question

SHIPPED = Path(__file__).with_name("checklists.toml")
CODE = r"^[a-z][a-z0-9_]{0,29}$"
FARTHEST = timedelta(days=180)
MOST_ITEMS = 30
MOST_QUESTIONS = 8


class _Model(BaseModel):
    model_config = STRICT


class _Question(_Model):
    code: str = Field(pattern=CODE)
    text: str = Field(min_length=1, max_length=200)
    hint: str = Field(default="", max_length=200)
    into: Into = Into.NOTHING
    needed: bool = True


class _Item(_Model):
    code: str = Field(pattern=CODE)
    offset: Duration
    way: Way
    title: str = Field(min_length=1, max_length=100)
    hint: str = Field(default="", max_length=200)
    owner: Owner = Owner.SHARER
    after: bool = False
    blocks: str = Field(default="", max_length=60)
    again: bool = False
    resource: ResourceKind | None = None
    calendar: int | None = Field(default=None, ge=5, le=240)
    questions: list[_Question] = Field(default=[], max_length=MOST_QUESTIONS)
    hands_out: ResourceKind | None = None


class _List(_Model):
    kinds: list[str] = Field(min_length=1)
    items: list[_Item] = Field(min_length=1, max_length=MOST_ITEMS)


class _File(_Model):
    lists: dict[str, _List] = {}


def load(folder: Path, kinds: Collection[str], problems: list[Problem]) -> Mapping[str, tuple[Duty, ...]]:
    """The duties of each kind of session that has a list (of the shipped file where `folder` has none).

    `kinds`: of sessions that the programme knows. What is wrong is added to `problems`.
    """
    own = folder / SHIPPED.name
    path = own if own.exists() else SHIPPED
    file = read(path, _File, problems)
    if file is None:
        return {}
    known = kinds if path == own else None  # a programme with kinds of its own need not know the shipped ones
    found = list(_problems(file, known))
    problems += found
    return {} if found else {kind: _duties(one) for one in file.lists.values() for kind in one.kinds}


def _problems(file: _File, kinds: Collection[str] | None) -> Iterator[Problem]:
    taken: dict[str, str] = {}
    for name, one in file.lists.items():
        where = f"checklists.toml: lists.{name}"
        for kind in one.kinds:
            if kinds is not None and kind not in kinds:
                yield Problem(f"{kind} is no kind of session", f"{where}.kinds", f"Known: {', '.join(kinds)}")
            if (other := taken.setdefault(kind, name)) != name:
                yield Problem(f"{kind} has a list already: {other}", f"{where}.kinds", "Name each kind once")
        for code, number in Counter(item.code for item in one.items).items():
            if number > 1:
                yield Problem("there are several of that code", f"{where}.items.{code}", "Give each its own")
        for item in one.items:
            for key, what, remedy in _wrong(item):
                yield Problem(what, f"{where}.items.{item.code}.{key}", remedy)


def _wrong(item: _Item) -> Iterator[tuple[str, str, str]]:
    if abs(item.offset) > FARTHEST:
        yield "offset", "is more than half a year away", "Write less"
    if item.after and item.offset < timedelta():
        yield "offset", "is before the session's end", "Write 0h or more, or take `after` away"
    if not item.after and item.offset >= timedelta():
        yield "offset", "is not before the session", "Write it with a minus, or say after = true"
    if item.resource is not None and item.way not in (Way.LINK, Way.FILE):
        yield "resource", "needs a link", 'Write way = "link" or "file"'
    if item.questions and item.way not in (Way.TEXT, Way.FILE):
        yield "questions", "need words", 'Write way = "text" or "file"'
    for code, number in Counter(question.code for question in item.questions).items():
        if number > 1:
            yield f"questions.{code}", "there are several of that code", "Give each its own"
    for into, number in Counter(question.into for question in item.questions if question.into).items():
        if number > 1:
            yield "questions", f"several become the session's {into}", "Let one do so"
    if item.calendar is not None and item.after:
        yield "calendar", "is for what happens before the session", "Remove it"
    if item.hands_out is not None and item.after:
        yield "hands_out", "is for what people get before the session", "Remove it"


def _duties(one: _List) -> tuple[Duty, ...]:
    return tuple(
        Duty(
            code=item.code,
            title=item.title,
            hint=item.hint,
            owner=item.owner,
            after=item.after,
            offset=item.offset,
            way=item.way,
            blocks=item.blocks,
            again=item.again,
            resource=item.resource,
            calendar=timedelta(minutes=item.calendar) if item.calendar else None,
            questions=tuple(Question(q.code, q.text, q.hint, q.into, q.needed) for q in item.questions),
            hands_out=item.hands_out,
        )
        for item in one.items
    )
