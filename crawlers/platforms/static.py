"""Static lists of any platform: links with dates, and further pages by link, by number or by trial."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawlers.links import Anchor, anchors, dialect, in_navigation, is_file
from crawlers.page import Entry, Listing, Page, PageRequest, parse_html, squeeze
from crawlers.titles import judge

NAME = "static"

_NEXT = re.compile(r"^(?:下一?页|后一?页|下页|next(?:\s*page)?|[>›»＞]{1,2})\s*[>›»＞]*$", re.IGNORECASE)
_TOTAL = re.compile(
    r"(?:totalPages?|pageCount|countPages?|total_page|pageTotal)\s*[=:]\s*[\"']?(\d{1,5})|共\s*(\d{1,5})\s*页",
    re.IGNORECASE,
)
_PAGE_KEYS = ("page", "pageno", "pageindex", "currpage", "currentpage", "pn", "pagenum", "curpage", "p")
# Fields by which forms turn pages; a bare `page` may be anything else's.
_FORM_KEYS = {
    *_PAGE_KEYS,
    "cpage",
    "currentpageno",
    "pagenumber",
    "page_no",
    "nowpage",
    "thispage",
    "page.pageno",
} - {"p"}
# A page says that a script of it turns pages.
_TURNS = re.compile(r"(?:go|to|turn|jump|next)_?page\s*\(|pageSubmit|\.submit\(\)", re.IGNORECASE)
_ADDRESS = re.compile(
    r"[\"']?([^\"'\s()]*[\w-]+\.(?:s?html?|jsp|jspx|jhtml|aspx?|php)(?:\?[^\"'\s()]*)?)[\"']?", re.IGNORECASE
)
_NUMBERED = re.compile(r"^(.*?[_\-])(\d{1,5})(\.\w+)$")
_BARE_NUMBER = re.compile(r"^(.*/)(\d{1,4})(\.s?html?)$")
_PLAIN = re.compile(r"^(.*/)([A-Za-z][\w-]*?)(\.s?html?|\.jhtml|\.jspx|\.aspx|\.php)$")


def detect(page: Page) -> bool:
    """Any page may hold a static list."""
    return "<" in page.text


def entries(page: Page) -> tuple[Entry, ...]:
    """Return the links that look like articles or files, or whose words name a report; each address once."""
    found: dict[str, Entry] = {}
    for anchor in anchors(page):
        if not anchor.text:
            continue
        if _is_entry(anchor):
            old = found.get(anchor.url)
            # A picture or a cut text may link the same address before the full title does.
            if old is None or len(anchor.text) > len(old.title):
                found[anchor.url] = Entry(anchor.url, anchor.text, anchor.date or (old.date if old else None))
    return tuple(found.values())


def plain(title: str) -> str:
    """Return a title from a service without the markup that some put into it."""
    return squeeze(parse_html(title).text_content()) if "<" in title or "&" in title else squeeze(title)


def is_entry(entry: Entry) -> bool:
    """Tell whether a line from data is one of a list of articles, files or reports."""
    if is_file(entry.url) or dialect(entry.url) is not None:
        return True
    return judge(entry.title).kind in {"report", "decoy"}


def _is_entry(anchor: Anchor) -> bool:
    if is_file(anchor.url) or dialect(anchor.url) is not None or anchor.date is not None:
        return True
    return judge(anchor.text).kind in {"report", "decoy"} and not in_navigation(anchor.element)


def declared_pages(page: Page) -> int | None:
    """Return how many pages the list says it has, None where it says nothing."""
    numbers = [int(a or b) for a, b in _TOTAL.findall(page.text)]
    return max(numbers) if numbers else None


def next_page(page: Page) -> PageRequest | None:
    """Return the request for the page after this one, None where the page shows no sign of more."""
    number = page.request.number if page.request is not None else 1
    linked = _linked(page, number)
    if linked is not None:
        return PageRequest(linked, platform=NAME, number=number + 1, origin=page.url)
    declared = declared_pages(page)
    form = _form_page(page, number)
    if form is not None and (declared is None or number < declared):
        return form
    if declared is None:
        # A pager that only scripts build leaves its empty box; without any sign nothing is tried.
        if number == 1 or page.request is None or not page.request.trial:
            return None
    elif number >= declared:
        return None
    guesses = candidates(page.url, number + 1)
    if not guesses:
        return None
    return PageRequest(
        guesses[0],
        platform=NAME,
        number=number + 1,
        origin=page.url,
        trial=True,
        alternatives=tuple(guesses[1:]),
    )


def _linked(page: Page, number: int) -> str | None:
    numbered = None
    for anchor in anchors(page):
        if anchor.url == page.url:
            continue
        if _NEXT.match(anchor.text):
            return anchor.url
        if anchor.text == str(number + 1) and numbered is None:
            numbered = anchor.url
    return numbered or _clicked(page, number)


def _clicked(page: Page, number: int) -> str | None:
    """Return the address that a click on the next page leads to, where a script attribute names it."""
    for element in page.tree.iter("a", "span", "button", "li", "option", "input"):
        words = (
            squeeze(element.text_content()) or squeeze(element.get("value")) or squeeze(element.get("title"))
        )
        if not (_NEXT.match(words) or words in {str(number + 1), f"第{number + 1}页"}):
            continue
        for name in ("onclick", "href", "data-href", "data-url", "tagname", "value"):
            match = _ADDRESS.search(element.get(name) or "")
            url = page.join(match.group(1)) if match else None
            if url is not None and url != page.url:
                return url
    return None


def _form_page(page: Page, number: int) -> PageRequest | None:
    """Return the next page of a list that a form turns: it has a field for the page's number."""
    if not (_TURNS.search(page.text) or declared_pages(page)):
        return None
    for form in page.tree.iter("form"):
        fields = {
            squeeze(field.get("name")): field.get("value") or ""
            for field in form.iter("input", "select")
            if squeeze(field.get("name"))
            and (field.get("type") or "").lower() not in {"submit", "button", "image"}
        }
        key = next((name for name in fields if name.lower() in _FORM_KEYS), None)
        if key is None or not (fields[key] or "1").isdigit():
            continue
        url = page.join(form.get("action") or page.url)
        if url is None:
            continue
        fields[key] = str(int(fields[key] or "1") + 1)
        method = (form.get("method") or "get").upper()
        asked = url if method == "POST" else f"{url.split('?', 1)[0]}?{urlencode(fields)}"
        return PageRequest(
            asked,
            method="POST" if method == "POST" else "GET",
            form=tuple(fields.items()) if method == "POST" else None,
            headers=(("Referer", page.url),),
            platform=NAME,
            number=number + 1,
            origin=page.url,
            trial=True,
        )
    return None


def candidates(url: str, number: int) -> list[str]:
    """Return the addresses that page `number` may have, judged by that of the page before it."""
    parts = urlsplit(url)

    def with_path(path: str) -> str:
        return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))

    query = parse_qsl(parts.query, keep_blank_values=True)
    for key, value in query:
        if key.lower() in _PAGE_KEYS and value.isdigit():
            changed = [(k, str(int(value) + 1) if k == key else v) for k, v in query]
            return [urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(changed), ""))]
    path = parts.path or "/"
    if match := _NUMBERED.match(path):
        return [with_path(f"{match.group(1)}{int(match.group(2)) + 1}{match.group(3)}")]
    if match := _BARE_NUMBER.match(path):
        return [with_path(f"{match.group(1)}{int(match.group(2)) + 1}{match.group(3)}")]
    if path.endswith("/"):
        forms = (f"index_{number - 1}", f"index_{number}", f"list_{number}", str(number))
        return [with_path(f"{path}{form}{end}") for form in forms for end in (".html", ".shtml")]
    if match := _PLAIN.match(path):
        stem, end = match.group(1) + match.group(2), match.group(3)
        return [
            with_path(f"{stem}_{number - 1}{end}"),
            with_path(f"{stem}_{number}{end}"),
            with_path(f"{stem}-{number}{end}"),
        ]
    return []


def listing(page: Page) -> Listing:
    """Read a static list."""
    following = next_page(page)
    return Listing(entries(page), (following,) if following else ())
