"""The lists: reports, coverage, search, comparison, quality desk; each also as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dataset.explorer import desk, queries, totals
from dataset.explorer.charts import Series, lines
from dataset.explorer.database import Database, Row
from dataset.explorer.explorer import NotFoundError, number_of
from dataset.explorer.queries import MOST, PAGE
from dataset.explorer.safety import as_csv
from dataset.explorer.views import agency_key, explorer_of
from dataset.explorer.words import language
from dataset.metadata.codebook import CellEntry, entries

MOST_AGENCIES = 8
MOST_FIGURES = 4
MOST_IN_CSV = 10_000
USUAL_FIGURE = "requests.new.total"


def csv_answer(name: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> Response:
    """Return a CSV file to be saved."""
    return Response(
        as_csv(head, rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _of_rows(name: str, rows: list[Row]) -> Response:
    head = [name for name, value in rows[0].items() if not isinstance(value, list)] if rows else ["report_id"]
    plain = [[row[name] for name in head] for row in rows]
    return csv_answer(name, head, plain)


def _window(request: Request, *, page: int = PAGE) -> dict[str, Any]:
    if request.url.path.endswith(".csv"):
        return {"offset": 0, "limit": MOST_IN_CSV}
    return {"offset": number_of(request, "offset", most=MOST, default=0) or 0, "limit": page}


def report_filter(request: Request) -> dict[str, Any]:
    """Return what a list of reports is narrowed to."""
    asked = request.query_params
    return {
        "words": asked.get("q", "")[:200],
        "province": asked.get("province", "")[:6],
        "year": number_of(request, "year"),
        "level": asked.get("level", "")[:20],
        "failed": asked.get("failed") == "1",
    }


def reports(request: Request) -> Response:
    """Reports by name, place, year and level."""
    explorer = explorer_of(request)
    chosen, window = report_filter(request), _window(request)
    rows, count = queries.reports(explorer.db, **chosen, **window)
    if request.url.path.endswith(".csv"):
        return _of_rows("reports", rows)
    return explorer.page(
        request, "reports.html", rows=rows, count=count, chosen=chosen, window=window, most=MOST
    )


def coverage(request: Request) -> Response:
    """Who should report, whether they have, and why not."""
    explorer = explorer_of(request)
    chosen: dict[str, Any] = {
        "province": request.query_params.get("province", "")[:6],
        "year": number_of(request, "year"),
        "status": request.query_params.get("status", "")[:20],
    }
    window = _window(request)
    rows, count = queries.coverage(explorer.db, **chosen, **window)
    if request.url.path.endswith(".csv"):
        return _of_rows("coverage", rows)
    return explorer.page(
        request, "coverage.html", rows=rows, count=count, chosen=chosen, window=window, most=MOST
    )


def search(request: Request) -> Response:
    """Sections that have the words, and agencies that are called so."""
    explorer = explorer_of(request)
    words = request.query_params.get("q", "").strip()[:200]
    chosen: dict[str, Any] = {
        "year": number_of(request, "year"),
        "province": request.query_params.get("province", "")[:6],
    }
    window = _window(request, page=20)
    rows, count = queries.search(explorer.db, words, **chosen, **window)
    if request.url.path.endswith(".csv"):
        for row in rows:
            row["text"] = "".join(piece for piece, _ in row.pop("pieces"))
        return _of_rows("search", rows)
    found = queries.agencies(explorer.db, words) if words and not window["offset"] else []
    return explorer.page(
        request,
        "search.html",
        words=words,
        rows=rows,
        count=count,
        chosen=chosen,
        window=window,
        found=found,
        most=MOST,
    )


def trends_csv(request: Request) -> Response:
    """The sums that the charts of the overview show."""
    return _of_rows("trends", totals.by_year(explorer_of(request).db))


def codebook_entries() -> dict[str, CellEntry]:
    """Return what the codebook says of each cell."""
    return {entry.cell: entry for entry in entries()}


def comparison(
    db: Database, agencies: Sequence[tuple[str | None, str]], cells: Sequence[str]
) -> tuple[list[int], dict[str, list[dict[str, Any]]]]:
    """Return the years, and by cell a row for each agency with its figures by year."""
    found: dict[str, list[dict[str, Any]]] = {cell: [] for cell in cells}
    years: set[int] = set()
    for region, agency in agencies:
        rows = queries.series(db, agency, region, cells)
        years |= {row["year"] for row in rows}
        for cell in cells:
            by_year = {row["year"]: row for row in rows if row["cell"] == cell}
            found[cell].append({"agency": agency, "region": region, "years": by_year})
    return sorted(years), found


def chosen_agencies(request: Request) -> list[tuple[str | None, str]]:
    """Return the agencies of a comparison: ``a=<region>/<agency>``."""
    found = []
    for text in dict.fromkeys(request.query_params.getlist("a")):
        region, slash, agency = text.partition("/")
        if slash and agency:
            found.append((region or None, agency))
    return found[:MOST_AGENCIES]


def compare(request: Request) -> Response:
    """Agencies and years side by side."""
    explorer = explorer_of(request)
    lang = language(request)
    book = explorer.db.keep("codebook", codebook_entries)
    agencies = chosen_agencies(request)
    asked = [cell for cell in dict.fromkeys(request.query_params.getlist("f")) if cell in book]
    cells = asked[:MOST_FIGURES] or [USUAL_FIGURE]
    years, found = comparison(explorer.db, agencies, cells)
    if request.url.path.endswith(".csv"):
        head = ["cell", "label_zh", "label_en", "region", "agency", *map(str, years)]
        return csv_answer(
            "compare",
            head,
            [
                [cell, book[cell].label_zh, book[cell].label_en, row["region"], row["agency"]]
                + [row["years"].get(year, {}).get("value") for year in years]
                for cell in cells
                for row in found[cell]
            ],
        )

    def label(cell: str) -> str:
        return book[cell].label_zh if lang == "zh" else book[cell].label_en

    blocks = [
        {
            "cell": cell,
            "label": label(cell),
            "rows": rows,
            "chart": lines(
                label(cell),
                [str(year) for year in years],
                [
                    Series(row["agency"], [row["years"].get(year, {}).get("value") for year in years])
                    for row in rows
                ],
            )
            if rows and years
            else "",
        }
        for cell, rows in found.items()
    ]
    words = request.query_params.get("find", "").strip()[:100]
    return explorer.page(
        request,
        "compare.html",
        agencies=agencies,
        cells=cells,
        year_list=years,
        blocks=blocks,
        book=book,
        label=label,
        words=words,
        candidates=queries.agencies(explorer.db, words) if words else [],
        most_agencies=MOST_AGENCIES,
        most_figures=MOST_FIGURES,
        agency_key=agency_key,
    )


def quality_desk(request: Request) -> Response:
    """What is in doubt, by kind."""
    explorer = explorer_of(request)
    return explorer.page(request, "desk.html", overview=desk.overview(explorer.db))


def doubts(request: Request) -> Response:
    """What is in doubt, of one kind."""
    explorer = explorer_of(request)
    kind = request.path_params["kind"]
    if kind not in desk.KINDS:
        raise NotFoundError("not_found_title")
    window = _window(request)
    chosen: dict[str, Any] = {
        "reason": request.query_params.get("reason", "")[:200],
        "site": request.query_params.get("site", "")[:200],
    }
    rows, count = desk.doubts(explorer.db, kind, **chosen, **window)
    if request.url.path.endswith(".csv"):
        return _of_rows(f"doubts-{kind}", rows)
    return explorer.page(
        request,
        "doubts.html",
        kind=kind,
        rows=rows,
        count=count,
        chosen=chosen,
        window=window,
        most=MOST,
        counts=desk.overview(explorer.db)[kind],
    )
