"""Links of a page: their words, dates and kinds; address dialects and attachment forms."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

import lxml.html

from crawlers.page import Page, squeeze
from crawlers.titles import CUT

FILE_TYPES = ("docx", "doc", "wps", "xlsx", "xls", "et", "rtf", "pdf", "ofd", "zip", "rar", "7z")
_FILE_NAME = re.compile(rf"\.({'|'.join(FILE_TYPES)})$", re.IGNORECASE)
_FILE_MARK = re.compile(rf"(?:\.|%2e)(?:{'|'.join(FILE_TYPES)})(?![a-z0-9])", re.IGNORECASE)
# Addresses that hand out a file without naming its type in the path.
_DOWNLOAD = re.compile(
    r"/(?:[a-z_]*down(?:load)?[a-z_]*|(?:get|show|view|open|read)_?(?:file|attach)[a-z_]*|attach[a-z_]*|file)"
    r"\.(?:jsp|do|action|aspx?|php|ashx)$"
    r"|/(?:file|attach(?:ment)?)?_?down(?:load)?(?:file)?/(?!.*\.s?html?$)[^/]+$"
    r"|/download(?:file|attach\w*)?$|/get_?(?:file|attach\w*)$|/module/download/"
    r"|/group\d+/M0\d/|/attachments?/|/attach/\d+/|/files/attach/",
    re.IGNORECASE,
)
_DOWNLOAD_MARK = re.compile(
    r"down|attach|(?:get|show|view|open|read)_?file|file\.|/M0\d/|附[件表]", re.IGNORECASE
)
# Links that say of themselves that a file of the document is behind them.
_ATTACHED = re.compile(
    r"^\W{0,3}(?:\d{1,2}[.、．]\s*)?附[件表][\s\d一二三四五六七八九十()（）]{0,6}(?:[:：.、\s]|$)|^\W{0,3}(?:附件下载|下载附件|点击下载|下载(?:文件|报告|全文))"
)

_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})(?!\d)")

# Article addresses by dialect: what follows the host. Used to tell articles from navigation; with groups, to
# date them.
_DIALECTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("A", r"/\d{6}/t(?P<d>\d{8})_\d+\.s?html?$"),
        ("A", r"/t_?(?P<d>(?:19|20)\d{6})_\d+_(?:app|wap)\.s?html?$|/t_?\d{6,}\.s?html?$"),
        ("B", r"/art/\d{4}/\d{1,2}/\d{1,2}/art_[\da-z]+(?:_\d+)?\.s?html?$"),
        ("B", r"/art/\d{4}/art_[\da-f-]{16,}\.s?html?$"),
        ("C", r"/\d{4}-\d{2}/\d{2}/(?:content|c)_[\da-z]+\.s?html?$"),
        ("D", r"/(?P<d>\d{8})/[\da-f-]{8,}/c\.s?html?$"),
        ("E", r"/web/(?:[\w-]+/)*\d{12,}/index\.s?html?$"),
        ("H", r"/\d{12,}/index\.s?html?$"),
        ("G", r"/\d{5,9}/index\.s?html?$"),
        ("I", r"/\d{6}/(?:[\da-f]{32}|\d{5,})\.s?html?$"),
        ("J", r"/pnidpv\w+\.s?html?$"),
        ("K", r"/c[\da-f]{3,32}/content\.s?html?$"),
        ("O", r"/\d{4}-\d{2}-\d{2}/\d+\.s?html?$"),
        ("Q", r"/(?P<d>\d{8})/\d+\.s?html?$"),
        ("R", r"/\d{4}/\d{1,2}/\d{1,2}/[\da-f]{32}\.s?html?$"),
        ("S", r"/columns/[\da-f-]{36}/\d{6}/\d{2}/[\da-f-]{36}\.s?html?$"),
        ("T", r"/(?P<d>\d{8})/[\da-f]{32}\.s?html?$"),
        ("U", r"/content/(?:post_|\d+/\d+/post_)\d+\.s?html?$|/content/post_\d+\.s?html?$"),
        ("W", r"/\d{16,20}\.s?html?$"),
        ("X", r"/c\d+/(?P<d>\d{8})/i\d+\.s?html?$"),
        ("Y", r"/content[-_]\d+(?:\.s?html?)?$"),
        ("Z", r"/article_\d{8,}\.s?html?$"),
        ("V", r"/info/\d+/\d+\.s?html?$"),
        ("P", r"/gi_news/\d+$|/detail/cid/\d+/aid/\d+$"),
        ("L", r"/public/\d+/\d+\.s?html?$|/public/content/\d+$"),
        ("M", r"/c\d+\w*/\d{6}/c\d*_\d+\.s?html?$|/\d{4}-\d{2}/\d{2}/c_\d+\.s?html?$"),
        ("N", r"/\d{4}-\d{2}-\d{2}/\d{6,}\.s?html?$|/contents?/\d+/\d+\.s?html?$|/single/\d+/\d+\.s?html?$"),
        ("N", r"/\d{4}/\d{2}[-/]\d{2}/\d+\.s?html?$|/article/\d+/\d+\.s?html?$"),
        ("F", r"/(?:doc_)?[\da-f]{24}\.s?html?$|/article[\da-f]{32}\.s?html?$"),
        ("F", r"/[\da-f]{32}\.s?html?$|/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\.s?html?$"),
        # Columns have such names too.
        ("#", r"/\d{5,15}\.(?:s?html?|jhtml)$"),
    )
)


# Webber's dynamic articles are told by their query.
_WEBBER_NEWS = re.compile(r"/content\.jsp$", re.IGNORECASE)


def dialect(url: str) -> str | None:
    """Return the letter of an address's article dialect; None for navigation and unknown forms."""
    parts = urlsplit(url)
    path = parts.path
    if _WEBBER_NEWS.search(path):
        return "V" if "wbnewsid=" in parts.query.lower() else None
    for name, pattern in _DIALECTS:
        if pattern.search(path):
            return name
    return None


def file_type(url: str) -> str | None:
    """Return the type of the file an address names, in its path or in a query value."""
    parts = urlsplit(url)
    for name in [parts.path, *(value for _, value in parse_qsl(parts.query))]:
        match = _FILE_NAME.search(unquote(name).strip())
        if match:
            return match.group(1).lower()
    return None


def is_file(url: str) -> bool:
    """Tell whether an address leads to a file rather than to a page."""
    return file_type(url) is not None or bool(_DOWNLOAD.search(urlsplit(url).path))


def names_attachment(words: str) -> bool:
    """Tell whether the words of a link say that a file is behind it (附件1：…, 下载附件)."""
    return _ATTACHED.search(words) is not None


def may_name_files(text: str) -> bool:
    """Tell whether a page's text could lead to any file; a cheap look before the page is parsed for them."""
    return bool(_FILE_MARK.search(text) or _DOWNLOAD_MARK.search(text))


def folder(url: str) -> str:
    """Return host and folder of an address, with a slash at its end."""
    parts = urlsplit(url)
    path = parts.path or "/"
    return parts.netloc.lower() + (path if path.endswith("/") else posixpath.dirname(path).rstrip("/") + "/")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link of a page.

    Attributes:
        url: where it leads.
        text: its words; the title attribute where the text is cut or missing.
        date: the date printed beside it, None where there is none.
        element: the element, for its surroundings.
    """

    url: str
    text: str
    date: str | None
    element: lxml.html.HtmlElement


def anchor_words(element: lxml.html.HtmlElement) -> str:
    """Return the words of a link, completed from its title attribute where they are cut or missing."""
    text = squeeze(element.text_content())
    title = squeeze(element.get("title"))
    if not title:
        return text
    stem = CUT.sub("", text).strip()
    # The title attribute may hold a tooltip ("标题：… 时间：…"): it is taken only when it continues the text.
    if not text or (stem != text and stem[:4] in title) or (len(title) > len(text) and text in title):
        return re.sub(r"^标题[:：]\s*", "", title)
    return text


def date_beside(element: lxml.html.HtmlElement) -> str | None:
    """Return the date in the line of a link, as printed; None if there is none or several."""
    line: lxml.html.HtmlElement | None = element
    for _ in range(4):
        if line is None or line.tag in {"ul", "ol", "table", "tbody", "body"}:
            return None
        dates = {match.group(0) for match in _DATE.finditer(line.text_content())}
        if (
            line is not element
            and len({a.get("href") for a in line.iter("a")}) > 1
            and line.tag not in {"tr", "li"}
        ):
            return None
        words = set() if line is element else {m.group(0) for m in _DATE.finditer(element.text_content())}
        rest = dates - words or dates
        if len(rest) == 1:
            return squeeze(rest.pop())
        if rest:
            return None
        line = line.getparent()
    return None


def anchors(page: Page) -> Iterator[Anchor]:
    """Yield the links of a page in document order, scripts and fragments left out."""
    yield from anchors_in(page, page.tree)


def anchors_in(page: Page, root: lxml.html.HtmlElement, base: str | None = None) -> Iterator[Anchor]:
    """Yield the links below an element; `base` replaces the page's own base address."""
    from crawlers.page import join

    for element in root.iter("a", "area"):
        href = element.get("href")
        if not href:
            continue
        url = join(base or page.base, href)
        if url is None:
            continue
        words = anchor_words(element)
        yield Anchor(url, words, date_beside(element), element)


_NOISE = re.compile(
    r"(?:^|[\s_-])(?:nav|menu|header|head|foot|footer|side|sidebar|crumb|breadcrumb|position|location|friend|link|share|"
    r"pagination|pager|page|top|copyright|hot|recommend|related)(?:$|[\s_\d-])",
    re.IGNORECASE,
)


def in_navigation(element: lxml.html.HtmlElement) -> bool:
    """Tell whether an element stands in what by its tag or class is navigation, a footer or a side box."""
    for parent in element.iterancestors():
        if parent.tag in {"nav", "header", "footer", "aside"}:
            return True
        if parent.tag == "body":
            break
        marks = f"{parent.get('class') or ''} {parent.get('id') or ''}"
        if marks != " " and _NOISE.search(marks):
            return True
    return False
