"""The parts of pages that all demo sites share."""

import re
from collections.abc import Callable, Iterable
from html import escape
from string import Template

from gongkai.demo.catalogue import (
    Article,
    Catalogue,
    Column,
    asset,
    body_templates,
    report_fragment,
    template,
)
from gongkai.demo.resource import HTML, MEDIA_TYPES, Resource

_YEAR = re.compile(r"(20\d\d)(?=年)")
_TITLE_ROOM = 26  # lists cut longer titles; the whole one stands in the anchor's title attribute

Href = Callable[[Article], str]

_NOTICE = (
    '<p class="demo-notice">演示站点：本网站随 gongkai 软件提供，只在本机运行，'
    "用于演示和测试，并非$name网站。"
    "年度报告文本为公开资料，其余页面内容均为演示而编写。<br />"
    "Demonstration site served by gongkai on this machine; "
    "not a government website.</p>"
)


def article_body(catalogue: Catalogue, article: Article, links: str = "") -> str:
    """The inside of the article's container."""
    kind, _, name = article.body.partition(":")
    if kind == "report":
        return report_fragment(name)
    year = _YEAR.search(article.title)
    return body_templates()[article.body].substitute(
        title=escape(article.title),
        source=escape(article.source),
        name=catalogue.name,
        year=year[1] if year else article.date.year,
        attachments=links,
    )


def page_body(catalogue: Catalogue, column: Column) -> str:
    """The inside of a column that is one page of text."""
    return body_templates()[column.page or ""].substitute(name=catalogue.name)


def items(articles: Iterable[Article], href: Href, *, room: int = _TITLE_ROOM) -> str:
    """List items with date and title, cut titles with the whole in ``title``."""
    return "\n".join(item(article, href, room=room) for article in articles)


def item(article: Article, href: Href, *, room: int = _TITLE_ROOM) -> str:
    """One list item."""
    shown = article.title if len(article.title) <= room else article.title[: room - 1] + "…"
    anchor = f'<a href="{escape(href(article))}" title="{escape(article.title)}" target="_blank">'
    return f"<li>{anchor}{escape(shown)}</a><span>{article.date.isoformat()}</span></li>"


def metadata_rows(catalogue: Catalogue, article: Article, column: Column) -> dict[str, str]:
    """The metadata table above an article of the disclosure columns."""
    return {
        "index_number": f"MB{catalogue.code[:6]}X/{article.date.year}-{article.number % 100000:05d}",
        "category": column.name,
        "publisher": article.source,
        "written": f"{article.date.year}年{article.date.month:02d}月{article.date.day:02d}日",
        "published": article.date.isoformat(),
    }


class Layout:
    """Wraps contents into the site's page template."""

    def __init__(
        self, catalogue: Catalogue, name: str, *, encoding: str = "utf-8", tagged: bool = True
    ) -> None:
        """Takes the catalogue, the template's file name and the encoding of the site's pages."""
        self.catalogue = catalogue
        self.encoding = encoding
        self.tagged = tagged
        # A site that predates UTF-8 names its charset in the page alone.
        self.media_type = HTML if encoding == "utf-8" else "text/html"
        notice = _NOTICE.replace("$name", catalogue.name)
        self._fixed = {
            "name": catalogue.name,
            "site_name": catalogue.site_name,
            "code": catalogue.code,
            "place": catalogue.place,
            "notice": notice,
        }
        self._template = template(name)

    def text(self, title: str, content: str, head: str = "") -> str:
        """A page as text."""
        return self._template.substitute(self._fixed, title=escape(title), content=content, head=head)

    def page(self, title: str, content: str, article: Article | None = None, head: str = "") -> Resource:
        """A page as it is served; articles keep their own date, all else that of the newest article."""
        modified = article.modified if article else self.catalogue.modified
        body = self.text(title, content, head).encode(self.encoding)
        return Resource(body, self.media_type, modified, self.tagged)

    def not_found(self) -> Resource:
        """The page for addresses that are not there."""
        text = '<p>您访问的页面不存在或已删除。</p><p><a href="/">返回首页</a></p>'
        content = f'<div class="wrap box"><h2>404</h2>{text}</div>'
        return Resource(
            self.text("页面不存在", content).encode(self.encoding), self.media_type, None, tagged=False
        )


def article_head(catalogue: Catalogue, article: Article, column: Column) -> str:
    """The page tags that the standard for government sites asks for."""
    tags = {
        "ColumnName": column.name,
        "ColumnType": "政府信息公开" if "公开" in column.name else "新闻动态",
        "ArticleTitle": article.title,
        "PubDate": f"{article.date.isoformat()} 09:30",
        "ContentSource": article.source,
        "Keywords": "政府信息公开;年度报告" if "公开" in article.title else catalogue.name,
    }
    return "\n".join(f'<meta name="{name}" content="{escape(value)}" />' for name, value in tags.items())


def robots(*lines: str) -> Resource:
    """A robots.txt for everyone."""
    text = "\n".join(["User-agent: *", *lines]) + "\n"
    return Resource(text.encode(), "text/plain; charset=UTF-8", None)


def diagram(catalogue: Catalogue) -> Resource:
    """The picture of the 图解 pages."""
    svg = Template(asset("tujie.svg").decode()).substitute(name=catalogue.name)
    return Resource(svg.encode(), MEDIA_TYPES["svg"], catalogue.modified)
