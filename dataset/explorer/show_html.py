"""An archived page for the browser: its cell marked, and nothing in it that runs, asks or leads away."""

from __future__ import annotations

from typing import Any

from lxml import etree

MARK = "gongkai-cell"
"""Id of what is marked; the frame is opened at it."""

_DROPPED = ("script", "link", "meta", "base")
_HOLLOW = (
    "iframe", "frame", "frameset", "noframes", "object", "embed", "noembed", "applet", "audio", "video",
    "source", "track", "portal", "xmp", "plaintext",
)  # fmt: skip
"""Of these nothing stays but what stands in them: where a page forgets to end one, the parser puts the rest
of the page into it, figures and all."""

_ADDRESSES = frozenset(
    {
        "href",
        "src",
        "srcset",
        "action",
        "formaction",
        "background",
        "poster",
        "data",
        "ping",
        "longdesc",
        "usemap",
    }
)
_STYLE = (
    f"#{MARK}{{outline:3px solid #c8102e!important;outline-offset:-1px!important;"
    "background:#ffe9a8!important;color:#000!important;visibility:visible!important;"
    "scroll-margin:40vh!important}"
    f"tr:has(>#{MARK})>*{{background:#fff8e1!important}}"
    f"tr>#{MARK}{{background:#ffe08a!important}}body{{padding-bottom:50vh}}"
)


def show_html(data: bytes, at: dict[str, Any]) -> dict[str, Any]:
    """Return a page with the cell at a path marked.

    Args:
        data: the bytes as archived.
        at: where the cell stands; its `path` is an XPath, or after ``…#DETAIL.content`` or ``…#held0`` one
            in the article that an element of the page holds as text.
    """
    from extraction.charset import decode
    from extraction.readers.html import parse
    from extraction.readers.html_waiting import markup_at

    text, _ = decode(data, None)
    root = parse(text)
    path = str(at.get("path") or "")
    holder, inside, inner_path = path.partition("#DETAIL.content")
    if root is not None and inside:
        root, path = _inner(root), inner_path
    del holder
    if root is not None and (held := markup_at(root, path)) is not None:
        root, path = parse(held[0]), held[1]
    if root is None:
        return {"error": "empty", "message": "the page has no elements"}
    found = _find(root, path)
    _disarm(root, found)
    head = root.find("head")
    if head is None:
        head = etree.SubElement(root, "head")
        root.insert(0, head)
    style = etree.SubElement(head, "style")
    style.text = _STYLE
    shown = etree.tostring(root, method="html", encoding="unicode", doctype="<!DOCTYPE html>")
    return {"html": shown, "found": found is not None}


def _inner(root: etree._Element) -> etree._Element | None:
    from extraction.readers.html import parse
    from extraction.readers.html_script import script_article

    article = script_article(root)
    return None if article is None else parse(article[0])


def _find(root: etree._Element, path: str) -> etree._Element | None:
    if not path.startswith("/"):
        return None
    try:
        found = root.getroottree().xpath(path)
    except etree.XPathError:
        return None
    first = found[0] if isinstance(found, list) and found else None
    return first if isinstance(first, etree._Element) else None  # noqa: SLF001 - the name of the class


def _disarm(root: etree._Element, found: etree._Element | None) -> None:
    for element in list(root.iter(*_DROPPED)):
        if element.getparent() is not None and element is not found:
            _drop(element)
    for element in list(root.iter(*_HOLLOW)):
        element.tag = "span"
        element.attrib.clear()
    if found is not None:
        found.set("id", MARK)
        for above in found.iterancestors():
            _show(above)
    for element in root.iter(etree.Element):
        for name, value in list(element.attrib.items()):
            plain = str(name).rpartition("}")[2].rpartition(":")[2].lower()
            is_picture = plain == "src" and str(value).lower().startswith("data:image/")
            if plain.startswith("on") or (plain in _ADDRESSES and not is_picture) or plain == "http-equiv":
                del element.attrib[name]
        if found is not None and element is not found and element.get("id") == MARK:
            del element.attrib["id"]


def _show(element: etree._Element) -> None:
    """Let an element be seen that a script of the page would show."""
    from extraction.readers.html_text import hidden

    if element.tag in {"template", "noscript"}:
        element.tag = "div"
    if hidden(element):
        for name in ("hidden", "style"):
            element.attrib.pop(name, "")


def _drop(element: etree._Element) -> None:
    """Remove an element, not the text that follows it."""
    parent = element.getparent()
    assert parent is not None
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
