"""Importing answers that an existing form collected: one response a row, good rows in, bad ones kept for correction.

Reading files is `import_table.py`'s, names of columns and wordings are `config/survey_mapping.py`'s. Of an anonymous
survey the address marks that somebody has answered, and is forgotten; so is the time, but for its week.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from config import survey_mapping
from config.survey_mapping import ABOUT, FormNaming
from domain import survey_replies
from domain.errors import Problem, UserError
from domain.imports import ImportReport, fold
from domain.surveys import Kind, Question, Request, Survey, coarse_day, value_of
from domain.timestamps import DateOrder, parse_timestamp
from steps import sessions
from steps.app import App, new_response_id
from steps.import_table import Became, Columns, import_table
from store import participants, surveys
from store.surveys import Response
from templates_email.catalogues import shipped


def import_survey(
    app: App, path: Path, code: str, *, session_ref: str | None = None, mapping: Path | None = None,
    dry_run: bool = False,
) -> ImportReport:  # fmt: skip
    """Take in a form's export. `session_ref`: what all rows are about, where the file has no such column.

    UserError for an unknown survey or session, or a file without any of the survey's questions; ConfigError for a bad
    mapping file.
    """
    survey = app.programme.surveys.get(code)
    if survey is None:
        known = ", ".join(app.programme.surveys)
        raise UserError(Problem(f"there is no survey {code!r}", "--survey", f"Known: {known}"))
    naming = survey_mapping.load(survey, app.settings.programme, mapping)
    session = sessions.find(app, session_ref).id if session_ref is not None else None
    codes = [question.code for question in survey.questions]
    wordings = {w: q.code for q in survey.questions for w in shipped().wordings(q.text)}
    columns = Columns(
        known=(*ABOUT, *codes),
        needed=() if session is not None else ("session",),
        said_at=lambda cells: _moment(app, naming, cells.get("timestamp", "").strip()),
        also={**wordings, **{name: one for name, one in naming.columns.items() if one in (*ABOUT, *codes)}},
    )
    reader = _Reader(app, survey, naming, session)
    return import_table(app, path, "survey", columns, reader.take, dry_run=dry_run)


def _moment(app: App, naming: FormNaming, text: str) -> datetime | None:
    order = DateOrder(naming.date_order) if naming.date_order else DateOrder.UNKNOWN
    return parse_timestamp(text, order, ZoneInfo(app.programme.zone)) if text else None


@dataclass(frozen=True, slots=True)
class _Reader:
    app: App
    survey: Survey
    naming: FormNaming
    session: int | None

    def take(self, cells: Mapping[str, str]) -> Became:
        problems: list[Problem] = []
        session = self._session(cells, problems)
        day = self._day(cells.get("timestamp", "").strip(), problems)
        asked = [q for q in self.survey.questions if q.code in cells]
        answers = {q.code: value for q in asked if (value := self._value(q, cells[q.code].strip(), problems))}
        if not answers and not problems:
            problems.append(Problem("holds no answer to any question", "", "Name the columns in a mapping file"))
        if problems:
            raise UserError(*problems)
        person = self._person(cells.get("email", "").strip())
        anonymous, now = self.survey.anonymous, self.app.now()
        day = day or now.date()
        request = self._request(session, person)
        new = surveys.record(
            self.app.conn,
            Response(
                id=new_response_id(),
                survey=self.survey.code,
                version=self.survey.version,
                session_id=session,
                asked=[q.code for q in asked],
                answers=answers,
                free=frozenset(q.code for q in asked if q.free),
                complete=len(answers) == len(asked),
                answered_on=coarse_day(day) if anonymous else day,
                participant_id=None if anonymous else person,
                source="" if anonymous else "import",
                row_key=self.app.token("survey-row", json.dumps([self.survey.code, session, dict(cells)])),
            ),
        )
        if new and request is not None:
            surveys.answered_elsewhere(self.app.conn, request.id, now)
        return "accepted" if new else "unchanged"

    def _session(self, cells: Mapping[str, str], problems: list[Problem]) -> int | None:
        if self.session is not None:
            return self.session
        try:
            return sessions.find(self.app, cells["session"].strip()).id
        except UserError as error:
            problems += [Problem(p.what, "session", p.remedy) for p in error.problems]
            return None

    def _day(self, text: str, problems: list[Problem]) -> date | None:
        if not text:
            return None
        moment = _moment(self.app, self.naming, text)
        if moment is None:
            problems.append(Problem("is not understood", "timestamp", "Set date_order in the mapping file"))
        return moment.date() if moment else None

    def _value(self, question: Question, text: str, problems: list[Problem]) -> str | None:
        if not text:
            return None
        value = self.naming.answers.get(question.code, {}).get(fold(text))
        if value is None and question.kind in (Kind.TEXT, Kind.LINK):
            value = value_of(question, text)
        if value is None and question.kind not in (Kind.TEXT, Kind.LINK):
            value = value_of(question, text) or survey_replies.one_answer(text, question, shipped().wordings)
        if value is None:
            remedy = f"Name the wording under [answers.{question.code}] in a mapping file"
            problems.append(Problem("is no answer to the question", question.code, remedy))
        return value

    def _person(self, address: str) -> int | None:
        found = participants.find(self.app.conn, address) if "@" in address else []
        return found[0] if len(found) == 1 else None

    def _request(self, session: int | None, person: int | None) -> Request | None:
        """What this person was asked by us about the same, and has not answered."""
        if session is None or person is None:
            return None
        request = surveys.of_session(self.app.conn, self.survey.code, session).get(person)
        return request if request is not None and request.answered_at is None else None
