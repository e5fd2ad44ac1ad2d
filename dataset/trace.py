"""The chain of one figure: from the release to the bytes it was printed in, and whether it still holds."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from dataset.layouts import place_of
from dataset.reading import read_table
from dataset.reports import value_of
from dataset.versions import load_versions, release_prefix
from storage import (
    Archive,
    BodyCorruptError,
    ObjectNotFoundError,
    ObjectStore,
    RecordStore,
    parts_of,
    read_captures,
)

CELL_PARTS = 3
NEAREST = 3
"""Candidates named where nothing or too much was found."""


class TraceError(Exception):
    """There is no such figure, or more than one; the message is one line with the nearest candidates."""


@dataclass(frozen=True, slots=True)
class Address:
    """What the user asked for.

    Attributes:
        report: a report id or an agency.
        year: of the report, None where the report id says it.
        cell: ``table.row.column``.
    """

    report: str
    year: int | None
    cell: str


def parse_address(text: str) -> Address:
    """Return the parts of ``<report id>/<cell>`` or ``<agency or report id>/<year>/<cell>``.

    Raises:
        TraceError: it has another form.
    """
    parts = [part.strip() for part in text.split("/")]
    form = "write <report id>/<table.row.column> or <agency>/<year>/<table.row.column>"
    if len(parts) not in (2, 3) or not all(parts):
        raise TraceError(f"{text!r} is not the address of a figure; {form}")
    if len(parts[-1].split(".")) != CELL_PARTS:
        raise TraceError(f"{parts[-1]!r} is not a cell; write table.row.column, such as requests.new.total")
    if len(parts) == 2:
        return Address(parts[0], None, parts[1])
    if not parts[1].isdecimal():
        raise TraceError(f"{parts[1]!r} is not a year; {form}")
    return Address(parts[0], int(parts[1]), parts[2])


def trace_cell(
    store: ObjectStore, text: str, *, extractor: str, read: Callable[[bytes], Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the chain of one figure of the last release.

    Args:
        store: the store.
        text: the figure's address, see `parse_address`.
        extractor: the present extractor.
        read: reads a body with it, for the check that the figure is still read the same.

    Raises:
        TraceError: no release, no such figure, or more than one.
    """
    address = parse_address(text)
    version, report = released_report(store, address)
    year = f"figures/year={report['year']}/figures-{report['year']}"
    rows = released_rows(store, version, year, report["report_id"])
    documents = released_rows(store, version, "documents", report["report_id"])
    row = _find_cell(rows, address.cell, report["report_id"])
    whole = RecordStore(store, row["extractor"]).get(row["sha256"])
    record = None if whole is None else part_of(whole, report)
    if record is None:
        raise TraceError(
            f"the record of {row['sha256']} is not in the store; `gongkai reextract` makes it again"
        )
    cell = record["cells"][address.cell]
    verified, verification = _verify(store, row, report, record, address.cell, extractor, read)
    return {
        "report_id": row["report_id"],
        "cell": address.cell,
        "value": value_of(record, address.cell),
        "raw": cell.get("raw"),
        "status": cell["status"],
        "unit": cell.get("unit"),
        "confidence": cell.get("confidence"),
        "place": place_of(cell.get("at") or {}, report.get("part")),
        "at": cell.get("at"),
        "flags": row["flags"],
        "agency": row["agency"],
        "region": row["region"],
        "year": report["year"],
        "edition": row["edition"],
        "title": report["title"],
        "release": version,
        "extractor": row["extractor"],
        "document": {
            "sha256": row["sha256"],
            "part": report.get("part"),
            "bytes": report["bytes"],
            "media_type": report["media_type"],
            "key": Archive(store).body_key(row["sha256"]),
        },
        "seen": _seen(store, documents, row["sha256"]),
        "checks": [
            check for check in record.get("checks") or () if address.cell in (check.get("cells") or ())
        ],
        "issues": [
            issue for issue in record.get("issues") or () if address.cell in (issue.get("cells") or ())
        ],
        "other_documents": _copies(store, documents, address.cell),
        "verified": verified,
        "verification": verification,
    }


def released_report(store: ObjectStore, address: Address) -> tuple[str, dict[str, Any]]:
    """Return the last release and its row of a report.

    Raises:
        TraceError: no release, no such report, or more than one.
    """
    versions = load_versions(store)
    if not versions:
        raise TraceError(f"no release in {store.url}; `gongkai publish` makes one")
    version = str(versions[-1]["version"])
    reports = [row for row in released_rows(store, version, "reports", None) if row["current"]]
    return version, _find_report(reports, address)


def part_of(record: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a report's record in that of its document; None where it has no such part."""
    number = row.get("part")  # releases made before documents had parts have no such column
    parts = parts_of(record)
    if number is None:
        return parts[0] if len(parts) == 1 else None
    return parts[number - 1] if len(parts) > 1 and number <= len(parts) else None


def released_rows(store: ObjectStore, version: str, name: str, report: str | None) -> list[dict[str, Any]]:
    """Return the rows of a table of a release, or those of one report.

    Raises:
        TraceError: the table is not there.
    """
    key = f"{release_prefix(version)}parquet/{name}.parquet"
    try:
        data = store.get(key)
    except ObjectNotFoundError as error:
        raise TraceError(f"{key} is not in {store.url}; `gongkai verify` says what is missing") from error
    rows: list[dict[str, Any]] = read_table(data, report=report).to_pylist()
    return rows


def _find_report(reports: list[dict[str, Any]], address: Address) -> dict[str, Any]:
    by_id = {report["report_id"]: report for report in reports}
    if address.report in by_id and address.year in (None, by_id[address.report]["year"]):
        return by_id[address.report]
    if address.year is None:
        raise TraceError(
            f"no report {address.report!r} in the release{_nearest(address.report, list(by_id))}"
        )
    named = [report for report in reports if address.report in (report["agency"], report["report_id"])]
    if not named:
        names = sorted({report["agency"] for report in reports})
        raise TraceError(f"no agency {address.report!r} in the release{_nearest(address.report, names)}")
    found = [report for report in named if report["year"] == address.year]
    if not found:
        years = ", ".join(str(year) for year in sorted({report["year"] for report in named}))
        raise TraceError(
            f"no report of {address.report} for {address.year} in the release; there are {years}"
        )
    if len(found) > 1:
        ids = ", ".join(sorted(report["report_id"] for report in found)[:NEAREST])
        raise TraceError(f"{len(found)} bodies are called {address.report}; name one report: {ids}")
    return found[0]


def _find_cell(rows: list[dict[str, Any]], cell: str, report: str) -> dict[str, Any]:
    by_cell = {f"{row['table']}.{row['row']}.{row['column']}": row for row in rows}
    if cell not in by_cell:
        raise TraceError(f"no cell {cell!r} in {report}{_nearest(cell, list(by_cell))}")
    return by_cell[cell]


def _nearest(word: str, candidates: list[str]) -> str:
    inside = [candidate for candidate in candidates if word in candidate]
    near = inside or difflib.get_close_matches(word, candidates, n=NEAREST, cutoff=0.3)
    return (
        f"; nearest: {', '.join(sorted(near)[:NEAREST])}"
        if near
        else "; `gongkai explore` lists what there is"
    )


def _seen(store: ObjectStore, documents: list[dict[str, Any]], sha256: str) -> list[dict[str, Any]]:
    """Return every time an address gave this body, on all sites that did, earliest first."""
    sites = sorted({document["site"] for document in documents if document["sha256"] == sha256})
    found = [
        {
            "time": capture.time,
            "site": capture.site,
            "url": capture.url,
            "final_url": capture.final_url,
            "outcome": capture.outcome,
            "status": capture.status,
            "renderer": capture.renderer,
            "capture": capture.id,
            "parent": capture.parent,
            "listing": capture.trail.listing,
            "anchor": capture.trail.anchor,
            "date": capture.trail.date,
            "imported": None if capture.imported is None else asdict(capture.imported),
        }
        for site in sites
        for capture in read_captures(store, site)
        if capture.sha256 == sha256
    ]
    return sorted(found, key=lambda seen: (str(seen["time"]), str(seen["capture"])))


def _copies(store: ObjectStore, documents: list[dict[str, Any]], cell: str) -> list[dict[str, Any]]:
    """Return what the other documents of the report have in this cell."""
    others = {document["sha256"]: document for document in documents if not document["primary"]}
    found = []
    for sha256, document in sorted(others.items()):
        record = part_of(RecordStore(store, document["extractor"]).get(sha256) or {}, document) or {}
        read = (record.get("cells") or {}).get(cell)
        if read is not None:
            found.append(
                {
                    "sha256": sha256,
                    "url": document["source_url"],
                    "value": value_of(record, cell),
                    "raw": read.get("raw"),
                }
            )
    return found


def _verify(
    store: ObjectStore,
    row: Mapping[str, Any],
    report: Mapping[str, Any],
    record: Mapping[str, Any],
    cell: str,
    extractor: str,
    read: Callable[[bytes], Mapping[str, Any]],
) -> tuple[bool, list[str]]:
    try:
        data = Archive(store).get_body(row["sha256"])
    except (BodyCorruptError, ObjectNotFoundError) as error:
        return False, [str(error)]
    said = ["the archived bytes have this hash"]
    verified = True
    in_release = None if row["value"] is None else float(row["value"])
    in_record = value_of(record, cell)
    if in_release != (None if in_record is None else float(in_record)):
        verified = False
        said.append(f"the release says {in_release}, the record {in_record}")
    again = part_of(read(data), report) or {}
    cell_again = (again.get("cells") or {}).get(cell) or {}
    value_again = value_of(again, cell)
    same = value_again == in_record and cell_again.get("status") == record["cells"][cell]["status"]
    if same:
        said.append(f"read again now by {extractor}: the same figure")
    elif extractor == row["extractor"]:
        verified = False
        said.append(f"read again now: {value_again}, which is another figure; please report this")
    else:
        said.append(
            f"the present extractor {extractor} reads {value_again}; `gongkai reextract` takes it over"
        )
    return verified, said
