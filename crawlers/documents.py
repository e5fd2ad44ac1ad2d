"""Document pages: is this page a report, and which files belong to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import lxml.html

from crawlers.links import anchors_in, file_type, in_navigation, is_file, may_name_files, names_attachment
from crawlers.page import Page
from crawlers.titles import judge, normal

# Containers of the article's body, best first (platforms.md, "Body containers").
_BODIES = (
    "#UCAP-CONTENT",
    "#ivs_content",
    ".trs_editor_view",
    ".TRS_UEDITOR",
    ".TRS_Editor",
    "#zoom",
    "#zoomcon",
    "#webeditorview",
    ".Article_content",
    ".article-content",
    ".xxgk_content",
    ".wzzw-article",
    "#mainText",
    ".v_news_content",
    "#vsb_content",
    "td.GovInfoContent",
)
_MARKERS = (
    "收到和处理政府信息公开申请",
    "主动公开政府信息情况",
    "政府信息公开行政复议",
    "存在的主要问题及改进情况",
    "其他需要报告的事项",
    "本年度报告",
    "依申请公开",
)
# Viewers and scripts name the file in quotes, with slashes escaped or not.
_QUOTED_FILE = re.compile(
    r"(?:[\"']|[?&]\w{1,20}=(?=\.{0,2}\\?/|https?:))((?:https?:)?[\w:%.\\~-]{0,200}/[\w:%./\\~-]{1,300}\.(?:docx?|wps|xlsx?|et|rtf|pdf|ofd|zip|rar|7z))(?=[\"'&#?\\])",
    re.IGNORECASE,
)


_FEW_CELLS = 20
_SMALL = 150
"""Pixels; a table that can be read is larger."""
_MOST_PICTURES = 60
_SOURCES = ("data-src", "data-original", "src", "oldsrc")
_PICTURE = re.compile(r"\.(?:png|jpe?g|bmp|webp|tiff?)(?:$|[?#!])", re.IGNORECASE)
_ORNAMENT = re.compile(
    r"icon|logo|qr_?code|ewm|erweima|weixin|wechat|share|spacer|blank|arrow|banner|button|btn|/images?/(?:bg|line|dot)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a document page.

    Attributes:
        url: its address.
        words: the words of its link.
    """

    url: str
    words: str


def resembles_report(page: Page) -> bool:
    """Tell whether a page holds an annual report: at least three of the fixed phrases.

    Some platforms (gkmlpt) carry the body as escaped text in a script, so what no reader sees counts as well.
    """
    if _marks(page.visible_text) >= 3:
        return True
    return "\\u" in page.text and _marks(_ESCAPED.sub(lambda m: chr(int(m.group(1), 16)), page.text)) >= 3


_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def _marks(text: str) -> int:
    text = normal(text)
    return sum(marker in text for marker in _MARKERS)


def _select(page: Page) -> lxml.html.HtmlElement | None:
    for selector in _BODIES:
        if selector.startswith("#"):
            query = f"//*[@id='{selector[1:]}']"
        else:
            tag, _, name = selector.partition(".")
            query = f"//{tag or '*'}[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]"
        found = page.tree.xpath(query)
        if isinstance(found, list) and found and isinstance(found[0], lxml.html.HtmlElement):
            return found[0]
    return None


def _in_body(page: Page, element: lxml.html.HtmlElement) -> bool:
    body = _select(page)
    return body is not None and any(parent is body for parent in element.iterancestors())


def pictures(page: Page) -> Iterator[Attachment]:
    """Yield the pictures in the body of a page without tables of figures: they may be its tables.

    Signs, codes to scan and spacers are left out, by what their names and sizes say.
    """
    body = _select(page)
    if body is None or len(body.xpath(".//td")) > _FEW_CELLS:
        return
    seen: set[str] = set()
    for image in body.iter("img"):
        # Pages that load pictures late have a spacer in `src`.
        named = [(image.get(name) or "").strip() for name in _SOURCES]
        source = next((value for value in named if value and not value.startswith("data:")), None)
        url = page.join(source) if source is not None else None
        if url is None or url in seen or not _PICTURE.search(url) or _ORNAMENT.search(url):
            continue
        if any(
            size.isdigit() and int(size) < _SMALL
            for name in ("width", "height")
            if (size := image.get(name, ""))
        ):
            continue
        seen.add(url)
        yield Attachment(url, image.get("title") or image.get("alt") or "")
        if len(seen) >= _MOST_PICTURES:
            return


def attachments(page: Page) -> Iterator[Attachment]:
    """Yield the files that belong to a document page, each once; files of other subjects left out."""
    if not may_name_files(page.text):
        return
    seen: set[str] = set()
    # File lists often stand beside the body's container, so the rest of the page is read as well; what is
    # navigation there belongs to the site, not to the document.
    for anchor in anchors_in(page, page.tree):
        if anchor.url in seen or not (
            is_file(anchor.url) or file_type(f"/{anchor.text}") or names_attachment(anchor.text)
        ):
            continue
        seen.add(anchor.url)
        if in_navigation(anchor.element) and not _in_body(page, anchor.element):
            continue
        if judge(anchor.text, in_column=True).kind == "decoy":
            continue
        yield Attachment(anchor.url, anchor.text)
    for match in _QUOTED_FILE.finditer(page.text):
        url = page.join(match.group(1).replace("\\/", "/"))
        if url is not None and url not in seen and judge(match.group(1)).kind != "decoy":
            seen.add(url)
            yield Attachment(url, "")
