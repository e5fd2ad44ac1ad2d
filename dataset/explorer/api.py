"""The same for programs: JSON, read-only, described at /api."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dataset.explorer import desk, evidence, queries, totals
from dataset.explorer.database import Row
from dataset.explorer.documents import about_document
from dataset.explorer.explorer import NotFoundError, explorer_of, number_of
from dataset.explorer.lists import (
    chosen,
    comparison,
    place_and_year,
    report_filter,
    without_pieces,
)
from dataset.explorer.queries import MOST
from dataset.explorer.report_page import evidence_link
from dataset.explorer.views import report_of

LIMIT, MOST_ROWS = 100, 1000


def _window(request: Request) -> dict[str, Any]:
    limit = number_of(request, "limit", most=MOST_ROWS, default=LIMIT) or LIMIT
    return {"limit": limit, "offset": number_of(request, "offset", most=MOST, default=0) or 0}


def _listed(request: Request, rows: list[Row], count: int | None, window: dict[str, Any]) -> Response:
    return JSONResponse(
        {"release": explorer_of(request).release.version, "count": count, **window, "rows": rows}
    )


def release(request: Request) -> Response:
    """The release: version, when it was made, counts, hash of its content."""
    manifest = explorer_of(request).release.manifest
    return JSONResponse({key: value for key, value in manifest.items() if key != "files"})


def report_list(request: Request) -> Response:
    """Current reports; `q` words of agency or region, `province` code, `year`, `level`, `failed=1`."""
    window = _window(request)
    rows, count = queries.reports(explorer_of(request).db, **report_filter(request), **window)
    return _listed(request, rows, count, window)


def one_report(request: Request) -> Response:
    """One report: its row, documents, checks, issues, versions."""
    db, row = explorer_of(request).db, report_of(request)
    names = ("documents", "checks", "issues", "mentions")
    about = {name: queries.about(db, name, row["report_id"]) for name in names}
    row.pop("number")
    return JSONResponse({"report": row, "versions": queries.versions(db, row["report_id"]), **about})


def report_figures(request: Request) -> Response:
    """All figures of a report, each with the link to its evidence."""
    db, row = explorer_of(request).db, report_of(request)
    rows = [
        {**figure, "evidence": evidence_link(row["report_id"], cell)}
        for cell, figure in queries.figures(db, row).items()
    ]
    return JSONResponse({"report_id": row["report_id"], "rows": rows})


def report_sections(request: Request) -> Response:
    """The sections of a report's text."""
    row = report_of(request)
    return JSONResponse(
        {
            "report_id": row["report_id"],
            "rows": queries.about(explorer_of(request).db, "sections", row["report_id"]),
        }
    )


def figure_evidence(request: Request) -> Response:
    """The chain of one figure: document, hash, addresses, moments, place, checks, copies."""
    explorer, row, cell = explorer_of(request), report_of(request), request.path_params["cell"]
    found = evidence.sources(explorer.db, explorer.store, row, cell)
    wanted = request.query_params.get("doc") or row["sha256"]
    source = next((one for one in found if one.sha256 == wanted), None)
    if source is None:
        raise NotFoundError("not_found_cell")
    chain = evidence.chain(explorer.db, explorer.store, explorer.release.version, row, cell, source)
    others = [
        {"sha256": one.sha256, "role": one.role, "value": one.value, "raw": one.raw, "url": one.url}
        for one in found
    ]
    return JSONResponse({**chain, "documents": others}, headers={"Cache-Control": "no-store"})


def one_document(request: Request) -> Response:
    """An archived document: its reports, why it is not published, every answer that gave it."""
    return JSONResponse(about_document(explorer_of(request).db, request.path_params["sha256"]))


def cell_figures(request: Request) -> Response:
    """One figure (`cell`) of many reports, the greatest first; `year`, `province`."""
    explorer = explorer_of(request)
    window = _window(request)
    rows = queries.figures_of_cell(
        explorer.db,
        request.query_params.get("cell", ""),
        **place_and_year(request),
        **window,
    )
    return _listed(request, rows, None, window)


def compared(request: Request) -> Response:
    """Figures (`f`, up to four cells) of agencies (`a=<region>/<agency>`, up to eight) in all years.

    What is unknown or too much is named under `left_out`.
    """
    asked = chosen(request)
    years, found = comparison(explorer_of(request).db, asked.agencies, asked.cells)
    return JSONResponse({"years": years, "figures": found, "left_out": asked.left_out})


def searched(request: Request) -> Response:
    """Sections that have all the words of `q`; `year`, `province`."""
    explorer, window = explorer_of(request), _window(request)
    rows, count = queries.search(
        explorer.db,
        request.query_params.get("q", ""),
        **place_and_year(request),
        **window,
    )
    return _listed(request, [without_pieces(row) for row in rows], count, window)


def covered(request: Request) -> Response:
    """Who should report and whether they have; `province`, `year`, `status`."""
    window = _window(request)
    rows, count = queries.coverage(
        explorer_of(request).db,
        **place_and_year(request),
        status=request.query_params.get("status", ""),
        **window,
    )
    return _listed(request, rows, count, window)


def trends(request: Request) -> Response:
    """Sums by year over the release, aggregated reports left out."""
    return JSONResponse({"rows": totals.by_year(explorer_of(request).db)})


def doubted(request: Request) -> Response:
    """What is in doubt, of one kind: checks, confidence, copies, unreadable, issues; `reason`, `site`."""
    kind = request.path_params["kind"]
    if kind not in desk.KINDS:
        raise NotFoundError("not_found_title")
    window = _window(request)
    rows, count = desk.doubts(
        explorer_of(request).db,
        kind,
        reason=request.query_params.get("reason", ""),
        site=request.query_params.get("site", ""),
        **window,
    )
    return _listed(request, rows, count, window)


ENDPOINTS: tuple[tuple[str, Callable[[Request], Response], str], ...] = (
    ("/api/release", release, ""),
    ("/api/reports", report_list, "?year=2021&limit=10"),
    ("/api/reports/{report_id:path}/figures/{cell}", figure_evidence, ""),
    ("/api/reports/{report_id:path}/figures", report_figures, ""),
    ("/api/reports/{report_id:path}/sections", report_sections, ""),
    ("/api/reports/{report_id:path}", one_report, ""),
    ("/api/documents/{sha256}", one_document, ""),
    ("/api/figures", cell_figures, "?cell=requests.new.total&year=2021"),
    ("/api/compare", compared, ""),
    ("/api/search", searched, "?q=政策解读"),
    ("/api/coverage", covered, "?year=2021&status=not_found"),
    ("/api/trends", trends, ""),
    ("/api/desk/{kind}", doubted, ""),
)
"""Path, what answers (its docstring is the documentation), an example that works in every release."""


def documentation(request: Request) -> Response:
    """The page that describes the endpoints."""
    listed: list[dict[str, Any]] = [
        {
            "path": path.replace(":path", ""),
            "says": " ".join((answer.__doc__ or "").split()),
            "example": path + example if "{" not in path and (example or "compare" not in path) else None,
        }
        for path, answer, example in ENDPOINTS
    ]
    return explorer_of(request).page(request, "api.html", endpoints=listed)


def routes() -> list[Route]:
    """Return the routes of the API."""
    return [Route("/api", documentation), *(Route(path, answer) for path, answer, _ in ENDPOINTS)]
