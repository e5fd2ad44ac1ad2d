"""Digits set above the line: marks of footnotes, which must not become digits of the figure they stand at."""

from __future__ import annotations

_ABOVE = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def raised(text: str) -> str:
    """A text set above the line (or below it), its digits as characters that are so by themselves."""
    return text.translate(_ABOVE)
