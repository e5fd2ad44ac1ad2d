"""What the bytes are, by content; the declared type only decides between texts.

Servers send DOCX as octet-stream, HTML error pages as PDF and PDF as HTML, so names and headers prove
nothing.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
FODT = "application/vnd.oasis.opendocument.text-flat-xml"
FODS = "application/vnd.oasis.opendocument.spreadsheet-flat-xml"
EMPTY = "application/x-empty"
UNKNOWN = "application/octet-stream"

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"{\\rtf", "application/rtf"),
)
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|title|table|div|p|span|h[1-6]|script|style|article|section|br)[\s>/]",
    re.IGNORECASE,
)
_HTML_ROOT = re.compile(rb"<html[\s>]", re.IGNORECASE)
_FLAT = (
    (b"http://schemas.microsoft.com/office/word/2003/wordml", "application/vnd.ms-word.2003+xml"),
    (b"http://schemas.microsoft.com/office/2006/xmlPackage", "application/vnd.ms-word.flat+xml"),
    (b'"urn:schemas-microsoft-com:office:spreadsheet"', "application/vnd.ms-excel.2003+xml"),
    (b'"application/vnd.oasis.opendocument.spreadsheet"', FODS),
    (b'"application/vnd.oasis.opendocument.text"', FODT),
)
_TAG = re.compile(rb"</?[a-zA-Z][^<>]{0,200}>")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD = 8192
_MHTML = re.compile(rb"^(?:[A-Za-z\-]+:[^\n]*\n)*mime-version:", re.IGNORECASE)


def sniff(data: bytes, declared: str | None = None) -> str:
    """The media type of a document's bytes."""
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        return EMPTY
    head = data[:_HEAD]
    if b"%PDF-" in head[:1024]:
        return "application/pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip(data)
    if head.startswith(_OLE):
        return _ole(data)
    if head[257:262] == b"ustar":
        return "application/x-tar"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    return _text(data, head, declared)


def _zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist()[:5000])
            if "content.xml" in names and "META-INF/manifest.xml" in names:
                return _odf(archive)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error):
        # A cut archive still names its first parts in local headers.
        for mark, media_type in ((b"word/", DOCX), (b"xl/", XLSX), (b"OFD.xml", "application/ofd")):
            if mark in data[: 1 << 16]:
                return media_type
        return "application/zip"
    if "OFD.xml" in names:
        return "application/ofd"
    for part, media_type in (("word/", DOCX), ("xl/", XLSX), ("ppt/", PPTX)):
        if "[Content_Types].xml" in names and any(name.startswith(part) for name in names):
            return media_type
    return "application/zip"


def _odf(archive: zipfile.ZipFile) -> str:
    kind = b""
    if "mimetype" in archive.namelist() and archive.getinfo("mimetype").file_size < _HEAD:
        kind = archive.read("mimetype")
    return ODS if kind.startswith(ODS.encode()) else ODT


def _ole(data: bytes) -> str:
    names = data[: 1 << 22]
    if "WordDocument".encode("utf-16-le") in names:
        return "application/msword"
    if "Workbook".encode("utf-16-le") in names or "\0Book\0".encode("utf-16-le") in names:
        return "application/vnd.ms-excel"
    if "EncryptedPackage".encode("utf-16-le") in names:
        return "application/encrypted-office"
    if "PowerPoint".encode("utf-16-le") in names:
        return "application/vnd.ms-powerpoint"
    return "application/x-ole"


def _narrow(head: bytes) -> bytes:
    """The start of a text of two bytes a character, as UTF-8: its own bytes look like control bytes."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) and not head.startswith(b"\xff\xfe\0\0"):
        return head.decode("utf-16", "ignore").encode("utf-8", "ignore")
    return head.replace(b"\0", b"")


def _text(data: bytes, head: bytes, declared: str | None) -> str:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff")) or head[:200].count(0) > len(head[:200]) // 3
    sample = _narrow(head) if wide else head
    if not wide and b"\0" in head:
        return UNKNOWN
    if _MHTML.match(sample.lstrip()):
        return "message/rfc822"
    for mark, media_type in _FLAT:
        if mark in sample and not _HTML_ROOT.search(sample):
            return media_type
    html = declared is not None and ("html" in declared or "xml" in declared)
    opened = _HTML.search(sample)
    if opened and (html or sample.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")):
        return "text/html"
    if opened and len(_TAG.findall(data[: 1 << 16])) > 3:
        return "text/html"
    # Control bytes that no text has: a binary format we do not know.
    if sum(byte < 9 or 13 < byte < 32 for byte in sample) > len(sample) // 50:
        return UNKNOWN
    return "text/plain"
