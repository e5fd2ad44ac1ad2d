"""The pages: overview, report, evidence."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from dataset.explorer import documents, evidence, queries, report_page, totals
from dataset.explorer.charts import Series, every_year, layers, lines
from dataset.explorer.database import Row
from dataset.explorer.explorer import Explorer, NotFoundError, explorer_of, number_of
from dataset.explorer.show_html import MARK
from dataset.explorer.shown import way_of
from dataset.explorer.words import language, say


def home(request: Request) -> Response:
    """Overview: what there is, where, how it developed, how good it is."""
    explorer = explorer_of(request)
    lang = language(request)
    found = {row["year"]: row for row in totals.by_year(explorer.db)}
    years = every_year(found)
    along = [str(year) for year in years]

    def series(*keys: str) -> list[Series]:
        return [
            Series(say(f"sum.{key}", lang), [found[year][key] if year in found else None for year in years])
            for key in keys
        ]

    charts = []
    if found:
        kinds = series(*(f"outcome_{kind}" for kind in totals.outcomes()))
        disputes = series("reviews", "reviews_corrected", "suits", "suits_corrected")
        charts = [
            ("requests", lines(say("chart_requests", lang), along, series("requests"))),
            ("outcomes", layers(say("chart_outcomes", lang), along, kinds)),
            ("disputes", lines(say("chart_disputes", lang), along, disputes)),
        ]
    return explorer.page(
        request,
        "home.html",
        matrix=totals.matrix(explorer.db),
        charts=charts,
        quality=totals.quality(explorer.db),
        created=explorer.release.manifest.get("created", ""),
    )


def report_of(request: Request) -> Row:
    """Return the row of the report that a request is for.

    Raises:
        NotFoundError: there is none.
    """
    explorer = explorer_of(request)
    found = queries.current_report(explorer.db, request.path_params["report_id"])
    if found is None:
        raise NotFoundError("not_found_report")
    return found


def report(request: Request) -> Response:
    """One report as on paper, with everything that is known of it."""
    explorer = explorer_of(request)
    db, lang = explorer.db, language(request)
    row = report_of(request)
    report_id = row["report_id"]
    figures = queries.figures(db, row)
    before = queries.year_before(db, row)
    beside = before is not None and request.query_params.get("beside") == "1"
    checks = queries.about(db, "checks", report_id)
    for check in checks:
        check["cells"] = queries.references(report_id, check["cells"])
    sections = queries.about(db, "sections", report_id)
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
        sections=sections,
        mentions=queries.about(db, "mentions", report_id),
        section_at={one["section"]: one["position"] for one in reversed(sections)},
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
    row, cell = report_of(request), request.path_params["cell"]
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
        sandbox=documents.sandbox_of({"way": way_of(source.media_type, source.at)}),
        shown_value=report_page.printed({"value": source.value, "raw": source.raw}),
        earlier=earlier,
        later=later,
    )


def document(request: Request) -> Response:
    """The document of a figure with its cell marked, for the frame."""
    _, _, _, source = _source(explorer_of(request), request)
    found = documents.shown(explorer_of(request), source.sha256, source.at, source.media_type)
    return documents.frame(request, source.sha256, found, source.at.get("bbox"), marked=True)
