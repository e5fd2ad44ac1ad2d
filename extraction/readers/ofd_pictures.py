"""Pictures on OFD pages: which may be tables, and what recognition reads in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from extraction import ocr
from extraction.document import Box, ReadIssue, UnreadableError
from extraction.readers.page import Page
from extraction.readers.page_pictures import may_be_table, set_in

Placed = Mapping[int, Sequence[tuple[str, Box]]]
"""Page number -> its pictures: resource and box."""


def pictures_on(page: Page, pictures: Placed) -> list[tuple[str, Box]]:
    """The pictures of a page that may be tables."""
    return [(name, box) for name, box in pictures.get(page.number, ()) if may_be_table(page, box)]


def with_pictures(
    pages: Sequence[Page], pictures: Placed, load: Callable[[str], tuple[str, bytes]]
) -> tuple[list[Page], list[ReadIssue]]:
    """The pages with their pictures recognised, and what has to be said of that."""
    out: list[Page] = []
    issues: list[ReadIssue] = []
    read: list[str] = []
    unread: list[str] = []
    for page in pages:
        # Read into a copy: the page without its pictures stays what it was.
        copy = replace(
            page,
            glyphs=list(page.glyphs),
            horizontal=list(page.horizontal),
            vertical=list(page.vertical),
        )
        for resource, box in pictures_on(page, pictures):
            if not ocr.available():
                unread.append(f"page {page.number}")
                continue
            if len(read) >= ocr.MAX_PAGES:
                message = f"no more than {ocr.MAX_PAGES} pictures are recognised; page {page.number} was not"
                issues.append(ReadIssue("pages_not_read", "error", message))
                continue
            try:
                name, data = load(resource)
                copy = _read(copy, data, box)
                read.append(name)
            except UnreadableError as error:
                issues.append(ReadIssue("picture_unread", "warning", f"page {page.number}: {error}"))
        out.append(copy)
    if read:
        message = f"pictures read by text recognition: {', '.join(read)}"
        issues.append(ReadIssue("recognised_text", "note", message))
    if unread:
        message = f"a table is missing and may be in a picture: {', '.join(unread)}; {ocr.HINT}"
        issues.append(ReadIssue("needs_ocr", "warning", message))
    return out, issues


def _read(page: Page, data: bytes, box: Box) -> Page:
    from extraction.ocr.decode import frames
    from extraction.ocr.scan import LEGIBLE, read_picture

    frame = next(frames(data), UnreadableError("malformed", "a picture without any image"))
    if isinstance(frame, UnreadableError):
        raise frame
    # How large it is printed is known here: it is what the page shows.
    height, width = frame.grey.shape
    read = read_picture(replace(frame, printed=(box[2] - box[0]) / width), page.number)
    if read.glyphs and read.legible < LEGIBLE:
        raise UnreadableError("illegible", "the text of a picture is hardly legible")
    size = (width * frame.points[0], height * frame.points[1])
    return set_in(page, read, size, box)
