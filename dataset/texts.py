"""What a report says, in short: a hash of its content, and how much of its text stood in the year before's.

The hash of the content tells a real edit from a visit counter: figures as printed, their status, the words of
the sections, and who reports on which year; not the bytes around them, nor where on the page they stand.

Repetition is measured by sentences: white space is left out and every figure is taken as the same, so that
last year's sentence with this year's number is a repetition. The share is of characters, in sentences of
`SHORTEST` or more. A report in memory is no more than the hashes of its sentences.
"""

from __future__ import annotations

import hashlib
import json
import re
from array import array
from collections.abc import Mapping
from typing import Any

import orjson

SHORTEST = 10
"""Characters of a sentence that counts."""

_LENGTH_BITS = 16
_LONGEST = (1 << _LENGTH_BITS) - 1
_ENDS = "。；;！!？?"
_FIGURE = re.compile(r"[0-9０-９]+(?:[.,，．][0-9０-９]+)*")


def content_hash(record: Mapping[str, Any]) -> str:
    """Return the hash of what a record says, whatever the bytes around it and whoever read it."""
    report = record.get("report") or {}
    cells = (record.get("cells") or {}).items()
    sections = record.get("sections") or ()
    said = (
        orjson.dumps([report.get(name) for name in ("title", "agency", "year")]),
        orjson.dumps([(name, cell.get("raw"), cell["status"]) for name, cell in cells]),
        _tables(record.get("tables") or {}),
        orjson.dumps([(section["key"], _without_space(section["text"])) for section in sections]),
    )
    return hashlib.sha256(b"[" + b",".join(said) + b"]").hexdigest()


def _tables(tables: Mapping[str, Any]) -> bytes:
    """Return the figures of a record as `json` has them: a hash must stay what it was."""
    try:
        said = orjson.dumps(tables)
    except TypeError:  # beyond 64 bits
        said = b"e+"
    # Very small and very large fractions are written another way by orjson.
    if any(mark in said for mark in (b"0.0000", b"e-", b"e+")):
        return json.dumps(tables, ensure_ascii=False, separators=(",", ":")).encode()
    return said


def _without_space(text: str) -> str:
    return "".join(text.split())


def text_length(record: Mapping[str, Any]) -> int:
    """Return the characters of a record's sections, white space aside."""
    return sum(len(_without_space(section["text"])) for section in record.get("sections") or ())


def sentences(record: Mapping[str, Any]) -> bytes:
    """Return the sentences of a record as 64-bit numbers: a hash and, in the low bits, the length."""
    found = array("Q")
    text = "\n".join(section["text"] for section in record.get("sections") or ())
    for end in _ENDS:
        text = text.replace(end, "\n")
    # The figures of all sentences at once: none goes beyond the end of its sentence.
    for sentence in _FIGURE.sub("0", "\n".join(map(_without_space, text.split("\n")))).split("\n"):
        if len(sentence) >= SHORTEST:
            digest = hashlib.blake2b(sentence.encode(), digest_size=6).digest()
            found.append(int.from_bytes(digest, "big") << _LENGTH_BITS | min(len(sentence), _LONGEST))
    return found.tobytes()


def repeated(now: bytes, before: bytes) -> float | None:
    """Return the share of the text `now` that stands in `before`; None where one of them has no text."""
    ours, theirs = array("Q", now), frozenset(array("Q", before))
    total = sum(number & _LONGEST for number in ours)
    if not total or not theirs:
        return None
    return round(sum(number & _LONGEST for number in ours if number in theirs) / total, 4)
