"""PDF files: text and ruling lines through PDFium, tables from the lines.

PDFium gives each character its box and says where a glyph has no Unicode; such a glyph becomes U+FFFD, so
that no figure is ever made up from a glyph number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Literal

import pypdfium2 as pdfium
from pypdfium2 import raw

from extraction.document import Document, Fact, ReadIssue, UnreadableError
from extraction.ocr import HINT
from extraction.ocr import MAX_PAGES as MAX_SCANS
from extraction.readers.page import Page
from extraction.readers.page_layout import compose
from extraction.readers.page_pictures import may_be_table
from extraction.readers.pdf_glyphs import Budget
from extraction.readers.pdf_page import Drawn, read_page
from extraction.readers.pdf_scan import (
    Recogniser,
    default,
    together,
    with_pictures,
    worth_recognising,
)

MEDIA_TYPE = "application/pdf"

MAX_PAGES = 1_000
MAX_GLYPHS = 1_000_000
MAX_OBJECTS = 1_000_000

_INFO = ("Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate")
_HAN = re.compile(r"[\u4e00-\u9fff]")


class _Scans:
    """What became of the pages that are pictures."""

    def __init__(self, recognise: Recogniser | None) -> None:
        self._recognise = recognise
        self.recognised: list[int] = []
        self.without: list[int] = []
        self.beyond: list[int] = []
        self.issues: list[ReadIssue] = []
        self.pictured: list[int] = []
        self.pictures: list[int] = []

    def read(self, drawn: Drawn, page: pdfium.PdfPage, number: int) -> Drawn:
        """The page as recognised, or as it was where that cannot be."""
        if self._recognise is None:
            if not drawn.page.glyphs:
                self.without.append(number)
            return drawn
        if len(self.recognised) >= MAX_SCANS:
            self.beyond.append(number)
            return drawn
        try:
            found = Drawn(self._recognise(page, number))
        except UnreadableError as error:
            self.issues.append(ReadIssue("page_unreadable", "error", f"page {number}: {error}"))
            return drawn
        self.recognised.append(number)
        return found if found.page.glyphs else drawn

    def read_pictures(self, drawn: Drawn, page: pdfium.PdfPage, number: int) -> Drawn:
        """The page with the pictures on it recognised that may be tables."""
        boxes = [box for box in drawn.pictures if may_be_table(drawn.page, box)]
        if not boxes:
            return drawn
        self.pictured.append(number)
        if self._recognise is None or drawn.page.turned:
            return drawn
        if len(self.recognised) + len(self.pictures) >= MAX_SCANS:
            self.beyond.append(number)
            return drawn
        try:
            found = with_pictures(drawn, page, boxes)
        except UnreadableError as error:
            self.issues.append(ReadIssue("page_unreadable", "error", f"page {number}: {error}"))
            return drawn
        self.pictures.append(number)
        return replace(drawn, page=found)

    def said(self) -> Iterator[ReadIssue]:
        """Issues of the whole document."""
        yield from self.issues
        if self.recognised:
            yield ReadIssue("recognised_text", "note", f"pages read by text recognition: {self.recognised}")
        if self.without:
            yield ReadIssue(
                "needs_ocr", "warning", f"pages without text, only pictures: {self.without}; {HINT}"
            )
        if self.pictures:
            message = f"pictures read by text recognition, on pages {self.pictures}"
            yield ReadIssue("recognised_text", "note", message)
        if unread := sorted(set(self.pictured) - set(self.pictures) - set(self.beyond)):
            why = f"; {HINT}" if self._recognise is None else ""
            message = f"a table is missing and may be in a picture, not read, on pages {unread}{why}"
            yield ReadIssue("needs_ocr", "warning", message)
        if self.beyond:
            message = f"no more than {MAX_SCANS} pages are recognised; not read: {self.beyond}"
            yield ReadIssue("pages_not_read", "error", message)


def read(
    data: bytes, *, url: str | None = None, recognise: Recogniser | Literal["default"] | None = "default"
) -> Document:
    """Read a PDF file.

    Args:
        data: the file.
        url: not used; all readers share one signature.
        recognise: reads a page that is a picture; by default that of the ocr extra, if it is installed.

    Raises:
        UnreadableError: not a PDF, cut short, encrypted, damaged, too large, a scan that nothing reads.
    """
    del url
    _check_ends(data)
    document = _open(data)
    recogniser = default() if recognise == "default" else recognise
    try:
        found, pictured = _read(document, recogniser)
    finally:
        document.close()
    return replace(found, pictured=partial(_pictured, data, recogniser)) if pictured else found


def _pictured(data: bytes, recognise: Recogniser | None, read: Document) -> Document:
    """The document with the pictures on its pages of text recognised."""
    document = _open(data)
    try:
        found, _ = _read(document, recognise, pictures=True)
    finally:
        document.close()
    more = [issue for issue in found.issues if issue not in read.issues]
    return replace(read, blocks=found.blocks, issues=(*read.issues, *more), again=found.again, pictured=None)


def _check_ends(data: bytes) -> None:
    if not data.strip():
        raise UnreadableError("empty", "the PDF file has no bytes")
    if b"%PDF-" not in data[:1024]:
        raise UnreadableError("malformed", "this is not a PDF file: no %PDF header")
    end = data.rfind(b"%%EOF")
    # A linearised file has a first %%EOF near its start, so the end must come after the last object.
    if end < 0 or re.search(rb"\d \d+ obj\b", data[end:]):
        raise UnreadableError("truncated", "the PDF file was cut short: its end mark is missing")


def _open(data: bytes) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise UnreadableError("encrypted", "the PDF file is protected by a password") from error
        raise UnreadableError("malformed", f"PDFium cannot open the file ({error})") from error
    count = len(document)
    if not 0 < count <= MAX_PAGES:
        document.close()
        if not count:
            raise UnreadableError("malformed", "the PDF file has no pages")
        raise UnreadableError("too_large", f"the PDF file has {count} pages, more than {MAX_PAGES}")
    document.init_forms()  # else the fields of a form are not painted
    return document


def _read(
    document: pdfium.PdfDocument, recognise: Recogniser | None, *, pictures: bool = False
) -> tuple[Document, bool]:
    """The document, and whether pictures on its pages of text were left unread."""
    pages: list[Page] = []
    issues: list[ReadIssue] = []
    scans = _Scans(recognise)
    damaged: list[int] = []
    unread = False
    budget = Budget(MAX_GLYPHS, MAX_OBJECTS)
    count = len(document)
    for number in range(1, count + 1):
        try:
            page = document[number - 1]
        except pdfium.PdfiumError:
            damaged.append(number)
            continue
        try:
            drawn = read_page(page, number, budget)
            if worth_recognising(drawn):
                drawn = scans.read(drawn, page, number)
            elif pictures:
                drawn = scans.read_pictures(drawn, page, number)
            else:
                unread = unread or any(may_be_table(drawn.page, box) for box in drawn.pictures)
        finally:
            page.close()
        pages.append(drawn.page)
        issues.extend(drawn.issues)
    if damaged:
        if len(damaged) == count:
            raise UnreadableError("malformed", "no page of the PDF file can be loaded")
        issues.append(ReadIssue("page_unreadable", "error", f"pages that cannot be loaded: {damaged}"))
    if not any(page.glyphs for page in pages):
        if scans.without:
            raise UnreadableError("unsupported_format", f"the PDF file is a scan; {HINT}")
        if scans.issues:
            raise UnreadableError("too_large", scans.issues[0].message)
        if scans.recognised:
            raise UnreadableError("no_text", "the PDF file is a scan in which no text was found")
    issues.extend(scans.said())
    if scans.recognised:
        pages, doubted = together(pages)
        issues.extend(doubted)
    layout = compose(pages)
    facts: tuple[Fact, ...] = ()
    try:
        facts = tuple(_facts(document))
    except UnicodeDecodeError as error:
        issues.append(ReadIssue("part_unreadable", "warning", f"the file's properties are damaged ({error})"))

    def again() -> Document:
        return Document(media_type=MEDIA_TYPE, blocks=tuple(compose(pages, ruled=False).blocks), pages=count)

    whole = Document(
        media_type=MEDIA_TYPE,
        blocks=tuple(layout.blocks),
        facts=facts,
        issues=(*issues, *layout.issues),
        pages=count,
        again=again,
    )
    return whole, unread


def _facts(document: pdfium.PdfDocument) -> Iterator[Fact]:
    for name in _INFO:
        value = mend(document.get_metadata_value(name)).strip()
        if value:
            yield Fact(f"pdf:{name}", value, "properties")


def mend(text: str) -> str:
    """Metadata text whose encoding was not declared: UTF-16 without its mark, or GB18030, read as Latin-1."""
    try:
        octets = text.encode("latin-1")
    except UnicodeEncodeError:
        return text
    for encoding, sign in (("utf-16-be", b"\0"), ("utf-16-le", b"\0"), ("gb18030", None)):
        if sign is not None and (sign not in octets or len(octets) % 2):
            continue
        try:
            mended = octets.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _HAN.search(mended) and "\0" not in mended and mended.isprintable():
            return mended
    return text.replace("\0", "")
