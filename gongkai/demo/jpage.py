"""A Hanweb site: columns embed their newest records, the others come page by page from ``dataproxy.jsp``.

The endpoint answers as such sites do, also to what they do not understand: parameters that name no list get
an empty datastore, windows beyond the list an empty record set, and a page is cut at 300 records.
"""

from functools import partial
from html import escape
from urllib.parse import quote, urlencode

from gongkai.demo import pages
from gongkai.demo.catalogue import Article, Attachment, Catalogue, Column, asset, template
from gongkai.demo.resource import MEDIA_TYPES, DemoSite, Parameters, Resource

_PROXY = "/module/web/jpage/dataproxy.jsp"
_WEB_ID = "39"
_MOST_RECORDS = 300
_NOTHING = "<datastore>\r\n<recordset>\r\n</recordset>\r\n</datastore>\r\n"
_XML = "text/xml; charset=UTF-8"
_PAGE_PARAMETERS = ("page", "startrecord", "endrecord", "perpage")


def build(catalogue: Catalogue) -> DemoSite:
    """Pages as files, lists from the endpoint."""
    layout = pages.Layout(catalogue, "jpage.html", encoding="gb18030", tagged=False)
    files = {
        "/robots.txt": pages.robots("Disallow: /jsearch/", "Crawl-delay: 0.3"),
        "/script/style.css": Resource(asset("jpage.css"), MEDIA_TYPES["css"], catalogue.modified),
        "/script/jpage.js": Resource(asset("jpage.js"), MEDIA_TYPES["js"], catalogue.modified),
        "/images/tujie.svg": pages.diagram(catalogue),
        "/jsearch/search.do": layout.page(
            "检索", '<div class="wrap box"><h2>检索</h2><p>请输入检索词。</p></div>'
        ),
        "/": _home(layout, catalogue),
        "/col/col61450/": _platform(layout),
    }
    for column in catalogue.columns:
        files[column.path] = _column(layout, catalogue, column)
        for article in column.articles:
            files[_path(column, article)] = _article(layout, catalogue, column, article)
            files |= {attachment.path: _download(attachment, article) for attachment in article.attachments}
    files |= {f"{path}index.html": page for path, page in files.items() if path.endswith("/")}
    lists = {str(column.unit): column for column in catalogue.columns if column.unit}

    def proxy(parameters: Parameters) -> Resource:
        column = lists.get(parameters.get("unitid", ""))
        known = column is not None and _column_id(column) == parameters.get("columnid")
        if column is None or not known or parameters.get("webid") != _WEB_ID:
            return _xml(_NOTHING)
        return _xml(_window(catalogue, column, parameters))

    return DemoSite(files, layout.not_found(), {_PROXY: proxy}, frozenset({_PROXY}))


def _xml(text: str) -> Resource:
    return Resource(text.encode(), _XML, None, tagged=False)


def _column_id(column: Column) -> str:
    return column.path.rstrip("/").rpartition("col")[2]


def _path(column: Column, article: Article) -> str:
    day = article.date
    return f"/art/{day.year}/{day.month}/{day.day}/art_{_column_id(column)}_{article.number}.html"


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None


def _window(catalogue: Catalogue, column: Column, parameters: Parameters) -> str:
    """The records asked for: by first and last number where both are given, else by page."""
    per_page = min(_number(parameters.get("perpage")) or column.per_page, _MOST_RECORDS)
    page = max(_number(parameters.get("page")) or 1, 1)
    first, last = _number(parameters.get("startrecord")), _number(parameters.get("endrecord"))
    if first is None or last is None:
        first, last = (page - 1) * per_page + 1, page * per_page
    last = min(last, first + _MOST_RECORDS - 1)
    shown = column.articles[max(first - 1, 0) : max(last, 0)]
    return _datastore(catalogue, column, shown, page + 1)


def _datastore(catalogue: Catalogue, column: Column, shown: tuple[Article, ...], next_page: int) -> str:
    records = "".join(f"<record><![CDATA[\n{_record(article, column)}\n]]></record>\n" for article in shown)
    query = urlencode(_list_parameters(catalogue, column), quote_via=quote, safe="/")
    return (
        "<datastore>\n"
        f'<nextgroup><![CDATA[<a href="{_PROXY}?page={next_page}&{query}"></a>]]></nextgroup>\n'
        f"<totalrecord>{len(column.articles)}</totalrecord>\n"
        f"<recordset>\n{records}</recordset>\n</datastore>\n"
    )


def _list_parameters(catalogue: Catalogue, column: Column) -> dict[str, str]:
    return {
        "col": "1",
        "appid": "1",
        "webid": _WEB_ID,
        "path": "/",
        "columnid": _column_id(column),
        "sourceContentType": "1",
        "unitid": str(column.unit),
        "webname": catalogue.site_name,
        "permissiontype": "0",
    }


def _record(article: Article, column: Column) -> str:
    # Such sites break dates over lines.
    return (
        pages.item(article, partial(_path, column))
        .replace("<span>", "<span>\n")
        .replace("</span>", "\n</span>")
    )


def _home(layout: pages.Layout, catalogue: Catalogue) -> Resource:
    boxes = []
    for column in catalogue.columns[:3]:
        listed = pages.items(column.articles[:5], partial(_path, column), room=22)
        boxes.append(
            template("trs-box.html").substitute(
                path=f"{column.path}index.html", name=column.name, items=listed
            )
        )
    return layout.page(catalogue.site_name, template("jpage-home.html").substitute(boxes="\n".join(boxes)))


def _platform(layout: pages.Layout) -> Resource:
    content = template("jpage-entrances.html").substitute()
    return layout.page(
        "政府信息公开", template("jpage-platform.html").substitute(name="政府信息公开", content=content)
    )


def _column(layout: pages.Layout, catalogue: Catalogue, column: Column) -> Resource:
    if column.page is not None:
        content = f'<div id="zoom">{pages.page_body(catalogue, column)}</div>'
    else:
        embedded = _datastore(catalogue, column, column.articles[: column.per_page], 1)
        data = ",".join(f"{key}:'{value}'" for key, value in _list_parameters(catalogue, column).items())
        content = template("jpage-list.html").substitute(
            unit=column.unit,
            datastore=embedded,
            total=len(column.articles),
            per_page=column.per_page,
            data=data,
        )
    head = (
        f'<meta name="ColumnName" content="{column.name}" />\n'
        '<meta name="ColumnType" content="政府信息公开" />\n'
        f'<meta name="ColId" content="{_column_id(column)}" />'
    )
    page = template("jpage-platform.html").substitute(name=column.name, content=content)
    return layout.page(column.name, page, head=head)


def _download(attachment: Attachment, article: Article) -> Resource:
    media_type = MEDIA_TYPES[attachment.file.rpartition(".")[2]]
    # Only the download module names the file; files under /attach are served as they lie.
    filename = attachment.label if "?" in attachment.path else None
    return Resource(attachment.body, media_type, article.modified, tagged=False, filename=filename)


def _article(layout: pages.Layout, catalogue: Catalogue, column: Column, article: Article) -> Resource:
    links = "<br />".join(
        f'<a href="{escape(attachment.path)}" target="_blank">{escape(attachment.label)}</a>'
        for attachment in article.attachments
    )
    body = pages.article_body(catalogue, article, links)
    if links and article.body != "attached":
        body += f"<p>附件：{links}</p>"
    content = template("jpage-article.html").substitute(
        pages.metadata_rows(catalogue, article, column),
        column=column.name,
        path=f"{column.path}index.html",
        title=escape(article.title),
        body=body,
    )
    return layout.page(article.title, content, article, pages.article_head(catalogue, article, column))
