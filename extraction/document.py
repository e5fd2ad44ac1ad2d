r"""What a reader hands to the rest of extraction: one document as blocks in reading order.

Every reader (HTML, plain text, DOCX, PDF, …) turns bytes into a `Document`. Nothing behind this line knows
the file format; nothing before it knows what a disclosure report is.

A block is a `Paragraph` or a `Table`. A table holds the cells that are *printed* (no copies for spans), each
with the row and column it starts at, so that a blank cell and a cell covered by a span stay different things.
Text is kept as read: only line ends are normalised to ``\n``; spaces, full-width digits and residue stay,
because `raw` in the record must be what the agency published.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

Box = tuple[float, float, float, float]
"""Left, top, right, bottom on a page, in points (1/72 inch) from the page's upper left corner."""


# Not frozen, though nobody writes to one: pages have hundreds, and frozen ones take three times as long.
@dataclass(slots=True, unsafe_hash=True)
class Cell:
    """One printed table cell.

    Attributes:
        text: the cell's text as read; joined by line feeds.
        row: zero-based row it starts in, within its table.
        column: zero-based column it starts in; a true grid position only where `Table.exact`.
        rowspan: rows covered, at least 1.
        colspan: columns covered, at least 1.
        path: where it stands in the source: an XPath in HTML, a part and XPath in Office files, ``line:N``
            (one-based) in text, None where page and box say it.
        page: one-based page, where the format has pages.
        bbox: its box on that page, where known.
        confidence: 1.0 for text that was written as text; below that for text that was recognised (OCR).
        doubts: what its reader could not take with certainty; becomes issues that name the cell.
    """

    text: str
    row: int
    column: int
    rowspan: int = 1
    colspan: int = 1
    path: str | None = None
    page: int | None = None
    bbox: Box | None = None
    confidence: float = 1.0
    doubts: tuple[ReadIssue, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table as printed: its cells in row-major order.

    Attributes:
        cells: the printed cells.
        exact: True where rows and columns are the source's own grid (HTML, DOCX, XLSX, ruled PDF); False
            where a converter lost the spans, so that a cell's column is only its ordinal in the row.
    """

    cells: tuple[Cell, ...]
    exact: bool = True

    @cached_property
    def height(self) -> int:
        """Number of rows, spans included."""
        return max((cell.row + cell.rowspan for cell in self.cells), default=0)

    @cached_property
    def width(self) -> int:
        """Number of columns, spans included."""
        return max((cell.column + cell.colspan for cell in self.cells), default=0)

    @cached_property
    def rows(self) -> tuple[tuple[Cell, ...], ...]:
        """The cells that start in each row, left to right."""
        rows: list[list[Cell]] = [[] for _ in range(self.height)]
        for cell in self.cells:
            rows[cell.row].append(cell)
        return tuple(tuple(sorted(row, key=lambda cell: cell.column)) for row in rows)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A run of text outside tables: a heading, a paragraph, a line.

    Attributes:
        text: the text as read.
        path: as in `Cell`.
        page: as in `Cell`.
        level: heading level where the source marks one (h1 is 1, Word's "Title" is 0), else None.
        doubts: as in `Cell`, of figures in it.
    """

    text: str
    path: str | None = None
    page: int | None = None
    level: int | None = None
    doubts: tuple[ReadIssue, ...] = ()


Block = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the file says about itself outside its body: a meta tag, a file property.

    Attributes:
        name: the name as given (``ArticleTitle``, ``PubDate``, ``dc:title``, ``html:title``).
        value: the value as given.
        source: where it stands: ``meta``, ``title``, ``properties``.
    """

    name: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a file (an attachment or an inline picture) that the body names.

    Attributes:
        url: as written, not resolved.
        text: the anchor text.
    """

    url: str
    text: str


@dataclass(frozen=True)
class Member:
    """What the format itself keeps apart: a sheet of a workbook, a file of an archive.

    Attributes:
        name: of the sheet or file, as shown.
        document: it alone.
        tables: tables of the whole document before its own; 0 where the whole does not hold it.
    """

    name: str
    document: Document
    tables: int = 0


@dataclass(frozen=True, slots=True)
class ReadIssue:
    """Something a reader could not take with certainty; becomes an issue of the record."""

    code: str
    severity: str
    message: str


@dataclass(frozen=True)
class Document:
    """One document, read.

    Attributes:
        media_type: what the bytes are, by content.
        blocks: paragraphs and tables in reading order.
        facts: what the file says about itself.
        links: attachments and pictures that the body names.
        issues: what the reader could not take with certainty.
        pages: number of pages, where the format has them.
        again: another parse of the same bytes, made on demand, where the reader has one.
        pictured: makes of this document the same with the pictures inside it recognised, where it has any.
        members: the sheets or files it has, where there are several.
    """

    media_type: str
    blocks: tuple[Block, ...]
    facts: tuple[Fact, ...] = ()
    links: tuple[Link, ...] = ()
    issues: tuple[ReadIssue, ...] = field(default=())
    pages: int | None = None
    again: Callable[[], Document | None] | None = field(default=None, compare=False, repr=False)
    members: tuple[Member, ...] = ()
    pictured: Callable[[Document], Document] | None = field(default=None, compare=False, repr=False)


class UnreadableError(Exception):
    """The bytes cannot be read as a document. `code` and the message become the record's issue.

    Codes: ``empty``, ``truncated``, ``encrypted``, ``malformed``, ``too_large``, ``unsupported_format``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
