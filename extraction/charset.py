"""Bytes -> text with an honest charset.

Order: byte-order mark, then what the transport declared, then what the page declares, then UTF-8 if the
bytes are valid UTF-8, then GB18030. A declaration that the bytes contradict is noticed and said, not
obeyed: Chinese government pages mislabel UTF-8 as gb2312 and the other way round.
"""

from __future__ import annotations

import codecs
import re

from extraction.document import ReadIssue

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-:.]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_\-:.]{2,40})", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-:.]{2,40})", re.IGNORECASE)
_CHINESE = frozenset({"gb2312", "gbk", "gb18030", "hz", "cp936"})
_HEAD = 4096
_TOLERATED = 0.002


def declared_charset(media_type: str | None) -> str | None:
    """The charset parameter of a Content-Type."""
    match = _HEADER.search(media_type or "")
    return match.group(1) if match else None


def _codec(name: str | None) -> str | None:
    """Python's name of a declared charset; the GB family as its superset; None when it is none."""
    if not name:
        return None
    try:
        found = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        return None
    return "gb18030" if found in _CHINESE else found


def decode(data: bytes, declared: str | None = None) -> tuple[str, list[ReadIssue]]:
    """Decode a page or a text; the issues say where a declaration was wrong or bytes were damaged."""
    for bom, codec in _BOMS:
        if data.startswith(bom):
            return _lossy(data, codec, [])
    if _looks_utf16(data):
        return _lossy(data, "utf-16-le" if data[1:2] == b"\0" else "utf-16-be", [])
    head = data[:_HEAD]
    meta = _META.search(head) or _XML.search(head)
    names = [declared, meta.group(1).decode("ascii") if meta else None]
    claimed = [codec for codec in map(_codec, names) if codec]
    issues: list[ReadIssue] = []
    for codec in dict.fromkeys([*claimed, "utf-8", "gb18030", "big5"]):
        if codec in {"ascii", "iso8859-1", "cp1252", "latin-1"} and any(
            byte > 0x7F for byte in data[: 1 << 16]
        ):
            issues.append(_mislabelled(codec, "the text is not Western"))
            continue
        if codec == "gb18030" and _is_utf8(data):
            issues.append(_mislabelled(codec, "the bytes are UTF-8"))
            continue
        try:
            text = data.decode(codec)
        except (UnicodeDecodeError, LookupError):
            if codec in claimed:
                issues.append(_mislabelled(codec, "the bytes do not fit"))
            continue
        return text, issues
    # Nothing fits without error: take the candidate that loses least, and say what was lost.
    candidates = list(dict.fromkeys([*claimed, "utf-8", "gb18030"]))
    best = min(candidates, key=lambda codec: data.decode(codec, "replace").count("\ufffd"))
    return _lossy(data, best, [])


def _lossy(data: bytes, codec: str, issues: list[ReadIssue]) -> tuple[str, list[ReadIssue]]:
    text = data.decode(codec, "replace")
    lost = text.count("\ufffd")
    if lost:
        severity = "warning" if lost > len(text) * _TOLERATED else "note"
        message = f"{lost} byte sequences are not {codec}; shown as \ufffd"
        issues = [*issues, ReadIssue("charset_damaged", severity, message)]
    return text, issues


def _mislabelled(codec: str, why: str) -> ReadIssue:
    return ReadIssue("charset_mislabelled", "note", f"declared as {codec}, but {why}")


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        # A page cut in the middle of its last character is still UTF-8.
        return error.start >= len(data) - 3 and error.start > 0 and not data[: error.start].isascii()
    return True


def _looks_utf16(data: bytes) -> bool:
    head = data[:200]
    return len(head) >= 4 and (head[1::2].count(0) > len(head) // 3 or head[::2].count(0) > len(head) // 3)
