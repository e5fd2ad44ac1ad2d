"""Broken copies of a good file: every reader must answer them with a document or with UnreadableError."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from extraction.document import Document, UnreadableError

CODES = {"empty", "truncated", "encrypted", "malformed", "too_large", "unsupported_format", "needs_office"}


@st.composite
def damaged(draw: st.DrawFn, good: bytes) -> bytes:
    """A file cut short, with bits turned, or both."""
    body = bytearray(good)
    if draw(st.booleans()):
        del body[draw(st.integers(0, len(body))) :]
    for _ in range(draw(st.integers(0, 12))):
        if body:
            body[draw(st.integers(0, len(body) - 1))] ^= 1 << draw(st.integers(0, 7))
    return bytes(body)


def outcome(read: Callable[[bytes], Document], data: bytes) -> str:
    """``read``, or the code of the refusal. Anything else that is raised goes through."""
    try:
        document = read(data)
    except UnreadableError as refusal:
        code, message = refusal.code, str(refusal)
    else:
        assert isinstance(document, Document)
        return "read"
    assert code in CODES
    assert message
    return code
