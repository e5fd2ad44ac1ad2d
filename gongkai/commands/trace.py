"""`gongkai trace`: one figure back to its bytes."""

from __future__ import annotations

from typing import Any

import click

from gongkai.errors import DONE, FINDINGS
from gongkai.output import emit_json, print_table, say
from gongkai.session import Session, common_options, pass_session


@click.command()
@click.argument("cell", metavar="CELL")
@common_options
@pass_session
def trace(session: Session, cell: str) -> int:
    """Follow one figure of the last release back to its bytes.

    CELL is <report id>/<table.row.column> or <agency or report id>/<year>/<table.row.column>, such as
    某某区人民政府/2021/requests.new.total. The document is read again from the archive: exit code 1 where its
    bytes or the figure are not what the release says.
    """
    from dataset.trace import trace_cell
    from extraction import EXTRACTOR, extract

    def read(data: bytes) -> dict[str, Any]:
        return dict(extract(data).to_dict())

    chain = trace_cell(session.open_existing(reads_only=True), cell, extractor=EXTRACTOR, read=read)
    if session.as_json:
        emit_json(chain)
    else:
        _show(chain)
    return DONE if chain["verified"] else FINDINGS


def _show(chain: dict[str, Any]) -> None:
    document = chain["document"]
    figure = chain["value"] if chain["value"] is not None else f"none ({chain['status']})"
    rows = [
        ("figure", f"{figure} {chain['unit'] or ''}".strip()),
        ("printed as", repr(chain["raw"])),
        ("status", chain["status"]),
        ("place", chain["place"]),
        ("report", chain["report_id"]),
        ("title", chain["title"] or ""),
        ("release", f"{chain['release']} ({chain['flags'] or 'no flags'})"),
        ("document", f"sha256 {document['sha256']}, {document['bytes']:,} bytes, {document['media_type']}"),
        *((("part", f"report {document['part']} of several in it"),) if document["part"] else ()),
        ("in the archive", document["key"]),
        ("extractor", chain["extractor"]),
    ]
    rows += [("verified", line) for line in chain["verification"]]
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        say(f"{name:<{width}}  {value}")
    print_table(
        ("seen", "outcome", "address", "by way of"),
        [
            (
                seen["time"],
                seen["outcome"],
                seen["url"],
                " ← ".join(filter(None, _way(seen))),
            )
            for seen in chain["seen"]
        ],
    )
    if chain["checks"]:
        words = {True: "holds", False: "FAILS", None: "open"}
        print_table(
            ("check", "", "expected", "printed"),
            [
                (check["id"], words[check["holds"]], str(check["expected"]), str(check["actual"]))
                for check in chain["checks"]
            ],
        )
    if chain["other_documents"]:
        print_table(
            ("other copies say", "printed as", "address"),
            [(str(copy["value"]), repr(copy["raw"]), copy["url"]) for copy in chain["other_documents"]],
        )


def _way(seen: dict[str, Any]) -> tuple[str | None, ...]:
    """Return how the archive came to an answer."""
    source = seen["imported"]
    file = source and f"record {source['record']} of {source['file']}, sha256 {source['sha256']}"
    return seen["anchor"] and f"“{seen['anchor']}”", seen["parent"], seen["listing"], file
