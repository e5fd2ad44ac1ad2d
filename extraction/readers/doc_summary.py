"""The summary streams of OLE files ([MS-OLEPS]): title, author, company, times.

Read here with every count checked against the bytes that are there: a damaged count makes general property
readers build lists of billions.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import datetime, timedelta

MAX_PROPERTIES = 256
MAX_TEXT = 10_000

_CODE_PAGE, _SHORT, _TEXT, _WIDE_TEXT, _TIME = 1, 2, 0x1E, 0x1F, 0x40
_ENCODINGS = {936: "gb18030", 950: "big5", 65001: "utf-8", 1200: "utf-16-le", 1252: "cp1252"}


def properties(stream: bytes) -> Iterator[tuple[int, str]]:
    """The texts and times of the first section: (property number, value)."""
    if len(stream) < 48:
        return
    (start,) = struct.unpack_from("<I", stream, 44)
    section = stream[start:]
    if len(section) < 8:
        return
    (count,) = struct.unpack_from("<I", section, 4)
    entries = [
        struct.unpack_from("<II", section, 8 + 8 * index)
        for index in range(min(count, MAX_PROPERTIES, (len(section) - 8) // 8))
    ]
    encoding = "gb18030"
    for number, at in entries:
        if number == _CODE_PAGE and at + 6 <= len(section):
            kind, value = struct.unpack_from("<IH", section, at)
            if kind == _SHORT:
                encoding = _ENCODINGS.get(value, encoding)
    for number, at in entries:
        text = _value(section, at, encoding)
        if text:
            yield number, text


def _value(section: bytes, at: int, encoding: str) -> str:
    if at + 12 > len(section):
        return ""
    kind, size = struct.unpack_from("<II", section, at)
    if kind == _TIME:
        (ticks,) = struct.unpack_from("<Q", section, at + 4)
        # Hundreds of nanoseconds since 1601; 0 is "never", and the year 3000 is damage.
        if not 0 < ticks < 442_000_000_000_000_000:
            return ""
        return str(datetime(1601, 1, 1) + timedelta(microseconds=ticks // 10))  # noqa: DTZ001 - kept as given
    if kind == _TEXT:
        body = section[at + 8 : at + 8 + min(size, MAX_TEXT)]
        return body.decode(encoding, "replace").partition("\0")[0].strip()
    if kind == _WIDE_TEXT:
        body = section[at + 8 : at + 8 + 2 * min(size, MAX_TEXT)]
        return body.decode("utf-16-le", "replace").partition("\0")[0].strip()
    return ""
