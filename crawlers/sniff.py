"""What a body is by its content, as far as the crawler must know it; extraction looks closer."""

from __future__ import annotations

import re

_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"{\\rtf", "application/rtf"),
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"\x1f\x8b", "application/gzip"),
)
# The first entry of an Office container may be anything; the names of its parts stand in the directory at the
# end.
_ZIP_PARTS: tuple[tuple[bytes, str], ...] = (
    (b"word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"OFD.xml", "application/ofd"),
)
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|title|div|table|ul|p|script|a|iframe)\b", re.IGNORECASE
)


def sniff(body: bytes) -> str | None:
    """Return the media type that the first bytes show, None where they show none."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return name
    if body.startswith(b"PK\x03\x04"):
        for part, name in _ZIP_PARTS:
            if part in body:
                return name
        return "application/zip"
    head = body[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<?xml") and not _HTML.search(head):
        return "application/xml"
    if _HTML.search(head):
        return "text/html"
    if head[:1] in {b"{", b"["}:
        return "application/json"
    return None


def is_page(sniffed: str | None, declared: str | None) -> bool:
    """Tell whether a body is a page to be read for links rather than a file."""
    if sniffed is not None:
        return sniffed in {"text/html", "application/xml", "application/json"}
    return (
        declared is None
        or declared.startswith("text/")
        or "html" in declared
        or "json" in declared
        or "xml" in declared
        # Lists wrapped in a call (JSONP), and scripts that name a list's service.
        or "javascript" in declared
    )
