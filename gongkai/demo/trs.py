"""A static TRS WCM site: lists ``index.html``, ``index_1.html`` …, pages ``./YYYYMM/tYYYYMMDD_ID.html``."""

from functools import partial
from html import escape
from math import ceil

from gongkai.demo import pages
from gongkai.demo.catalogue import Article, Catalogue, Column, asset, template
from gongkai.demo.resource import MEDIA_TYPES, DemoSite, Resource


def build(catalogue: Catalogue) -> DemoSite:
    """The whole site as files, as the content system writes them out."""
    layout = pages.Layout(catalogue, "trs.html")
    files = {
        "/robots.txt": pages.robots("Crawl-delay: 0.1", "Disallow: /was5/"),
        "/images/style.css": Resource(asset("trs.css"), MEDIA_TYPES["css"], catalogue.modified),
        "/images/page.js": Resource(asset("trs.js"), MEDIA_TYPES["js"], catalogue.modified),
        "/images/tujie.svg": pages.diagram(catalogue),
        "/was5/web/search": layout.page(
            "检索", '<div class="wrap box"><h2>检索</h2><p>请输入检索词。</p></div>'
        ),
    }
    for column in catalogue.columns:
        files |= _column(layout, catalogue, column)
    for path, page in {
        "/": _home(layout, catalogue),
        "/zwgk/": _disclosure(layout, "政务公开"),
        "/zwgk/zfxxgk/": _disclosure(layout, "政府信息公开"),
    }.items():
        files[path] = page
    files |= {f"{path}index.html": page for path, page in files.items() if path.endswith("/")}
    return DemoSite(files, layout.not_found())


def _name(article: Article) -> str:
    return f"{article.date:%Y%m}/t{article.date:%Y%m%d}_{article.number}.html"


def _address(column: Column, article: Article) -> str:
    return column.path + _name(article)


def _home(layout: pages.Layout, catalogue: Catalogue) -> Resource:
    boxes = []
    for ending in ("/mydt/", "/tzgg/", "/fdzdgknr/"):
        column = catalogue.column(ending)
        listed = pages.items(column.articles[:6], partial(_address, column), room=24)
        boxes.append(template("trs-box.html").substitute(path=column.path, name=column.name, items=listed))
    return layout.page(catalogue.site_name, template("trs-home.html").substitute(boxes="\n".join(boxes)))


def _disclosure(layout: pages.Layout, name: str) -> Resource:
    content = template("trs-platform.html").substitute(
        name=name, content=template("trs-entrances.html").substitute()
    )
    return layout.page(name, content)


def _column(layout: pages.Layout, catalogue: Catalogue, column: Column) -> dict[str, Resource]:
    frame = template("trs-platform.html" if "/zfxxgk/" in column.path else "trs-column.html")
    if column.page is not None:
        content = f'<div class="TRS_Editor">{pages.page_body(catalogue, column)}</div>'
        return {column.path: layout.page(column.name, frame.substitute(name=column.name, content=content))}
    files = {}
    total = max(1, ceil(len(column.articles) / column.per_page))
    for number in range(total):
        shown = column.articles[number * column.per_page : (number + 1) * column.per_page]
        listed = template("trs-list.html").substitute(
            items=pages.items(shown, lambda article: f"./{_name(article)}"), total=total, current=number
        )
        path = column.path if number == 0 else f"{column.path}index_{number}.html"
        files[path] = layout.page(column.name, frame.substitute(name=column.name, content=listed))
    for article in column.articles:
        files[column.path + _name(article)] = _article(layout, catalogue, column, article)
    return files


def _article(layout: pages.Layout, catalogue: Catalogue, column: Column, article: Article) -> Resource:
    table = ""
    if "/zfxxgk/" in column.path:
        rows = pages.metadata_rows(catalogue, article, column)
        table = template("trs-metadata.html").substitute(rows, title=escape(article.title))
    content = template("trs-article.html").substitute(
        column=column.name,
        path=column.path,
        title=escape(article.title),
        source=escape(article.source),
        date=article.date.isoformat(),
        metadata=table,
        body=pages.article_body(catalogue, article),
    )
    return layout.page(article.title, content, article, pages.article_head(catalogue, article, column))
