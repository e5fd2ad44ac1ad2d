"""What keeps a hostile page, name or cell from doing anything: headers, hosts, formulas."""

from __future__ import annotations

import csv
import io
import ipaddress
import re
from collections.abc import Iterable, Sequence
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
ARCHIVED_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
"""For archived pages: no origin, no script, nothing asked of anybody."""

# As `dataset.derived` guards the released files: what spreadsheets take for a formula, but for plain numbers
# and lone dashes.
_FORMULA = re.compile(r"[=+\-@\t\r＝＋－＠]")
_HARMLESS = re.compile(r"[+\-＋－]?[0-9０-９][0-9０-９,，.．]*%?|[+\-＋－]+")


class Guard:
    """Refuses hosts that are not ours, and sets the headers of every answer.

    A page elsewhere may point a name of its own at 127.0.0.1 and read what we answer (DNS rebinding): only
    names that this server was started under are answered.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        """Args: what is guarded; the names it answers to, ``*`` for every address (never for every name)."""
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if not self._known(Headers(scope=scope).get("host", "")):
            refused = PlainTextResponse("This explorer does not answer to that name.\n", status_code=421)
            await refused(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", PAGE_POLICY)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers["Cross-Origin-Resource-Policy"] = "same-origin"
            await send(message)

        await self._app(scope, receive, sending)

    def _known(self, host: str) -> bool:
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        name = name.strip("[]").lower()
        return name in self._hosts or ("*" in self._hosts and _is_address(name))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def hosts_of(host: str) -> set[str]:
    """Return the names that a server bound to a host answers to."""
    every = host in ("0.0.0.0", "::")  # noqa: S104 - asked for by the user, who is warned
    return {"localhost", "127.0.0.1", "::1", "*" if every else host.lower()}


def cell_text(value: Any) -> str:
    """Return a value as a cell of a CSV file that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) <= 2**53 else repr(value)
    text = str(value)
    if not isinstance(value, int) and _FORMULA.match(text) and not _HARMLESS.fullmatch(text):
        return f"'{text}"
    return text


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a CSV file, with the mark that Excel wants."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([cell_text(name) for name in head])
    writer.writerows([cell_text(value) for value in row] for row in rows)
    return out.getvalue()
