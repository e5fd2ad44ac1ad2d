"""What a page says of its article beside it: meta tags, titles, labelled facts (索引号, 发布机构 …)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

from lxml import etree

from extraction.document import Fact
from extraction.facts import LABELS
from extraction.readers.html_text import all_text

_LABELLED = re.compile(
    rf"\s*({'|'.join(sorted(LABELS, key=len, reverse=True))})\s*[:：]\s*(\S[^\n]{{0,120}})"
)
_LINE_DATE = re.compile(r"\s*(日期|时间)\s*[:：]\s*(20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}[^\n]{0,12})")
_BESIDE_DATE = re.compile(r"来源|浏览|点击|阅读|字号|字体|作者")
_LINE_LENGTH = 200
_LONGEST_TITLE = 64
_FEW = 4
_LABELLING = ("td", "th", "dt", "li", "span", "p", "div", "b", "strong", "em", "label", "i")
"""Elements that facts with a label stand in."""
_FOLLOWING = "following::*[" + " or ".join(f"self::{tag}" for tag in _LABELLING) + "]"
_DATE_LINES = (
    ".//*[text()[contains(., '来源') or contains(., '时间') or contains(., '日期')]]"
    " | .//*[contains(@class, 'info') or contains(@class, 'date') or contains(@class, 'time')]"
)
_DAY = r"20\d\d(?:[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日)"
_HOUR = r"(?:\s?\d{1,2}:\d\d(?::\d\d)?)?"
_PUBLISHED = re.compile(rf"(?:发布|公开|上传|录入|公布|发表)(?:日期|时间)\s?[:：]?\s?({_DAY})")
"""Before 更新时间, which may stand beside it."""
_DATED_LINE = re.compile(
    rf"(?:(?:发布|公开|上传|录入|公布|发表|更新|添加)(?:日期|时间)"
    rf"|(?<![\u4e00-\u9fff])(?:日期|时间)(?=.*(?:来源|作者|点击|浏览|阅读)))\s?[:：]?\s?({_DAY})"
    rf"|^[\[(（【]?({_DAY}){_HOUR}[\])）】]?\s?(?:$|(?=.*来源)|[\u4e00-\u9fff]{{2,30}}$)"
)
_PIECES = 12
"""Elements in the line of an article's date, source and readers."""
_SPACED = re.compile(r"[\s\u3000\u00a0:：]+")


def page_facts(root: etree._Element, top: etree._Element, container: etree._Element | None) -> Iterator[Fact]:
    """What a page says: meta tags, titles, and labelled facts beside the article.

    Args:
        root: the page.
        top: its body.
        container: of the article, if it is known.
    """
    for meta in root.iter("meta"):
        name = meta.get("name") or meta.get("property")
        value = (meta.get("content") or "").strip()
        if name and value:
            yield Fact(name.strip(), value, "meta")
    title = root.find(".//title")
    if title is not None and (text := " ".join(all_text(title).split())):
        yield Fact("html:title", text, "title")
    for heading in top.iter("h1"):
        if text := " ".join(all_text(heading).split()):
            yield Fact("html:h1", text, "h1")
    yield from _titled(top, container)
    yield from _labelled(top, container)
    yield from _dated(top, container)


def _titled(top: etree._Element, container: etree._Element | None) -> Iterator[Fact]:
    """The title that a page prints above the container of its article: no link, and the only one."""
    found = set()
    for element in _around(top, container) if container is not None else ():
        text = "".join(all_text(element).split()) if len(element) <= _FEW else ""
        if len(text) <= _LONGEST_TITLE and "公开" in text and text.endswith(("报告", "年报")):
            links = (next(element.iter("a"), None), next(element.iterancestors("a", "li"), None))
            if links == (None, None):
                found.add(text)
    if len(found) == 1:
        yield Fact("page:title", found.pop(), "page")


def _labelled(top: etree._Element, container: etree._Element | None) -> Iterator[Fact]:
    """Labelled facts that platforms print around the article (索引号, 发布机构, 成文日期 …)."""
    for element in _around(top, container):
        if len(element) > 4:
            continue
        text = (
            element.text
            or (
                element[0].text
                if len(element) and element[0].tag in {"b", "strong", "span", "em", "i"}
                else ""
            )
            or ""
        )
        if not text.strip() or len(text) > 160:
            continue
        if (match := _LINE_DATE.fullmatch(text)) and _is_article_line(element):
            yield Fact(match[1], match[2], "page")
            continue
        if match := _LABELLED.fullmatch(text):
            yield Fact(match[1], match[2].strip(), "page")
            continue
        if (label := _SPACED.sub("", text)) in LABELS:
            value = all_text(element).strip()[len(text.strip()) :].strip(" :：\n\t\xa0\u3000")
            following = element.getnext()
            if not value and following is not None:
                value = all_text(following).strip()
            if not value and element.tail:
                value = element.tail.strip(" :：\n\t\xa0\u3000")
            if value and len(value) <= 160:
                yield Fact(label, " ".join(value.split()), "page")


def _dated(top: etree._Element, container: etree._Element | None) -> Iterator[Fact]:
    """The date in the line of an article's source and readers, with a label or first in it.

    Where such lines say different dates, the page lists articles, and none of them is its own.
    """
    found = top.xpath(_DATE_LINES)
    assert isinstance(found, list)
    said = set()
    for element in found:
        if not etree.iselement(element):
            continue
        above = set(element.iterancestors())
        if container in above or container is element or any(each.tag in {"a", "li"} for each in above):
            continue
        for line in (element, element.getparent()):
            text = "" if line is None or len(line) > _PIECES else " ".join(all_text(line).split())
            if len(text) <= _LINE_LENGTH and (match := _PUBLISHED.search(text) or _DATED_LINE.search(text)):
                said.add(next(filter(None, match.groups())))
                break
    if len(said) == 1:
        yield Fact("日期", said.pop(), "page")


def _around(top: etree._Element, container: etree._Element | None) -> Iterator[etree._Element]:
    """The elements that facts with a label stand in, without those inside the container."""
    if container is None or container is top:
        yield from top.iter(*_LABELLING) if container is None else ()
        return
    before = takewhile(lambda each: each is not container, top.iter(*_LABELLING, str(container.tag)))
    yield from (element for element in before if element.tag in _LABELLING)
    following = container.xpath(_FOLLOWING)
    assert isinstance(following, list)
    yield from (element for element in following if etree.iselement(element))


def _is_article_line(element: etree._Element) -> bool:
    """Whether what stands beside an article's date stands beside an element: source, readers, type size."""
    parent = element.getparent()
    text = "" if parent is None else all_text(parent)
    return len(text) <= _LINE_LENGTH and _BESIDE_DATE.search(text) is not None
