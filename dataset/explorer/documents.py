"""Archived documents: the page about one, its frame, its pages as pictures, its bytes to be saved."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from dataset.explorer import queries
from dataset.explorer.database import Database, Row
from dataset.explorer.explorer import Explorer, NotFoundError, explorer_of, number_of
from dataset.explorer.safety import ARCHIVED_POLICY
from dataset.explorer.show_html import MARK
from storage import Archive, ObjectStore, RecordStore, StoreError

UNCHANGING = {"Cache-Control": "private, max-age=3600"}

_OUR_POLICY = (
    "sandbox allow-same-origin; default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
"""For our own page about a hostile document: its pictures are ours, all else is as strict."""
_SANDBOXES = {"html": "", "page": "allow-same-origin", "table": "allow-same-origin"}


def body_of(store: ObjectStore, sha256: str) -> bytes:
    """Return a body from the archive, its hash checked.

    Raises:
        StoreError: it is not there, was removed, or is not what its name says.
    """
    return Archive(store).get_body(sha256)


def about_document(db: Database, sha256: str) -> Row:
    """Return what a release says of a document: its reports, why it is not published, when it was seen.

    Raises:
        NotFoundError: the release does not know it.
    """
    reports = db.rows(
        "SELECT d.media_type, d.report_id, r.agency, r.year FROM documents d "
        "JOIN reports r ON r.report_id = d.report_id AND r.current WHERE d.sha256 = ? ORDER BY 2 LIMIT 500",
        (sha256,),
    ) or db.rows(  # an earlier version of a report
        "SELECT media_type, report_id, agency, year FROM reports WHERE sha256 = ? ORDER BY 2 LIMIT 500",
        (sha256,),
    )
    reasons = db.rows(
        "SELECT code, severity, message, source_url FROM issues WHERE report_id IS NULL AND sha256 = ?",
        (sha256,),
    )
    if not reports and not reasons:
        raise NotFoundError("not_found_document")
    return {
        "sha256": sha256,
        "media_type": reports[0]["media_type"] if reports else None,
        "url": reasons[0]["source_url"] if reasons else None,
        "reports": [{key: row[key] for key in ("report_id", "agency", "year")} for row in reports],
        "reasons": reasons,
        "seen": queries.captures(db, sha256),
    }


def read_as(explorer: Explorer, sha256: str) -> list[Row]:
    """Return what the reader said of a document that became no report: the issues of its record."""
    manifest = explorer.release.manifest
    for extractor in dict.fromkeys([manifest["extractor"], *manifest["extractors"]]):
        try:
            record = RecordStore(explorer.store, extractor).get(sha256)
        except StoreError as error:
            return [{"code": "unreadable", "severity": "error", "message": str(error)}]
        if record is not None:
            return [
                {name: issue.get(name) for name in ("code", "severity", "message")}
                for issue in record.get("issues") or ()
            ]
    return []


def _asked(request: Request) -> tuple[Row, dict[str, Any]]:
    """The document that a request is for, and the place in it."""
    known = about_document(explorer_of(request).db, request.path_params["sha256"])
    at: dict[str, Any] = {"page": number_of(request, "page") or 1}
    at |= {name: value for name in ("member", "picture") if (value := request.query_params.get(name))}
    return known, at


def shown(explorer: Explorer, sha256: str, at: dict[str, Any], media_type: str | None) -> dict[str, Any]:
    """Return what the browser shows of a document; ``error`` and ``message`` where it cannot."""
    try:
        return explorer.shown.show(sha256, lambda: body_of(explorer.store, sha256), at, media_type)
    except StoreError as error:
        return {"way": "table", "error": "store", "message": str(error)}


def sandbox_of(found: dict[str, Any]) -> str:
    """Return what the frame of a document may."""
    return _SANDBOXES[found["way"]]


def frame(
    request: Request, sha256: str, found: dict[str, Any], box: list[float] | None = None, *, marked: bool
) -> Response:
    """Return a document for its frame: no origin of its own, nothing that runs.

    Args:
        request: that wants it.
        sha256: of the document.
        found: what `shown` returned.
        box: to draw on its page.
        marked: whether a cell should be marked.
    """
    if "error" not in found and found["way"] == "html":
        headers = {"Content-Security-Policy": ARCHIVED_POLICY, **UNCHANGING}
        return Response(found["html"], media_type="text/html", headers=headers)
    link = f"/document/{sha256}"

    asked = {key: value for key in ("member", "page", "picture") if (value := found.get(key)) is not None}
    return explorer_of(request).page(
        request,
        "frame.html",
        headers={"Content-Security-Policy": _OUR_POLICY},
        shown=found,
        box=box,
        marked=marked,
        turn=_turn(request),
        picture=f"{link}/page.png?{urlencode(asked)}",
        turned=lambda number: f"{link}/view?{urlencode({**asked, 'page': number})}",
        mark=MARK,
    )


def _turn(request: Request) -> int:
    """How far clockwise the reader wants the page turned: scans lie on their side."""
    asked = number_of(request, "turn")
    return asked if asked in (90, 180, 270) else 0


def page(request: Request) -> Response:
    """A document with what is known of it; also one that is not published."""
    explorer = explorer_of(request)
    known, at = _asked(request)
    found = shown(explorer, known["sha256"], at, known["media_type"])
    return explorer.page(
        request,
        "document.html",
        document=known,
        said=read_as(explorer, known["sha256"]) if known["reasons"] else [],
        media_type=found.get("media_type") or known["media_type"] or "",
        key=Archive(explorer.store).body_key(known["sha256"]),
        frame=f"/document/{known['sha256']}/view",
        sandbox=sandbox_of(found),
    )


def view(request: Request) -> Response:
    """A document for the frame, nothing marked."""
    known, at = _asked(request)
    found = shown(explorer_of(request), known["sha256"], at, known["media_type"])
    return frame(request, known["sha256"], found, marked=False)


def page_picture(request: Request) -> Response:
    """A page of a PDF or picture as PNG."""
    known, at = _asked(request)
    found = shown(explorer_of(request), known["sha256"], at, known["media_type"])
    if "png" not in found:
        raise NotFoundError("cannot_show")
    return Response(base64.b64decode(found["png"]), media_type="image/png", headers=UNCHANGING)


def original(request: Request) -> Response:
    """A document as archived, to be saved and not shown."""
    explorer = explorer_of(request)
    known, _ = _asked(request)
    try:
        data = body_of(explorer.store, known["sha256"])
    except StoreError as error:
        return explorer.page(request, "message.html", status=404, heading="store_lacks", detail=str(error))
    headers = {"Content-Disposition": f'attachment; filename="{known["sha256"][:16]}"'}
    return Response(data, media_type="application/octet-stream", headers=headers)
