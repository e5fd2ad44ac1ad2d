"""Pictures of reports: PNG, JPEG, TIFF of several pages, BMP, GIF, WebP, through text recognition.

Boxes are in points of the picture as displayed, 96 pixels to the inch whatever the file claims.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from extraction import ocr
from extraction.document import Document, ReadIssue, UnreadableError
from extraction.readers.page import Page
from extraction.readers.page_layout import compose
from extraction.sniff import sniff

if TYPE_CHECKING:
    from extraction.ocr.scan import Picture

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
    return read_all([data])[0]


def read_all(pictures: Sequence[bytes]) -> tuple[Document, list[int]]:
    """Read pictures as the pages of one document, and say which picture each page is of.

    Raises:
        UnreadableError: as `read`; of several, all of them are so.
    """
    from extraction.ocr.decode import frames
    from extraction.ocr.scan import doubts, read_picture
    from extraction.ocr.spread import laid

    pages: list[Page] = []
    issues: list[ReadIssue] = []
    first: UnreadableError | None = None
    of: list[int] = []
    printed: float | None = None
    for index, frame in _frames(pictures, frames):
        number = len(of) + 1
        of.append(index)
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
    pages = laid(pages)
    layout = compose(pages)
    read_pages = [page.number for page in pages if page.glyphs and page.sheet is None]
    issues.append(ReadIssue("recognised_text", "note", f"pages read by text recognition: {read_pages}"))
    document = Document(
        sniff(pictures[0]), tuple(layout.blocks), issues=(*issues, *layout.issues), pages=len(of)
    )
    return document, of


def _frames(
    pictures: Sequence[bytes], frames: Callable[[bytes], Iterator[Picture | UnreadableError]]
) -> Iterator[tuple[int, Picture | UnreadableError]]:
    for index, data in enumerate(pictures):
        try:
            for frame in frames(data):
                yield index, frame
        except UnreadableError as error:
            if len(pictures) == 1:
                raise
            yield index, error
