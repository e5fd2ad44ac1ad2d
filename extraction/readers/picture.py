"""Pictures of reports: PNG, JPEG, TIFF of several pages, BMP, GIF, WebP, through text recognition.

Boxes are in points of the picture as displayed, 96 pixels to the inch whatever the file claims.
"""

from __future__ import annotations

from dataclasses import replace

from extraction import ocr
from extraction.document import Document, ReadIssue, UnreadableError
from extraction.readers.page import Page
from extraction.readers.page_layout import compose
from extraction.sniff import sniff

MEDIA_TYPES = ("image/png", "image/jpeg", "image/tiff", "image/bmp", "image/gif", "image/webp")


def read(data: bytes, *, url: str | None = None) -> Document:
    """Read a picture.

    Args:
        data: the file.
        url: not used; all readers share one signature.

    Raises:
        UnreadableError: the extra is missing; damaged, cut short, too large, or without text.
    """
    del url
    ocr.require("this is a picture")
    from extraction.ocr.decode import frames
    from extraction.ocr.scan import align, doubts, read_picture

    pages: list[Page] = []
    issues: list[ReadIssue] = []
    first: UnreadableError | None = None
    count = 0
    printed: float | None = None
    for number, frame in enumerate(frames(data), start=1):
        count = number
        if number > ocr.MAX_PAGES:
            message = f"pages from {number} on were not read: no more than {ocr.MAX_PAGES} are recognised"
            issues.append(ReadIssue("pages_not_read", "error", message))
            break
        if isinstance(frame, UnreadableError):
            first = first or frame
            issues.append(ReadIssue("page_unreadable", "error", f"page {number}: {frame}"))
            continue
        page = read_picture(replace(frame, printed=printed), number)
        # Of several pages the first says how large print is.
        printed = printed or (page.printed if page.glyphs else None)
        pages.append(page)
    if not any(page.glyphs for page in pages):
        raise first or UnreadableError("no_text", "no text was found in the picture")
    issues += doubts(pages)
    align(pages)
    layout = compose(pages)
    read_pages = [page.number for page in pages if page.glyphs]
    issues.append(ReadIssue("recognised_text", "note", f"pages read by text recognition: {read_pages}"))
    return Document(sniff(data), tuple(layout.blocks), issues=(*issues, *layout.issues), pages=count)
