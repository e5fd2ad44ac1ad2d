"""Pages that stand alone: one file, no scripts, nothing fetched, everything that a document says escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from typing import Any

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

_STYLE = """
body{font:15px/1.5 system-ui,"Noto Sans CJK SC",sans-serif}
body{margin:2em auto;max-width:75em;padding:0 1em;color:#1a1a1a}
table{border-collapse:collapse;margin:.5em 0 1.5em;width:100%}
th,td{border-bottom:1px solid #ddd;padding:.2em .6em;text-align:left;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
th{background:#f4f4f4}
summary{cursor:pointer;font-weight:600;margin:.6em 0}
code{font-size:85%;overflow-wrap:anywhere}
.was,del{background:#fdecea}.is,ins{background:#e8f5e9}
del,ins{text-decoration:none}
td.half{width:50%}
small{color:#666}
"""

END = "</body></html>\n"


def begin(title: str) -> str:
    """Return the beginning of a page."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="referrer" content="no-referrer"><title>{text(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{text(title)}</h1>"
    )


def link(url: str | None) -> str:
    """Return an address as a link, where it is one that can do no harm."""
    if url and url.lower().startswith(("http://", "https://")):
        return f'<a href="{html.escape(url)}" rel="noreferrer noopener">{text(url)}</a>'
    return text(url)


def table(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Yield a table."""
    yield "<table><tr>" + "".join(f"<th>{text(name)}" for name in columns) + "</tr>"
    for row in rows:
        cells = (
            f'<td class="n">{value:,}' if isinstance(value, int) else f"<td>{text(value)}" for value in row
        )
        yield "<tr>" + "".join(cells) + "</tr>"
    yield "</table>"


def text(value: Any) -> str:
    """Return anything as text of a page: what a document says is never markup."""
    return html.escape("" if value is None else str(value))
