"""The lists: reports, coverage, search, comparison, quality desk; each also as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dataset.explorer import desk, queries, totals
from dataset.explorer.charts import Series, every_year, lines
from dataset.explorer.database import Database, Row
from dataset.explorer.explorer import NotFoundError, explorer_of, number_of
from dataset.explorer.queries import MOST, PAGE
from dataset.explorer.report_page import book, cell_name
from dataset.explorer.safety import as_csv
from dataset.explorer.views import agency_key, report_of
from dataset.explorer.words import language

MOST_AGENCIES = 8
MOST_FIGURES = 4
MOST_ASKED, LONGEST = 40, 100
"""Of a link to the comparison: what is looked up, and how much of a name is repeated."""
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


def _is_csv(request: Request) -> bool:
    return request.url.path.endswith(".csv")


def _window(request: Request, *, page: int = PAGE) -> dict[str, Any]:
    if _is_csv(request):
        return {"offset": 0, "limit": MOST}
    return {"offset": number_of(request, "offset", most=MOST, default=0) or 0, "limit": page}


def _list(
    request: Request, template: str, listed: tuple[list[Row], int], *, file: str, **values: Any
) -> Response:
    """Return the rows of a list as a page, or as CSV where its address ends so."""
    rows, count = listed
    if _is_csv(request):
        return _of_rows(file, rows)
    return explorer_of(request).page(request, template, rows=rows, count=count, most=MOST, **values)


def place_and_year(request: Request) -> dict[str, Any]:
    """Return the province and year that a list is narrowed to."""
    return {"province": request.query_params.get("province", "")[:6], "year": number_of(request, "year")}


def report_filter(request: Request) -> dict[str, Any]:
    """Return what a list of reports is narrowed to."""
    asked = request.query_params
    return {
        "words": asked.get("q", "")[:200],
        **place_and_year(request),
        "level": asked.get("level", "")[:20],
        "failed": asked.get("failed") == "1",
    }


def reports(request: Request) -> Response:
    """Reports by name, place, year and level."""
    chosen, window = report_filter(request), _window(request)
    found = queries.reports(explorer_of(request).db, **chosen, **window)
    return _list(request, "reports.html", found, file="reports", chosen=chosen, window=window)


def coverage(request: Request) -> Response:
    """Who should report, whether they have, and why not."""
    chosen = {**place_and_year(request), "status": request.query_params.get("status", "")[:20]}
    window = _window(request)
    found = queries.coverage(explorer_of(request).db, **chosen, **window)
    return _list(request, "coverage.html", found, file="coverage", chosen=chosen, window=window)


def search(request: Request) -> Response:
    """Sections that have the words, and agencies that are called so."""
    db = explorer_of(request).db
    words = request.query_params.get("q", "").strip()[:200]
    chosen, window = place_and_year(request), _window(request, page=20)
    rows, count = queries.search(db, words, **chosen, **window)
    if _is_csv(request):
        rows = [without_pieces(row) for row in rows]
        named = []
    else:
        named = queries.agencies(db, words) if words and not window["offset"] else []
    return _list(
        request, "search.html", (rows, count), file="search", words=words, found=named, chosen=chosen,
        window=window,
    )  # fmt: skip


def without_pieces(row: Row) -> Row:
    """Return a hit of the search with its text in one piece."""
    return {**{key: value for key, value in row.items() if key != "pieces"},
            "text": "".join(piece for piece, _ in row["pieces"])}  # fmt: skip


def figures_csv(request: Request) -> Response:
    """The figures of a report."""
    row = report_of(request)
    rows = [
        {"report_id": row["report_id"], **one}
        for one in queries.figures(explorer_of(request).db, row).values()
    ]
    return _of_rows("figures", rows)


def trends_csv(request: Request) -> Response:
    """The sums that the charts of the overview show."""
    return _of_rows("trends", totals.by_year(explorer_of(request).db))


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


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a link asks to compare.

    Attributes:
        agencies: by region and name, of those that the release has reports of.
        cells: figures, of those that the codebook knows.
        left_out: what was asked for besides, as it was asked.
    """

    agencies: list[tuple[str | None, str]]
    cells: list[str]
    left_out: list[str]


def chosen(request: Request) -> Chosen:
    """Return what a comparison is of: ``a=<region>/<agency>`` and ``f=<table.row.column>``."""
    db = explorer_of(request).db
    asked = [one for one in dict.fromkeys(request.query_params.getlist("a")) if one][:MOST_ASKED]
    figures = [one for one in dict.fromkeys(request.query_params.getlist("f")) if one][:MOST_ASKED]
    found: dict[str, tuple[str | None, str]] = {}
    for text in asked:
        region, _, agency = text.partition("/")
        if len(found) < MOST_AGENCIES and queries.years_of(db, agency, region or None):
            found[text] = (region or None, agency)
    cells = [cell for cell in figures if cell in book()][:MOST_FIGURES]
    left_out = [one[:LONGEST] for one in (*asked, *figures) if one not in found and one not in cells]
    return Chosen(list(found.values()), cells, left_out)


def compare(request: Request) -> Response:
    """Agencies and years side by side."""
    explorer = explorer_of(request)
    lang = language(request)
    asked = chosen(request)
    cells = asked.cells or [USUAL_FIGURE]
    years, found = comparison(explorer.db, asked.agencies, cells)
    if _is_csv(request):
        head = ["cell", "label_zh", "label_en", "region", "agency", *map(str, years)]
        return csv_answer(
            "compare",
            head,
            [
                [cell, book()[cell].label_zh, book()[cell].label_en, row["region"], row["agency"]]
                + [row["years"].get(year, {}).get("value") for year in years]
                for cell in cells
                for row in found[cell]
            ],
        )

    blocks = [
        {
            "cell": cell,
            "label": cell_name(cell, lang),
            "rows": rows,
            "chart": lines(
                cell_name(cell, lang),
                [str(year) for year in every_year(years)],
                [
                    Series(
                        row["agency"],
                        [row["years"].get(year, {}).get("value") for year in every_year(years)],
                    )
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
        agencies=asked.agencies,
        left_out=asked.left_out,
        cells=cells,
        year_list=years,
        blocks=blocks,
        book=book(),
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
    return _list(
        request,
        "doubts.html",
        desk.doubts(explorer.db, kind, **chosen, **window),
        file=f"doubts-{kind}",
        kind=kind,
        chosen=chosen,
        window=window,
        counts=desk.overview(explorer.db)[kind],
    )
