"""The whole way from bytes to record."""

from __future__ import annotations

import hashlib
import traceback
from collections import Counter
from pathlib import Path

from extraction.acceptance import accept
from extraction.charset import declared_charset
from extraction.checks import check_mentions, misread
from extraction.document import Document, Paragraph, ReadIssue, Table, UnreadableError
from extraction.editions import editions
from extraction.forms import LISTS, TABLES
from extraction.identity import Identity, Told, identify
from extraction.indicators import read_indicators
from extraction.kind import decide
from extraction.line_numbers import unnumbered
from extraction.mentions import doubt_print, find_mentions
from extraction.parts import DOUBTS, parts_of_members, parts_of_text
from extraction.readers import reader
from extraction.record import Issue, Record
from extraction.second_look import look_again
from extraction.sections import KEYS, find_sections
from extraction.sniff import EMPTY, sniff
from extraction.table_notes import doubt_noted
from extraction.tables import Tables, read_tables
from extraction.text_lines import text_lines
from extraction.typed_rows import with_typed_tables
from extraction.version import EXTRACTOR


def extract(data: bytes, *, media_type: str | None = None, url: str | None = None) -> Record:
    """Read one document.

    Args:
        data: the bytes as archived.
        media_type: what the transport declared (with its charset, if it gave one); the content decides.
        url: the address, for readers that need it; it never enters the record.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    found = sniff(data, media_type)

    def unreadable(code: str, message: str) -> Record:
        issue = Issue(code, "error", message)
        return Record(sha256, len(data), found, EXTRACTOR, "unreadable", issues=(issue,))

    if found == EMPTY:
        return unreadable("empty", "the document is empty")
    try:
        document = _with_pictures(with_typed_tables(_read(data, found, media_type, url)))
        return _with_parts(document, sha256, len(data))
    except UnreadableError as error:
        return unreadable(error.code, str(error))
    except RecursionError:
        return unreadable("malformed", "nested too deeply to read")
    except MemoryError:
        # A limit of this process and no property of the document: the code that workers give it too.
        return unreadable("memory_limit", "needs more memory than there is")
    except Exception as error:  # noqa: BLE001
        # The boundary: one bad document must not stop a shard; the record says what happened.
        # Its own text stays out: it may hold an address in memory, and a record is the same in every run.
        place = traceback.extract_tb(error.__traceback__)[-1]
        return unreadable(
            "reader_failed", f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"
        )


def extract_all(data: bytes, *, media_type: str | None = None, url: str | None = None) -> list[Record]:
    """The records of all reports in a document: its parts, or the one record of a document of one report.

    Args:
        data: as `extract`.
        media_type: as `extract`.
        url: as `extract`.
    """
    record = extract(data, media_type=media_type, url=url)
    return list(record.parts) or [record]


def _read(data: bytes, found: str, declared: str | None, url: str | None) -> Document:
    read = reader(found)
    if found == "text/html":
        return unnumbered(read(data, url=url, charset=declared_charset(declared)))
    return unnumbered(read(data, url=url))


def _with_pictures(document: Document) -> Document:
    """The document; with the pictures inside it read, where a table that reports have is not in its text."""
    if document.pictured is None:
        return document
    found = set(read_tables(document, None).found)
    return document if set(TABLES) <= found or found & set(LISTS) else document.pictured(document)


def _with_parts(document: Document, sha256: str, size: int) -> Record:
    """The record; of a document that joins several reports, with a record of each where that is certain."""
    found: list[Identity] = []

    def read(part: Document, told: Told | None) -> Record:
        return _record(part, sha256, size, found, told)

    whole = _record(document, sha256, size, found)
    identity = found[0]
    joined = None
    if len(document.members) > 1 and any(issue.code in DOUBTS for issue in _said(whole, identity, document)):
        joined = parts_of_members(document, whole, read)
    if joined is None and len(identity.heads) > 1:
        joined = parts_of_text(document, identity.lines, identity.heads, whole, read)
    return joined or whole


def _said(whole: Record, identity: Identity, document: Document) -> list[Issue | ReadIssue]:
    # A record that is no report has left out what its identity said.
    return [*whole.issues, *identity.issues, *document.issues]


def _record(
    document: Document, sha256: str, size: int, found: list[Identity], told: Told | None = None
) -> Record:
    first_table = next((i for i, block in enumerate(document.blocks) if isinstance(block, Table)), None)
    lines = text_lines(document)
    identity = identify(document, lines, first_table, told)
    found.append(identity)
    tables = look_again(document, read_tables(document, identity.year), identity.year)
    lines = text_lines(document, without=tables.used)
    sections, _ = find_sections(lines, tables.blocks)
    kind, issues = decide(document, lines, identity, tables, sections)
    head = (sha256, size, document.media_type, EXTRACTOR, kind)
    read = [Issue(issue.code, issue.severity, issue.message) for issue in document.issues]
    attachments = tuple({"url": link.url, "text": link.text} for link in document.links)
    if kind != "report":
        return Record(*head, issues=(*read, *issues), attachments=attachments)
    mentions = find_mentions(sections, identity.year, identity.agency)
    if {issue.code for issue in identity.issues} & {"year_conflict", "year_inferred", "year_unknown"}:
        # Which year is the report's own is in doubt, and with it which figures are.
        mentions = tuple(m.with_flag("year_unsure") for m in mentions)
    mentions = tuple(
        doubt_print(mentions, [b for b in document.blocks if isinstance(b, Paragraph) and b.doubts])
    )
    mentions = tuple(doubt_noted(mentions, tables.notes, sections))
    checks, failed = tables.judged
    said, contradicted = check_mentions(mentions, tables.cells)
    recognised = any(issue.code == "recognised_text" for issue in document.issues)
    cells, doubted = accept(tables.cells, checks, tables.known, said=said, recognised=recognised)
    edition, mixed = _edition(tables)
    local, indicators, sums, noted = read_indicators(tables.extra, identity.year)
    edition = edition or local or _before_forms(identity.year, tables)
    missing = [key for key in KEYS if key not in {section.key for section in sections}]
    if missing and (edition is None or set(editions()[edition].tables) & set(TABLES)):
        issues.append(Issue("section_missing", "note", f"sections not found: {', '.join(missing)}"))
    return Record(
        *head,
        report=identity.report(tables.editions, edition),
        cells=cells,
        sections=sections,
        mentions=mentions,
        checks=(*checks, *said, *sums),
        extra=(*tables.extra, *indicators),
        issues=(
            *read,
            *issues,
            *identity.issues,
            *tables.issues,
            *mixed,
            *noted,
            *failed,
            *misread(checks, cells),
            *contradicted,
            *doubted,
        ),
        attachments=attachments,
    )


def _before_forms(year: int | None, tables: Tables) -> str | None:
    """The edition of a report without tables of a year in which there was no national form of any."""
    if year is None or tables.found:
        return None
    return next(
        (
            edition.id
            for edition in editions().values()
            if not edition.tables and edition.first_year <= year <= (edition.last_year or year)
        ),
        None,
    )


def _edition(tables: Tables) -> tuple[str | None, list[Issue]]:
    """The edition of the report: that of its tables; of several, the one of most tables, with an issue."""
    found = [edition for edition in tables.editions.values() if edition is not None]
    if not found:
        return None, []
    counts = Counter(found)
    if len(counts) == 1:
        return found[0], []
    most = max(counts.values())
    leading = [edition for edition, count in counts.items() if count == most]
    message = ", ".join(f"{kind} {edition}" for kind, edition in tables.editions.items())
    return (leading[0] if len(leading) == 1 else None), [Issue("mixed_editions", "warning", message)]
