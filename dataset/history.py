"""What a report said over time, and what changed from one version to another.

Versions are those of the addresses that gave the document the figures are taken from, told apart by what they
say (`dataset.texts.content_hash`) and not by their bytes: a page whose visit counter, session id or footer
changed says the same. They are taken from the states and records of the archive, so a version that was
crawled after the last release is among them; the release only says which addresses a report has.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dataset.reports import value_of
from dataset.texts import content_hash
from dataset.trace import Address, TraceError, part_of, released_report, released_rows
from storage import ObjectStore, RecordStore, extractors, refresh_state

FIELDS = ("title", "agency", "year", "region", "edition", "scope", "published", "signed", "document_number")

MOST_SENTENCES = 5_000
"""Sentences of a section that are compared one by one; the comparison is quadratic at worst."""

_SENTENCE = re.compile(r"(?<=[。；;！!？?\n])")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Said:
    """What a report said for a time.

    Attributes:
        number: of the version, from one, by when it was first seen.
        content: hash of what it says.
        first_seen: when an address first said so.
        last_seen: when one last did.
        hashes: of the bodies that say so, by when each was first seen.
        url: the address of the first of them.
        site: its site.
        extractor: that read it.
        record: what was read.
    """

    number: int
    content: str
    first_seen: str
    last_seen: str
    hashes: tuple[str, ...]
    url: str
    site: str
    extractor: str
    record: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return it without the record, as plain data."""
        names = ("number", "content", "first_seen", "last_seen", "hashes", "url", "site", "extractor")
        return {**{name: getattr(self, name) for name in names}, "hashes": list(self.hashes)}


@dataclass(frozen=True)
class History:
    """A report over time.

    Attributes:
        report_id: its id in the last release.
        agency: whose.
        year: it reports on.
        versions: what it said, by when it was first seen.
    """

    report_id: str
    agency: str
    year: int
    versions: tuple[Said, ...]


def history(store: ObjectStore, text: str, extractor: str) -> History:
    """Return what a report said over time.

    Args:
        store: the store; nothing is written to it.
        text: ``<report id>`` or ``<agency>/<year>``.
        extractor: the current extractor; where it has not read a body, the newest that has counts.

    Raises:
        TraceError: no release, no such report, or more than one.
    """
    version, report = released_report(store, address_of(text))
    rows = released_rows(store, version, "documents", report["report_id"])
    names = [extractor, *(name for name in reversed(extractors(store)) if name != extractor)]
    readers = {name: RecordStore(store, name) for name in names}
    said: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["primary"]:
            for one in _bodies(store, row, readers):
                said[one["content"]].append(one)
    spans = [sorted(group, key=lambda one: (one["first_seen"], one["sha256"])) for group in said.values()]
    spans.sort(key=lambda group: (group[0]["first_seen"], max(one["last_seen"] for one in group)))
    versions = tuple(_said(number, group) for number, group in enumerate(spans, start=1))
    return History(report["report_id"], report["agency"], report["year"], versions)


def address_of(text: str) -> Address:
    """Return the address of a report: ``<report id>`` or ``<agency>/<year>``.

    Raises:
        TraceError: it is none.
    """
    name, slash, year = text.rpartition("/")
    if slash and name and year.isdecimal():
        return Address(name, int(year), "")
    if slash:
        raise TraceError(f"{text!r} is not the address of a report; write <report id> or <agency>/<year>")
    return Address(text, None, "")


def _bodies(
    store: ObjectStore, row: Mapping[str, Any], readers: Mapping[str, RecordStore]
) -> Iterator[dict[str, Any]]:
    for _, resource in sorted(refresh_state(store, row["site"], save=False).resources.items()):
        if resource.url != row["source_url"]:
            continue
        for version in resource.versions:
            found = ((name, records.get(version.sha256)) for name, records in readers.items())
            name, whole = next((one for one in found if one[1] is not None), ("", None))
            if whole is None or whole["kind"] != "report":
                continue
            record = part_of(whole, row)
            if record is not None:
                yield {
                    "content": content_hash(record),
                    "sha256": version.sha256,
                    "first_seen": version.first_seen,
                    "last_seen": version.last_seen,
                    "url": resource.url,
                    "site": row["site"],
                    "extractor": name,
                    "record": record,
                }


def _said(number: int, group: Sequence[Mapping[str, Any]]) -> Said:
    first = group[0]
    return Said(
        number=number,
        content=first["content"],
        first_seen=first["first_seen"],
        last_seen=max(one["last_seen"] for one in group),
        hashes=tuple(dict.fromkeys(one["sha256"] for one in group)),
        url=first["url"],
        site=first["site"],
        extractor=first["extractor"],
        record=first["record"],
    )


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return what two records of a report say, side by side.

    ``fields`` that differ, all ``figures`` (with ``changed``), and the ``text`` of sections that differ: runs
    of sentences, each with ``op`` (``equal``, ``replace``, ``delete``, ``insert``), ``from`` and ``to``.
    """
    return {
        "fields": list(_fields(old, new)),
        "figures": list(_figures(old, new)),
        "text": list(_text(old, new)),
    }


def _fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    ours, theirs = old.get("report") or {}, new.get("report") or {}
    for name in FIELDS:
        was, now = (_plain(report.get(name)) for report in (ours, theirs))
        if was != now:
            yield {"field": name, "from": was, "to": now}


def _plain(value: Any) -> Any:
    return value.get("code") if isinstance(value, Mapping) else value


def _figures(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    ours, theirs = old.get("cells") or {}, new.get("cells") or {}
    # In the order of the form, as both print it.
    for cell in [*theirs, *(name for name in ours if name not in theirs)]:
        was, now = _figure(old, cell), _figure(new, cell)
        yield {"cell": cell, "from": was, "to": now, "changed": was != now}


def _figure(record: Mapping[str, Any], cell: str) -> dict[str, Any] | None:
    found = (record.get("cells") or {}).get(cell)
    if found is None:
        return None
    return {"value": value_of(record, cell), "raw": found.get("raw"), "status": found["status"]}


def _sections(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    ours, theirs = _by_key(old), _by_key(new)
    for key in dict.fromkeys([*theirs, *ours]):
        yield key, ours.get(key, ""), theirs.get(key, "")


def _text(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for key, was, now in _sections(old, new):
        runs = _runs(was, now)
        if any(run["op"] != "equal" for run in runs):
            yield {"section": key, "runs": runs}


def _by_key(record: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for section in record.get("sections") or ():
        before = found.get(section["key"])
        found[section["key"]] = section["text"] if before is None else f"{before}\n{section['text']}"
    return found


def _runs(old: str, new: str) -> list[dict[str, str]]:
    was, now = (
        [sentence.strip() for sentence in _SENTENCE.split(text) if sentence.strip()] for text in (old, new)
    )
    ours, theirs = ([_SPACE.sub("", sentence) for sentence in side] for side in (was, now))
    if max(len(ours), len(theirs)) > MOST_SENTENCES:
        same = ours == theirs
        return [{"op": "equal" if same else "replace", "from": old, "to": new}]
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    return [
        {"op": op, "from": "".join(was[a:b]), "to": "".join(now[c:d])}
        for op, a, b, c, d in matcher.get_opcodes()
    ]
