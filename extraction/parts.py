"""A document that joins several reports -> a record of each, where the division is certain.

Certain means: every part is a report by itself, names its body, differs from the others in body or year, and
holds no second report in turn; no part of a report stands before the first. Otherwise the document stays one
record, flagged, and nothing is divided: cells of two bodies must never meet under one name.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from extraction.document import Block, Document, Fact, Member, Paragraph, Table
from extraction.identity import Told
from extraction.normalise import squeeze
from extraction.record import Issue, Part, Record, Report
from extraction.reporting_body import AGENCY_FACTS
from extraction.several import CODE, Head, opens_before
from extraction.text_lines import TextLine
from extraction.titles import TITLE_FACTS

MAX_PARTS = 500
_EXTENSION = re.compile(r"\.[A-Za-z]{2,5}$")
_FEW_SECTIONS = 3
DOUBTS = frozenset({CODE, "several_tables", "table_repeated", "several_documents"})
"""Issues of a whole that its sheets or files may settle."""

_TWO_INSIDE = {CODE, "several_tables"}

Read = Callable[[Document, Told | None], Record]
"""Reads one document as one report, with what is told of it outside."""


@dataclass(frozen=True)
class Piece:
    """One part before it is read.

    Attributes:
        where: in words, for the record.
        document: it alone.
        tables: tables of the whole document before its own.
        told: what its heading says.
    """

    where: str
    document: Document
    tables: int
    told: Told | None = None


def parts_of_text(
    document: Document, lines: Sequence[TextLine], heads: Sequence[Head], whole: Record, read: Read
) -> Record | None:
    """The record of a document whose parts begin at `heads`; None where that is not certain.

    Args:
        document: the whole.
        lines: its running text.
        heads: where parts begin.
        whole: its record as one report.
        read: reads a part.
    """
    if not 1 < len(heads) <= MAX_PARTS or opens_before(list(lines), heads[0].line):
        return None
    year = whole.report.year if whole.report is not None else None
    records = []
    for piece in _pieces(document, lines, heads, year):
        record = read(piece.document, piece.told)
        if not _is_whole_report(record):
            return None
        records.append((piece, record))
    return _joined(whole, records)


def parts_of_members(document: Document, whole: Record, read: Read) -> Record | None:
    """The record of a document whose sheets or files are reports of several bodies; None where they are not.

    Files of one report in several formats are one part, the best of them; so a document with one report in it
    has no parts. What its copies print otherwise is said of it.
    """
    if not 1 < len(document.members) <= MAX_PARTS:
        return None
    records: list[tuple[Piece, Record]] = []
    seen: dict[tuple[str, int | None], int] = {}
    disagree: dict[int, list[Issue]] = {}
    for member in document.members:
        record = read(_named(member), None)
        if record.kind != "report" or record.report is None or not (record.cells or record.sections):
            continue
        agency = record.report.agency
        key = (agency, record.report.year) if agency is not None else None
        if key is not None and key in seen:
            place = seen[key]
            disagree.setdefault(place, []).extend(_disagree(records[place], member.name, record))
            if _figures(record) > _figures(records[place][1]):
                records[place] = (Piece(member.name, member.document, member.tables), record)
            continue
        if key is not None:
            seen[key] = len(records)
        records.append((Piece(member.name, member.document, member.tables), record))
    records = [
        (piece, replace(record, issues=(*record.issues, *disagree.get(place, ()))))
        for place, (piece, record) in enumerate(records)
    ]
    if len(seen) > 1:
        return _joined(whole, records)
    # A table file that names no body is of the only one there is.
    own = next((each for each in records if each[1].report and each[1].report.agency), None)
    year = own[1].report.year if own and own[1].report else None
    strays = [
        (piece.where, record)
        for piece, record in records
        if record.report and record.report.agency is None and record.report.year in (None, year)
    ]
    said = [issue for issues in disagree.values() for issue in issues]
    said += [issue for where, record in strays for issue in _disagree(own, where, record)] if own else []
    return replace(whole, issues=(*whole.issues, *said)) if said else None


def _disagree(one: tuple[Piece, Record], name: str, other: Record) -> list[Issue]:
    """What two files of one report print differently."""
    piece, first = one
    figures = [
        (key, cell, other.cells[key])
        for key, cell in first.cells.items()
        if key in other.cells and None not in (cell.value, other.cells[key].value)
    ]
    unlike = [(key, a, b) for key, a, b in figures if a.value != b.value]
    if not unlike:
        return []
    shown = "; ".join(f"{key}: {a.raw!r} in {piece.where}, {b.raw!r} in {name}" for key, a, b in unlike[:5])
    more = f" and {len(unlike) - 5} more" if len(unlike) > 5 else ""
    message = f"two documents of the report have other figures: {shown}{more}"
    return [Issue("copies_disagree", "error", message, tuple(key for key, _, _ in unlike))]


def _pieces(
    document: Document, lines: Sequence[TextLine], heads: Sequence[Head], year: int | None
) -> list[Piece]:
    """The blocks between heads. A paragraph in which a head stands is cut before its line."""
    out = []
    facts = tuple(fact for fact in document.facts if not _names_the_whole(fact))
    within = next((fact.value for fact in document.facts if fact.name.lower() in AGENCY_FACTS), None)
    for number, head in enumerate(heads):
        end = heads[number + 1].line if number + 1 < len(heads) else None
        blocks = _between(document, lines, head.line, end)
        first = lines[head.line]
        before = sum(isinstance(block, Table) for block in document.blocks[: first.block])
        paragraph = document.blocks[first.block]
        page = paragraph.page if isinstance(paragraph, Paragraph) else None
        where = first.path or (f"page {page}" if page else f"block {first.block + 1}")
        told = Told(head.agency, head.year or year, within and squeeze(within))
        part = Document(document.media_type, tuple(blocks), facts, (), (), document.pages)
        out.append(Piece(where, part, before, told))
    return out


def _between(document: Document, lines: Sequence[TextLine], start: int, end: int | None) -> list[Block]:
    first = lines[start].block
    last = lines[end].block if end is not None else len(document.blocks)
    blocks = list(document.blocks[first : last + 1])
    if end is not None:
        blocks[-1:] = _cut(blocks[-1], lines, end, before=True)
    if first == last and end is not None:
        text = "\n".join(line.text for line in lines[start:end])
        paragraph = document.blocks[first]
        assert isinstance(paragraph, Paragraph)
        return [replace(paragraph, text=text)]
    blocks[:1] = _cut(blocks[0], lines, start, before=False)
    return blocks


def _cut(block: Block, lines: Sequence[TextLine], at: int, *, before: bool) -> list[Block]:
    """What stands in a paragraph before the line `at`, or from it on."""
    assert isinstance(block, Paragraph)
    mine = [n for n, line in enumerate(lines) if line.block == lines[at].block]
    kept = [lines[n].text for n in mine if (n < at) == before]
    return [replace(block, text="\n".join(kept))] if kept else []


def _names_the_whole(fact: Fact) -> bool:
    return fact.name.lower() in {*TITLE_FACTS, *AGENCY_FACTS}


def _named(member: Member) -> Document:
    """A member with its name among its facts: 教育局.docx may be all that says whose report it is."""
    stem = _EXTENSION.sub("", posixpath.basename(member.name))
    facts = (*member.document.facts, Fact("member:name", stem, "container"))
    return replace(member.document, facts=facts, members=())


def _is_whole_report(record: Record) -> bool:
    if record.kind != "report" or record.report is None or record.report.agency is None:
        return False
    if any(issue.code in _TWO_INSIDE or issue.code == "agency_conflict" for issue in record.issues):
        return False
    return _figures(record) > 0 or len(record.sections) >= _FEW_SECTIONS


def _figures(record: Record) -> int:
    return sum(cell.value is not None for cell in record.cells.values())


def _joined(whole: Record, found: list[tuple[Piece, Record]]) -> Record | None:
    told = [(r.report.agency, r.report.year) for _, r in found if r.report is not None and r.report.agency]
    if len(set(told)) != len(told):
        return None
    parts = tuple(
        replace(_placed(record, piece.tables), part=Part(number, len(found), piece.where), attachments=())
        for number, (piece, record) in enumerate(found, 1)
    )
    reports = [part.report for part in parts if part.report is not None]
    years = {report.year for report in reports}
    editions = {report.edition for report in reports}
    own = whole.report or Report()
    title = own.title if own.title not in {report.title for report in reports} else None
    report = Report(
        title=title,
        year=years.pop() if len(years) == 1 else None,
        edition=editions.pop() if len(editions) == 1 else None,
        published=own.published,
    )
    named = "; ".join(dict.fromkeys(report.agency or "no agency" for report in reports[:10]))
    more = f" and {len(reports) - 10} more" if len(reports) > 10 else ""
    message = f"the document joins {len(parts)} reports, each a part: {named}{more}"
    kept = [
        issue for issue in whole.issues if issue.code in {"hidden_sheet", "hidden_text", "part_unreadable"}
    ]
    return Record(
        whole.sha256,
        whole.size,
        whole.media_type,
        whole.extractor,
        "report",
        report=report,
        issues=(Issue(CODE, "warning", message), *kept),
        attachments=whole.attachments,
        parts=parts,
    )


def _placed(record: Record, tables: int) -> Record:
    """The record with its tables counted from the beginning of the whole document."""
    if not tables:
        return record
    cells = {
        name: replace(cell, at=replace(cell.at, table=cell.at.table + tables))
        if cell.at is not None and cell.at.table is not None
        else cell
        for name, cell in record.cells.items()
    }
    return replace(record, cells=cells, extra=tuple(_moved(row, tables) for row in record.extra))


def _moved(row: dict[str, Any], tables: int) -> dict[str, Any]:
    at = row.get("at")
    if not isinstance(at, dict) or not isinstance(at.get("table"), int):
        return row
    return {**row, "at": {**at, "table": at["table"] + tables}}
