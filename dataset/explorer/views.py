"""The pages: overview, report, evidence and the documents it stands on."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from dataset.explorer import evidence, queries, report_page, totals
from dataset.explorer.charts import Series, layers, lines
from dataset.explorer.database import Row
from dataset.explorer.explorer import Explorer, NotFoundError, number_of
from dataset.explorer.safety import ARCHIVED_POLICY
from dataset.explorer.show_html import MARK
from dataset.explorer.words import language, say
from storage import StoreError

UNCHANGING = {"Cache-Control": "private, max-age=3600"}


def explorer_of(request: Request) -> Explorer:
    """Return the explorer that a request is for."""
    found: Explorer = request.app.state.explorer
    return found


def home(request: Request) -> Response:
    """Overview: what there is, where, how it developed, how good it is."""
    explorer = explorer_of(request)
    lang = language(request)
    found = totals.by_year(explorer.db)
    along = [str(row["year"]) for row in found]

    def series(*keys: str) -> list[Series]:
        return [Series(say(key, lang), [row[key] for row in found]) for key in keys]

    charts = []
    if found:
        requests = [Series(say("chart_requests", lang), [row["requests"] for row in found])]
        charts = [
            ("requests", lines(say("chart_requests", lang), along, requests)),
            (
                "outcomes",
                layers(
                    say("chart_outcomes", lang), along, series(*(f"outcome_{k}" for k in totals.outcomes()))
                ),
            ),
            (
                "disputes",
                lines(
                    say("chart_disputes", lang),
                    along,
                    series("reviews", "reviews_corrected", "suits", "suits_corrected"),
                ),
            ),
        ]
    return explorer.page(
        request,
        "home.html",
        matrix=totals.matrix(explorer.db),
        charts=charts,
        quality=totals.quality(explorer.db),
        created=explorer.release.manifest.get("created", ""),
    )


def _report(explorer: Explorer, request: Request) -> Row:
    found = queries.current_report(explorer.db, request.path_params["report_id"])
    if found is None:
        raise NotFoundError("not_found_report")
    return found


def report(request: Request) -> Response:
    """One report as on paper, with everything that is known of it."""
    explorer = explorer_of(request)
    db, lang = explorer.db, language(request)
    row = _report(explorer, request)
    report_id = row["report_id"]
    figures = queries.figures(db, row)
    before = queries.year_before(db, row)
    beside = before is not None and request.query_params.get("beside") == "1"
    checks = queries.about(db, "checks", report_id)
    for check in checks:
        check["cells"] = queries.references(report_id, check["cells"])
    documents = queries.about(db, "documents", report_id)
    captures = {
        sha256: queries.captures(db, sha256)
        for sha256 in dict.fromkeys([row["sha256"], *(one["sha256"] for one in documents)])
    }
    own = queries.years_of(db, row["agency"], row["region"])
    return explorer.page(
        request,
        "report.html",
        report=row,
        tables=report_page.tables_of(db, row, figures, before if beside else None, lang),
        before=before,
        beside=beside,
        checks=checks,
        open_section=number_of(request, "section", default=1),
        issues=queries.about(db, "issues", report_id),
        sections=queries.about(db, "sections", report_id),
        mentions=queries.about(db, "mentions", report_id),
        versions=report_page.differences(db, row, figures, queries.versions(db, report_id)),
        documents=documents,
        captures=captures,
        own=own,
        earlier=next((one for one in reversed(own) if one["year"] < row["year"]), None),
        later=next((one for one in own if one["year"] > row["year"]), None),
        agency_key=agency_key(row),
    )


def agency_key(row: Row) -> str:
    """Return how links of the comparison name an agency."""
    return f"{row['region'] or ''}/{row['agency']}"


def _source(explorer: Explorer, request: Request) -> tuple[Row, str, list[evidence.Source], evidence.Source]:
    row, cell = _report(explorer, request), request.path_params["cell"]
    found = evidence.sources(explorer.db, explorer.store, row, cell)
    wanted = request.query_params.get("doc") or row["sha256"]
    source = next((one for one in found if one.sha256 == wanted), None)
    if source is None:
        raise NotFoundError("not_found_cell")
    return row, cell, found, source


def show(request: Request) -> Response:
    """A figure and the document it is printed in."""
    explorer = explorer_of(request)
    row, cell, found, source = _source(explorer, request)
    lang = language(request)
    figures = queries.figures(explorer.db, row)
    figure = figures.get(cell)
    earlier, later = report_page.neighbours(row, figures, cell, lang)
    label = cell if figure is None else figure["label_zh"] if lang == "zh" else figure["label_en"]
    return explorer.page(
        request,
        "evidence.html",
        report=row,
        cell=cell,
        label=label,
        figure=figure if source.role == "primary" else None,
        source=source,
        others=found,
        chain=evidence.chain(explorer.db, explorer.store, explorer.release.version, row, cell, source),
        frame=f"/evidence/{quote(row['report_id'], safe='')}/{cell}/document?doc={source.sha256}#{MARK}",
        shown_value=report_page.printed({"value": source.value, "raw": source.raw}),
        earlier=earlier,
        later=later,
    )


def _shown(explorer: Explorer, source: evidence.Source) -> dict[str, Any]:
    try:
        data = evidence.body_of(explorer.store, source.sha256)
    except StoreError as error:
        return {"error": "store", "message": str(error)}
    return explorer.shown.show(source.sha256, data, source.at, source.media_type)


def document(request: Request) -> Response:
    """The document of a figure with its cell marked, for the frame: no origin, nothing that runs."""
    explorer = explorer_of(request)
    row, cell, _, source = _source(explorer, request)
    shown = _shown(explorer, source)
    headers = {"Content-Security-Policy": ARCHIVED_POLICY, **UNCHANGING}
    if "error" not in shown and shown["way"] == "html":
        return Response(shown["html"], media_type="text/html", headers=headers)
    # Our own page about a hostile document: its pictures are ours, all else is as strict.
    headers["Content-Security-Policy"] = (
        "sandbox allow-same-origin; default-src 'none'; style-src 'self'; img-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
    )
    picture = f"/evidence/{quote(row['report_id'], safe='')}/{cell}/page.png?doc={source.sha256}"
    return explorer.page(
        request, "document.html", headers=headers, shown=shown, at=source.at, picture=picture, mark=MARK
    )


def page_picture(request: Request) -> Response:
    """A page of a PDF or picture as PNG."""
    explorer = explorer_of(request)
    _, _, _, source = _source(explorer, request)
    shown = _shown(explorer, source)
    if "png" not in shown:
        raise NotFoundError("cannot_show")
    return Response(base64.b64decode(shown["png"]), media_type="image/png", headers=UNCHANGING)


def original(request: Request) -> Response:
    """A released document as archived, to be saved and not shown."""
    explorer = explorer_of(request)
    sha256 = request.path_params["sha256"]
    known = explorer.db.one(
        "SELECT media_type FROM documents WHERE sha256 = ? UNION ALL "
        "SELECT media_type FROM reports WHERE sha256 = ? UNION ALL "
        "SELECT NULL FROM issues WHERE sha256 = ? LIMIT 1",
        (sha256, sha256, sha256),
    )
    if known is None:
        raise NotFoundError("not_found_title")
    try:
        data = evidence.body_of(explorer.store, sha256)
    except StoreError as error:
        return explorer.page(request, "message.html", status=404, heading="store_lacks", detail=str(error))
    headers = {"Content-Disposition": f'attachment; filename="{sha256[:16]}"'}
    return Response(data, media_type="application/octet-stream", headers=headers)
