"""How commands and flows write what they counted."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: ``1 site``, ``1,204 sites``.

    Args:
        number: how many.
        one: the words for one.
        many: for others, where an s at the end does not make them.
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
