"""A site whose lists a script builds: the page holds an empty box, entries come from JSON.

The JSON names articles by day and number only; that they are pages under ``/YYYY-MM/DD/content_N.html`` is in
the script alone.
"""

import json
from html import escape

from gongkai.demo import pages
from gongkai.demo.catalogue import Article, Catalogue, Column, asset, template
from gongkai.demo.resource import MEDIA_TYPES, DemoSite, Parameters, Resource

_INTERFACE = "/interface/v2/publicity"
_MOST_ENTRIES = 50


def build(catalogue: Catalogue) -> DemoSite:
    """Pages as files, entries from the interface."""
    layout = pages.Layout(catalogue, "scripted.html")
    files = {
        "/robots.txt": pages.robots("Crawl-delay: 0.2", "Disallow: /search/"),
        "/static/style.css": Resource(asset("scripted.css"), MEDIA_TYPES["css"], catalogue.modified),
        "/static/list.js": Resource(asset("scripted.js"), MEDIA_TYPES["js"], catalogue.modified),
        "/images/tujie.svg": pages.diagram(catalogue),
        "/search/": layout.page("检索", '<div class="wrap box"><h2>检索</h2><p>请输入检索词。</p></div>'),
        "/": layout.page(catalogue.site_name, template("scripted-home.html").substitute()),
        "/zwgk/zfxxgk/": _framed(layout, "政府信息公开", template("scripted-entrances.html").substitute()),
    }
    for column in catalogue.columns:
        if column.page is not None:
            content = f'<div class="article-content">{pages.page_body(catalogue, column)}</div>'
        else:
            content = template("scripted-list.html").substitute(channel=column.channel, size=column.per_page)
        files[column.path] = _framed(layout, column.name, content)
        for article in column.articles:
            files[_path(article)] = _article(layout, catalogue, column, article)
            for attachment in article.attachments:
                media_type = MEDIA_TYPES[attachment.file.rpartition(".")[2]]
                files[_folder(article) + attachment.path] = Resource(
                    attachment.body, media_type, article.modified
                )
    files |= {f"{path}index.html": page for path, page in files.items() if path.endswith("/")}
    channels = {column.channel: column for column in catalogue.columns if column.channel}

    def interface(parameters: Parameters) -> Resource:
        return _entries(channels.get(parameters.get("channel", "")), parameters)

    return DemoSite(files, layout.not_found(), {_INTERFACE: interface})


def _folder(article: Article) -> str:
    return f"/{article.date:%Y-%m}/{article.date:%d}/"


def _path(article: Article) -> str:
    return f"{_folder(article)}content_{article.number}.html"


def _entries(column: Column | None, parameters: Parameters) -> Resource:
    """A window of a channel; what it does not understand is answered with an error in the JSON."""
    offset, limit = parameters.get("offset", "0"), parameters.get("limit", "10")
    if column is None or not (offset.isdecimal() and limit.isdecimal()):
        answer: dict[str, object] = {"state": "error", "reason": "参数错误"}
    else:
        first = int(offset)
        shown = column.articles[first : first + min(int(limit), _MOST_ENTRIES)]
        entries = [
            {"headline": article.title, "day": f"{article.date:%Y%m%d}", "no": article.number}
            for article in shown
        ]
        answer = {"state": "ok", "publicity": {"amount": len(column.articles), "entries": entries}}
    return Resource(json.dumps(answer, ensure_ascii=False).encode(), "application/json; charset=UTF-8", None)


def _framed(layout: pages.Layout, name: str, content: str) -> Resource:
    return layout.page(name, template("scripted-platform.html").substitute(name=name, content=content))


def _article(layout: pages.Layout, catalogue: Catalogue, column: Column, article: Article) -> Resource:
    links = "<br />".join(
        f'<a href="./{escape(attachment.path)}" target="_blank" title="{escape(attachment.label)}">'
        f"{escape(attachment.label)}</a>"
        for attachment in article.attachments
    )
    content = template("scripted-article.html").substitute(
        pages.metadata_rows(catalogue, article, column),
        column=column.name,
        path=column.path,
        title=escape(article.title),
        body=pages.article_body(catalogue, article, links),
    )
    return layout.page(article.title, content, article, pages.article_head(catalogue, article, column))
