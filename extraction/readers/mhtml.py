"""Saved web pages (MHTML, ``.mht``, and Word's "single file web page" under the name ``.doc``).

A mail message whose first HTML part is the page; frames, pictures and style sheets are further
parts of it.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from html import unescape

from extraction.document import Document, Paragraph, ReadIssue, Table, UnreadableError
from extraction.readers import html

MEDIA_TYPE = "message/rfc822"
MAX_MESSAGE_PARTS = 2_000
_FRAMES = 20
_MAX_SHEET = 200_000
_LINK = re.compile(rb"<link\b[^<>]{1,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_SCREEN = frozenset({b"", b"all", b"screen"})
_FORM_CELLS = 15
"""Cells of the smallest statutory table."""
_LONG_TEXT = 100


def read(data: bytes, *, url: str | None = None) -> Document:
    """Read the page in an MHTML file.

    Args:
        data: the file.
        url: handed on to the reader of the page.

    Raises:
        UnreadableError: no page in it, or it is damaged.
    """
    try:
        message = email.message_from_bytes(data.lstrip(), policy=email.policy.compat32)
        pages = [
            part
            for part in _parts(message)
            if part.get_content_type() in {"text/html", "application/xhtml+xml"}
        ]
        bodies = [
            (part.get_payload(decode=True), part.get_content_charset(), _name(part, number))
            for number, part in enumerate(pages, 1)
        ]
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:
        raise UnreadableError("malformed", f"the MHTML file is damaged ({type(error).__name__})") from error
    found = [
        (body, charset, name) for body, charset, name in bodies if isinstance(body, bytes) and body.strip()
    ]
    if not found:
        raise UnreadableError("unsupported_format", "the MHTML file holds no HTML page")
    # Of a frame set the frame with the text: a page of frames has next to none.
    body, charset, name = max(found, key=lambda entry: len(entry[0])) if _is_frames(found[0][0]) else found[0]
    body = _styled(body, _held(message, "text/css"))
    document = html.read(body, url=url, charset=charset, pictures=_held(message, "image/"))
    issues = document.issues
    if _is_frames(found[0][0]):
        others = [other for text, code, other in found[:_FRAMES] if other != name and _says_much(text, code)]
        if others:
            text = f"read {name}; not read: {', '.join(others)}"
            issues = (*issues, ReadIssue("several_documents", "warning", text))
    return replace(document, media_type=MEDIA_TYPE, issues=issues)


def _says_much(body: bytes, charset: str | None) -> bool:
    """Whether a frame may be a report too: menus and banners have short texts and small tables."""
    if _is_frames(body):
        return False
    try:
        blocks = html.read(body, charset=charset).blocks
    except UnreadableError:
        return False
    if any(isinstance(block, Table) and len(block.cells) > _FORM_CELLS for block in blocks):
        return True
    return any(isinstance(block, Paragraph) and len(block.text) > _LONG_TEXT for block in blocks)


def _name(part: email.message.Message, number: int) -> str:
    """A part by its number and the address it was saved from."""
    return f"frame {number} {str(part.get('Content-Location') or '').strip()}".strip()


def _held(message: email.message.Message, kind: str) -> dict[str, Callable[[], bytes]]:
    """The parts of a kind by all addresses that the page may name them with."""
    base = ""
    out: dict[str, Callable[[], bytes]] = {}
    for part in _parts(message):
        place = str(part.get("Content-Location") or "").strip()
        if part.get_content_maintype() == "text":
            base = base or place.rpartition("/")[0]
        if not part.get_content_type().startswith(kind):
            continue
        data = partial(_body, part)
        if name := str(part.get("Content-ID") or "").strip(" <>"):
            out[f"cid:{name}"] = data
        if place:
            out[place] = data
            if base and place.startswith(f"{base}/"):
                out[place.removeprefix(f"{base}/")] = data
    return out


def _styled(body: bytes, sheets: dict[str, Callable[[], bytes]]) -> bytes:
    """The page with the style sheets that the file holds in place of the links to them."""

    def put(link: re.Match[bytes]) -> bytes:
        said = {name.lower(): one or other or bare for name, one, other, bare in _ATTRIBUTE.findall(link[0])}
        sheet = sheets.get(unescape(said.get(b"href", b"").decode("utf-8", "replace")).strip())
        of_screen = said.get(b"media", b"").strip().lower() in _SCREEN
        if sheet is None or not of_screen or said.get(b"rel", b"").strip().lower() != b"stylesheet":
            return link[0]
        # What is not ASCII in a style sheet are the names of fonts.
        text = sheet()[:_MAX_SHEET].decode("ascii", "ignore").replace("<", "")
        return f"<style>{text}</style>".encode()

    return _LINK.sub(put, body) if sheets else body


def _body(part: email.message.Message) -> bytes:
    found = part.get_payload(decode=True)
    if not isinstance(found, bytes):
        raise UnreadableError("malformed", "a part of the MHTML file is damaged")
    return found


def _parts(message: email.message.Message) -> list[email.message.Message]:
    found = []
    for count, part in enumerate(message.walk()):
        if count > MAX_MESSAGE_PARTS:
            raise UnreadableError("too_large", f"the MHTML file has more than {MAX_MESSAGE_PARTS} parts")
        found.append(part)
    return found


def _is_frames(body: bytes) -> bool:
    return b"<frameset" in body.lower()
