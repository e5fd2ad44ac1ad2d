"""PDF files: text and ruling lines through PDFium, tables from the lines.

PDFium gives each character its box and says where a glyph has no Unicode; such a glyph becomes U+FFFD, so
that no figure is ever made up from a glyph number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pypdfium2 as pdfium
from pypdfium2 import raw

from extraction.document import Document, Fact, ReadIssue, UnreadableError
from extraction.readers.page import Page
from extraction.readers.page_layout import compose
from extraction.readers.pdf_page import Budget, Drawn, read_page

MEDIA_TYPE = "application/pdf"

MAX_PAGES = 1_000
MAX_GLYPHS = 1_000_000
MAX_OBJECTS = 1_000_000

OCR_EXTRA = "install the ocr extra to have it recognised"

Recogniser = Callable[[pdfium.PdfPage, int], Page]
"""(PDFium page, its number) -> the glyphs and lines recognised on it, with a confidence below 1."""

_INFO = ("Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate")
_HAN = re.compile(r"[\u4e00-\u9fff]")


def read(data: bytes, *, url: str | None = None, recognise: Recogniser | None = None) -> Document:
    """Read a PDF file.

    Args:
        data: the file.
        url: not used; all readers share one signature.
        recognise: reads a page that has no text (OCR).

    Raises:
        UnreadableError: not a PDF, cut short, encrypted, damaged, too large, or a scan and no `recognise`.
    """
    del url
    _check_ends(data)
    document = _open(data)
    try:
        return _read(document, recognise)
    finally:
        document.close()


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
    return document


def _read(document: pdfium.PdfDocument, recognise: Recogniser | None) -> Document:
    pages: list[Page] = []
    issues: list[ReadIssue] = []
    scans: list[int] = []
    damaged: list[int] = []
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
            if not drawn.page.glyphs and drawn.pictured:
                if recognise is None:
                    scans.append(number)
                else:
                    drawn = Drawn(recognise(page, number))
        finally:
            page.close()
        pages.append(drawn.page)
        issues.extend(drawn.issues)
    if damaged:
        if len(damaged) == count:
            raise UnreadableError("malformed", "no page of the PDF file can be loaded")
        issues.append(ReadIssue("page_unreadable", "error", f"pages that cannot be loaded: {damaged}"))
    if scans:
        if not any(page.glyphs for page in pages):
            raise UnreadableError("unsupported_format", f"the PDF file is a scan; {OCR_EXTRA}")
        issues.append(
            ReadIssue("needs_ocr", "warning", f"pages without text, only pictures: {scans}; {OCR_EXTRA}")
        )
    layout = compose(pages)
    facts: tuple[Fact, ...] = ()
    try:
        facts = tuple(_facts(document))
    except UnicodeDecodeError as error:
        issues.append(ReadIssue("part_unreadable", "warning", f"the file's properties are damaged ({error})"))
    return Document(
        media_type=MEDIA_TYPE,
        blocks=tuple(layout.blocks),
        facts=facts,
        issues=(*issues, *layout.issues),
        pages=count,
    )


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
