"""`gongkai extract`: files on disk -> records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from gongkai.errors import DONE, FINDINGS, CommandError
from gongkai.output import emit_json, note, print_table, say
from gongkai.session import Session, common_options, pass_session


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@common_options
@pass_session
def extract(session: Session, files: tuple[Path, ...]) -> int:
    """Read files on disk: with --json one record a line, in the order given.

    A file that joins several bodies' reports gives a record for each, with its place in `document.part`.
    Every FILE is checked to be there before the first is read. A file that is no report is a result like any
    other; one that cannot be read at all makes the exit code 1.
    """
    for path in files:
        _check(path)
    # Files from anywhere are hostile until read: a worker process takes the harm.
    from extraction.workers import Extractor
    from storage import parts_of

    unreadable = False
    shown = 0
    with Extractor() as extractor:
        for path, record in extractor.map(_contents(files)):
            unreadable |= record["kind"] == "unreadable"
            # A document that joins several bodies' reports gives a record, and a line, for each.
            for part in parts_of(record):
                if session.as_json:
                    emit_json({"file": str(path), **part})
                    continue
                if shown:
                    say()
                _show(path, part)
                shown += 1
    return FINDINGS if unreadable else DONE


def _contents(files: Iterable[Path]) -> Iterator[tuple[Path, bytes, None, None]]:
    for path in files:
        try:
            yield path, path.read_bytes(), None, None
        except OSError as error:
            raise CommandError(f"{path}: cannot be read: {error.strerror or error}") from error


def _check(path: Path) -> None:
    if path.is_dir():
        raise CommandError(f"{path} is a folder; name the files in it, such as {path}/*.html")
    if not path.exists():
        raise CommandError(f"{path}: no such file; check the path")
    if not path.is_file():
        raise CommandError(f"{path} is not a regular file; write its content to a file first")


def _show(path: Path, record: dict[str, Any]) -> None:
    report = record.get("report") or {}
    cells = record.get("cells") or {}
    checks = record.get("checks") or []
    failed = [check for check in checks if check["holds"] is False]
    figures = sum(cell["status"] == "number" for cell in cells.values())
    rows = [
        ("kind", record["kind"]),
        ("title", report.get("title")),
        ("agency", report.get("agency")),
        ("region", " ".join(filter(None, ((report.get("region") or {}).get(k) for k in ("code", "name"))))),
        ("year", None if report.get("year") is None else str(report["year"])),
        ("edition", report.get("edition")),
        ("cells read", f"{len(cells):,}, of them {figures:,} with a figure"),
        ("checks failed", f"{len(failed):,} of {len(checks):,}"),
    ]
    part = record["document"].get("part")
    which = f"; report {part['index']} of {part['of']}, at {part['where']}" if part else ""
    say(f"{path}  ({record['document']['media_type']}, {record['document']['bytes']:,} bytes{which})")
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        if value:
            say(f"  {name:<{width}}  {value}")
    findings = [
        *(
            ("check", f"{check['id']}: expected {check['expected']}, printed {check['actual']}")
            for check in failed
        ),
        *(
            (issue["severity"], f"{issue['code']}: {issue['message']}")
            for issue in record.get("issues") or ()
        ),
    ]
    if findings:
        print_table(("", "finding"), findings)
    if record["kind"] == "unreadable":
        note(f"gongkai: {path} cannot be read as a document")
