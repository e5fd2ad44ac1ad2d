"""A segment of captures as bytes: lines, and a last one that says that they are whole.

    {"id":…}                     a capture a line
    {"segment":1,"captures":2,"sha256":"…","after":["<run>",3],"seal":"…"}

The last line holds the hash of the lines before it, so that flipped bits and cuts at a line's end are found.
The first segment of a run also names the run that the site's state knew as its latest, and how many
segments that one had: so the last segments of a run can be missed too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from storage.seal import SealError, seal, unseal

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment that was read and is whole.

    Attributes:
        lines: its captures, one a line.
        after: an earlier run of the site, and how many segments it had; None where nothing is said.
    """

    lines: Sequence[bytes]
    after: tuple[str, int] | None


def pack_segment(lines: Sequence[bytes], after: tuple[str, int] | None = None) -> bytes:
    """Return lines as a segment."""
    data = b"".join(line + b"\n" for line in lines)
    end = {
        "segment": FORMAT,
        "captures": len(lines),
        "sha256": hashlib.sha256(data).hexdigest(),
        "after": after,
    }
    return data + seal(json.dumps(end, separators=(",", ":")).encode()) + b"\n"


def unpack_segment(data: bytes) -> Segment:
    """Return what a segment holds.

    Raises:
        ValueError: it is not whole.
    """
    *lines, rest = data.split(b"\n")
    if rest or not lines:
        raise ValueError("it is cut off")
    end = lines.pop()
    try:
        fields = json.loads(unseal(end))
        count, sha256, after = fields["captures"], fields["sha256"], fields["after"]
    except (SealError, ValueError, KeyError, TypeError) as error:
        raise ValueError("its last line is cut off or damaged") from error
    if hashlib.sha256(data[: -len(end) - 1]).hexdigest() != sha256 or len(lines) != count:
        raise ValueError("its bytes are not those that were written")
    return Segment(lines, None if after is None else (after[0], after[1]))
