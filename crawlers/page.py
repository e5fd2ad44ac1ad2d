"""A page as the platform modules see it: address, decoded text, tree. And what they find in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

import lxml.etree
import lxml.html
from w3lib.url import safe_url_string

_META_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_-]{2,20})""", re.IGNORECASE
)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,20})", re.IGNORECASE)
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# What pages call GB2312 or GBK regularly holds characters of GB18030 only, and that reads the other two as
# well.
_CHINESE = {"gb2312", "gbk", "gb_2312-80", "x-gbk", "cp936", "gb18030"}


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A further page of a list, as a platform module wants it asked.

    Attributes:
        url: its address.
        method: ``GET`` or ``POST``.
        form: form fields of a POST, in order.
        json: JSON text of a POST.
        headers: further headers, such as the Referer that some endpoints insist on.
        platform: the module that reads the answer; None to detect it from the answer.
        number: which page of the list this is, the first being 1; 0 for what must be read before the list can
            be asked.
        origin: address of the column page; relative links in the answer belong to it where the platform says
            so.
        state: what the module must know again to read the answer and ask for the next page.
        trial: the address is a guess: the answer counts only if it has new links of the same column.
        alternatives: further guesses, asked one by one if this one gives nothing new: addresses, or whole
            requests where more than the address differs.
        column: the platform says by name that this is a list of annual reports.
    """

    url: str
    method: str = "GET"
    form: tuple[tuple[str, str], ...] | None = None
    json: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    platform: str | None = None
    number: int = 2
    origin: str | None = None
    state: Mapping[str, Any] = field(default_factory=dict)
    trial: bool = False
    alternatives: tuple[str | PageRequest, ...] = ()
    column: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list.

    Attributes:
        url: where it leads.
        title: its words, completed from the title attribute where the text was cut.
        date: the date beside it, as printed; None where there is none.
        context: the name of the column or branch it stands in, where the platform names one.
    """

    url: str
    title: str
    date: str | None = None
    context: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What a platform module reads from a page.

    Attributes:
        entries: the lines of the list.
        next: further pages of the list, to be asked in order.
        columns: pages that hold the list in place of this one (frames, redirect targets, branches of a tree).
        total: how many entries the list says it has, where it says so.
        platform: the module that read it.
        issues: what was not understood.
        passed: addresses of lines that belong to other columns; they only show that the page is a new one.
    """

    entries: tuple[Entry, ...] = ()
    next: tuple[PageRequest, ...] = ()
    columns: tuple[Entry, ...] = ()
    total: int | None = None
    platform: str = ""
    issues: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.entries or self.next or self.columns)


def decode(body: bytes, content_type: str = "") -> str:
    """Decode a page: byte-order mark, then UTF-8 where it fits, then header, meta tag and GB18030.

    UTF-8 is tried before the declared charset because Chinese text in another encoding is practically never
    valid UTF-8, while declarations are often wrong.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body.decode(name, "replace")
    names = ["utf-8"]
    for match in (_HEADER_CHARSET.search(content_type), _META_CHARSET.search(body[:4096])):
        if match:
            raw = match.group(1)
            name = (raw if isinstance(raw, str) else raw.decode("ascii")).lower()
            # A server's default, not a statement about the page: it decodes anything, and wrongly.
            if name not in {"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"}:
                names.append("gb18030" if name in _CHINESE else name)
    for name in [*names, "gb18030"]:
        try:
            return body.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    best = names[1] if len(names) > 1 else "utf-8"
    try:
        return body.decode(best, "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


_PARSER = lxml.html.HTMLParser(encoding="utf-8", huge_tree=False)
_VISIBLE = lxml.etree.XPath(
    "//text()[not(parent::script or parent::style or parent::noscript or parent::template)]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def parse_html(text: str) -> lxml.html.HtmlElement:
    """Parse HTML text, also empty or broken; never raises for content."""
    data = _CONTROL.sub("", text).encode("utf-8", "replace")
    try:
        return lxml.html.document_fromstring(data, parser=_PARSER)
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError):
        return lxml.html.document_fromstring(b"<html><body></body></html>")


def squeeze(text: str | None) -> str:
    """Collapse white space, no-break and ideographic spaces included."""
    return " ".join((text or "").replace("\u200b", "").split())


@dataclass(frozen=True)
class Page:
    """One answer, decoded.

    Attributes:
        url: the address that answered.
        text: decoded body.
        headers: response headers, names in lower case.
        request: the further-page request that led here, None for an ordinary page.
    """

    url: str
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)
    request: PageRequest | None = None

    @cached_property
    def tree(self) -> lxml.html.HtmlElement:
        """The parsed document."""
        return parse_html(self.text)

    @cached_property
    def base(self) -> str:
        """The address that relative links start from."""
        for element in self.tree.iter("base"):
            href = squeeze(element.get("href"))
            if href:
                return urljoin(self.url, href)
        return self.url

    def join(self, href: str) -> str | None:
        """Return the absolute address of a link of this page, None if it leads to no page."""
        return join(self.base, href)

    @cached_property
    def meta(self) -> dict[str, str]:
        """Contents of the meta tags by name in lower case; the first of each name."""
        found: dict[str, str] = {}
        for element in self.tree.iter("meta"):
            name = squeeze(element.get("name")).lower()
            if name:
                found.setdefault(name, squeeze(element.get("content")))
        return found

    @cached_property
    def title(self) -> str:
        """The page's own title: the standard's ArticleTitle, else the title element."""
        named = self.meta.get("articletitle", "")
        if named:
            return named
        element = self.tree.find(".//title")
        return squeeze(element.text_content()) if element is not None else ""

    @cached_property
    def visible_text(self) -> str:
        """The text a reader sees, white space collapsed; scripts and styles left out."""
        found = _VISIBLE(self.tree)
        return squeeze(" ".join(str(text) for text in found)) if isinstance(found, list) else ""


_NO_PAGE = re.compile(r"(?:javascript|mailto|tel|data|about|vbscript|file|blob)\s*:", re.IGNORECASE)
# Longer addresses are traps or mistakes; the longest real one seen has under 600 characters.
_MAX_URL = 2000


def join(base: str, href: str) -> str | None:
    """Resolve a link; None for scripts, mail, fragments and addresses without a usable host."""
    href = re.sub(r"[\x00-\x1f\x7f]", "", href).strip().replace("\\", "/")
    if not href or href.startswith("#") or _NO_PAGE.match(href):
        return None
    try:
        url = safe_url_string(urljoin(base, href))
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return None
    if not usable or len(url) > _MAX_URL:
        return None
    url = url.split("#", 1)[0]
    return url if parts.path else url.replace(parts.netloc, parts.netloc + "/", 1)
