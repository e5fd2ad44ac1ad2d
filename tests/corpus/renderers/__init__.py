"""One module a format: a report's blocks to bytes.

Each module offers `render(report, rng) -> Rendered`: the bytes, the file's extension, the declared media type, the address it may
have come from, and the names of the deviations that the rendering adds.
"""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Rendered:
    """A finished document."""

    data: bytes
    extension: str
    media_type: str | None
    url: str | None = None
    deviations: list[str] = field(default_factory=list)
