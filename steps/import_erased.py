"""Rows of a registration form that would bring back somebody who asked to be erased are taken out before the store.

Which addresses those are, and what counts as a new wish, is `erased.py`'s.
"""

from collections.abc import Sequence
from dataclasses import replace

from channels.tables_json import Row
from domain.erased import is_over
from domain.imports import row_problem
from steps import erased
from steps.app import App
from steps.import_rows import Read, RowReader

Reading = tuple[Row, str, Read]  # a row, its digest, what came of it


def without_erased(app: App, reader: RowReader, page: Sequence[Reading]) -> list[Reading]:
    """The rows that may go in or wait for correction. Of a group's row, members who asked to be erased are left out;
    of a refused row, the cells that name one."""
    if not page or not erased.are_any(app):  # so that the usual import hashes nothing
        return list(page)
    names = [_names(reader, row, one) for row, _, one in page]
    when = erased.since(app, {address for own, others in names for address in (*own, *others)})
    if not when:
        return list(page)
    kept: list[Reading] = []
    for (row, digest, one), (own, others) in zip(page, names, strict=True):
        if not any(address in when for address in (*own, *others)):
            kept.append((row, digest, one))
            continue
        said_at = reader.said_at(row)
        if is_over(when, own, said_at):
            continue
        if one.registration is None:
            row = replace(row, cells=erased.blanked(when, row.cells, said_at))
        elif is_over(when, others, said_at):
            members = tuple(m for m in one.registration.members if not is_over(when, [m[1].canonical], said_at))
            one = replace(
                one,
                registration=replace(one.registration, members=members),
                warnings=[*one.warnings, row_problem(row.line, "members", "somebody asked to be erased; left out")],
            )
        kept.append((row, digest, one))
    return kept


def _names(reader: RowReader, row: Row, one: Read) -> tuple[set[str], set[str]]:
    """The addresses of the person whose row it is, and of others in it. Whose an unreadable row is nobody can tell."""
    if one.registration is not None:
        said = one.registration
        own = {mail.canonical for mail in (said.email, said.second) if mail is not None}
        return own, {mail.canonical for _, mail in said.members}
    named = erased.named_in(row.cells)
    return reader.addresses(row) or named, named
