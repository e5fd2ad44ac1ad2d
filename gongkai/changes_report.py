"""What a re-extraction changed, to look through: one page without scripts, a CSV and a JSON file."""

from __future__ import annotations

import csv
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongkai.page import END, begin, link, table, text
from storage import load_state

if TYPE_CHECKING:
    from flows.tally import Tally
    from storage import ObjectStore

HEADINGS = {
    "number_to_number": "A number became another number",
    "number_to_null": "A number was lost",
    "kind": "A document is of another kind",
    "identity": "Whose report, which year, which form",
    "null_to_number": "A number was found",
    "check": "A check has another outcome",
    "null_to_null": "A cell without a number changed its status, came or went",
    "raw": "The same figure, printed words read otherwise",
    "text": "The text of a section changed",
    "other": "Something else in the record changed",
}

COLUMNS = (
    "step", "change", "site", "agency", "year", "edition", "cell",
    "was_value", "was_status", "was_raw", "is_value", "is_status", "is_raw", "sha256", "url", "from",
)  # fmt: skip

_COUNTED = (
    "read", "differing", "value", "status", "appeared", "vanished", "raw",
    "identity", "check", "kind", "text", "other",
)  # fmt: skip

# Spreadsheets run what looks like a formula; a signed number does not.
_FORMULA = re.compile(r"^[=+\-@\t\r＝＋－＠](?!\d+(?:\.\d+)?$)(?!$)")


def write_report(target: Path, tally: Tally, store: ObjectStore, *, dry_run: bool) -> list[Path]:
    """Write what changed and return the files.

    Args:
        target: a file ``*.html``, or a folder that also gets ``changes.csv`` and ``changes.json``.
        tally: what changed.
        store: the archive, for the addresses of the documents.
        dry_run: whether nothing was written to it.
    """
    changes = list(_with_addresses(tally.worst(), store))
    if target.suffix.lower() in (".html", ".htm"):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("".join(_page(tally, changes, dry_run)), encoding="utf-8")
        return [target]
    target.mkdir(parents=True, exist_ok=True)
    files = [target / "index.html", target / "changes.csv", target / "changes.json"]
    files[0].write_text("".join(_page(tally, changes, dry_run)), encoding="utf-8")
    # The signature at the beginning makes spreadsheets take it for UTF-8.
    with files[1].open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows([_safe(value) for value in _row(change)] for change in changes)
    whole = {"dry_run": dry_run, **tally.as_dict(), "worst": changes}
    files[2].write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return files


def _with_addresses(changes: Iterable[Mapping[str, Any]], store: ObjectStore) -> Iterator[dict[str, Any]]:
    """Add the address that gave each document."""
    changes = list(changes)
    wanted: dict[str, set[str]] = {}
    for change in changes:
        wanted.setdefault(change["site"], set()).add(change["sha256"])
    addresses: dict[tuple[str, str], str] = {}
    for site, hashes in wanted.items():
        for _, resource in sorted(load_state(store, site).resources.items()):
            for version in resource.versions:
                if version.sha256 in hashes:
                    addresses.setdefault((site, version.sha256), resource.url)
    for change in changes:
        yield {**change, "url": addresses.get((change["site"], change["sha256"]))}


def _row(change: Mapping[str, Any]) -> list[Any]:
    was, now = _side(change["was"]), _side(change["is"])
    return [
        *(change[name] for name in COLUMNS[:7]),
        was["value"], was["status"], was["raw"], now["value"], now["status"], now["raw"],
        change["sha256"], change["url"], change["from"],
    ]  # fmt: skip


def _side(side: Any) -> dict[str, Any]:
    if isinstance(side, Mapping):
        return dict(side)
    return {"value": side, "status": None, "raw": None}


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def _page(tally: Tally, changes: list[dict[str, Any]], dry_run: bool) -> Iterator[str]:
    title = "What the present extractor would change" if dry_run else "What the present extractor changed"
    yield begin(title)
    yield "<ul>"
    yield from (f"<li>{text(line)}</li>" for line in tally.as_lines())
    yield "</ul><h2>By kind of change</h2>"
    yield from table(
        ("change", "count"), [(HEADINGS[step], tally.steps[step]) for step in HEADINGS if tally.steps[step]]
    )
    yield "<h2>By site and edition</h2>"
    used = [name for name in _COUNTED if any(row.get(name) for row in tally.by_place())]
    yield from table(
        ("site", "edition", *used),
        [(row["site"], row["edition"], *(row.get(n, 0) for n in used)) for row in tally.by_place()],
    )
    total = sum(tally.steps.values())
    yield f"<h2>Changes, the worst first</h2><p>{len(changes):,} of {total:,}.</p>"
    for number, (step, group) in enumerate(itertools.groupby(changes, key=lambda change: change["step"])):
        listed = list(group)
        is_open = " open" if number == 0 else ""
        yield f"<details{is_open}><summary>{HEADINGS[step]} ({tally.steps[step]:,})</summary>"
        for _, cells in itertools.groupby(listed, key=lambda change: change["sha256"]):
            yield from _document(list(cells))
        yield "</details>"
    yield END


def _document(changes: list[dict[str, Any]]) -> Iterator[str]:
    first = changes[0]
    named = " ".join(str(first[name]) for name in ("agency", "year") if first[name]) or "(unnamed)"
    yield (
        f"<h3>{text(named)}</h3><p><small>{text(first['site'])} · {link(first['url'])}<br>"
        f"document <code>{text(first['sha256'])}</code>, before read by <code>{text(first['from'])}</code>"
        "</small></p><table><tr><th>cell<th>before<th>printed<th>after<th>printed</tr>"
    )
    for change in changes:
        was, now = _side(change["was"]), _side(change["is"])
        yield (
            f"<tr><td><code>{text(change['cell'] or change['change'])}</code>"
            f'<td class="was">{_figure(was)}<td class="was">{text(was["raw"])}'
            f'<td class="is">{_figure(now)}<td class="is">{text(now["raw"])}</tr>'
        )
    yield "</table>"


def _figure(side: Mapping[str, Any]) -> str:
    if side["value"] is not None:
        return text(side["value"])
    return f"<small>{text(side['status'])}</small>" if side["status"] else "<small>none</small>"
