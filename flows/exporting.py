"""What an export holds: the captures of sites, of a run, or of a report with the way that led to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dataset.history import address_of
from dataset.trace import released_report, released_rows
from storage import (
    Archive,
    Capture,
    ObjectStore,
    RecordStore,
    SiteState,
    StoreError,
    extractors,
    parts_of,
    read_captures,
    refresh_state,
)
from storage.captures import list_segments, read_segment, site_prefix
from storage.fixity import known_sites
from storage.interchange.records import RENDERED
from storage.interchange.wacz import Exported, export_wacz

ASKED = "asked by the page"
"""Trail of what a page asked for while a browser showed it."""


class ExportError(StoreError):
    """There is nothing of that name to export; the message is one line."""


@dataclass(frozen=True)
class Selection:
    """Captures to export.

    Attributes:
        name: for a file.
        title: for people.
        description: what is in it.
        captures: yields them, the same at each call.
    """

    name: str
    title: str
    description: str
    captures: Callable[[], Iterator[Capture]]


def of_sites(store: ObjectStore, sites: Sequence[str]) -> Selection:
    """Select all captures of sites.

    Raises:
        ExportError: the archive has none of one of them.
    """
    sites = sorted(set(sites))
    for site in sites:
        if next(iter(list_segments(store, site)), None) is None:
            raise ExportError(f"the archive has no captures of {site}; `gongkai status` shows its sites")

    def captures() -> Iterator[Capture]:
        for site in sites:
            yield from read_captures(store, site)

    names = ", ".join(sites)
    return Selection(
        sites[0] if len(sites) == 1 else f"{sites[0]}-and-{len(sites) - 1}-more",
        f"gongkai: {names}",
        f"All captures of {names}: what was asked, what came back, and the trail that led there.",
        captures,
    )


def of_run(store: ObjectStore, run: str) -> Selection:
    """Select the captures of a run, with the earlier ones that hold the bodies its 304 answers confirm.

    Raises:
        ExportError: the archive has no such run.
    """
    of_site: dict[str, tuple[list[str], set[str]]] = {}
    for site in known_sites(store):
        keys = list(store.list(f"{site_prefix(site)}{run}/"))
        if keys:
            of_site[site] = (keys, _bases(store, site, run, keys))
    if not of_site:
        raise ExportError(f"the archive has no captures of a run {run!r}; `gongkai status` shows its runs")

    def captures() -> Iterator[Capture]:
        for site, (keys, bases) in of_site.items():
            if bases:
                yield from (one for one in read_captures(store, site) if one.id in bases)
            for key in keys:
                yield from read_segment(store, key)

    return Selection(
        run,
        f"gongkai: run {run}",
        f"The captures of run {run}, and earlier ones whose bodies it found unchanged.",
        captures,
    )


def _bases(store: ObjectStore, site: str, run: str, keys: Iterable[str]) -> set[str]:
    """Return the ids of the latest captures of other runs that hold what 304 answers of a run confirm."""
    wanted: set[tuple[str, str]] = set()
    there: set[str] = set()
    for key in keys:
        for capture in read_segment(store, key):
            if capture.sha256 is not None and capture.status == 304:
                wanted.add((capture.resource_key, capture.sha256))
            elif capture.sha256 is not None:
                there.add(capture.sha256)
    wanted = {(key, sha256) for key, sha256 in wanted if sha256 not in there}
    found: dict[tuple[str, str], str] = {}
    if wanted:
        for capture in read_captures(store, site):
            name = (capture.resource_key, capture.sha256 or "")
            if name in wanted and capture.run != run and capture.status != 304:
                found[name] = capture.id
    return set(found.values())


def of_report(store: ObjectStore, text: str) -> Selection:
    """Select the captures of a report's documents, of their pages, and of the lists that led there.

    Args:
        store: the store.
        text: ``<report id>`` or ``<agency>/<year>``, as in the last release.

    Raises:
        dataset.trace.TraceError: no release, or no such report.
    """
    version, report = released_report(store, address_of(text))
    wanted: dict[str, set[str]] = {}
    for row in released_rows(store, version, "documents", report["report_id"]):
        wanted.setdefault(row["site"], set()).add(row["source_url"])
    keys = {site: _with_trail(refresh_state(store, site, save=False), urls) for site, urls in wanted.items()}

    def captures() -> Iterator[Capture]:
        for site, chosen in sorted(keys.items()):
            yield from (one for one in read_captures(store, site) if one.resource_key in chosen)

    return Selection(
        report["report_id"],
        f"{report['title'] or report['agency']} ({report['report_id']})",
        "The documents of one report in all their versions, their pages, and the lists that led there.",
        captures,
    )


def _with_trail(state: SiteState, urls: set[str]) -> frozenset[str]:
    """Return the keys of resources, of the pages that led to them, and of what those pages asked for."""
    by_url: dict[str, list[str]] = {}
    asked: dict[str, list[str]] = {}
    for key, resource in state.resources.items():
        by_url.setdefault(resource.url.removesuffix(RENDERED), []).append(key)
        if resource.trail.anchor == ASKED and resource.trail.listing is not None:
            asked.setdefault(resource.trail.listing, []).append(key)
    found: set[str] = set()
    open_urls = [url.removesuffix(RENDERED) for url in sorted(urls)]
    seen: set[str] = set()
    while open_urls:
        url = open_urls.pop()
        if url in seen:
            continue
        seen.add(url)
        found.update(asked.get(url, ()))
        for key in by_url.get(url, ()):
            found.add(key)
            resource = state.resources[key]
            before = (resource.parent, resource.trail.listing)
            open_urls += [one.removesuffix(RENDERED) for one in before if one is not None]
    return frozenset(found)


def export_selection(store: ObjectStore, selection: Selection, path: Path) -> Exported:
    """Write a selection as a WACZ package."""
    return export_wacz(
        path,
        Archive(store),
        selection.captures,
        _Titles(store),
        title=selection.title,
        description=selection.description,
    )


class _Titles:
    """The titles of reports, by the newest reader that has read them."""

    def __init__(self, store: ObjectStore) -> None:
        self._records = [RecordStore(store, name) for name in reversed(extractors(store))]
        self._kinds: dict[tuple[int, str], dict[str, str]] = {}

    def __call__(self, capture: Capture) -> str | None:
        """Return the title of the report that a capture's body is, None where it is none."""
        if capture.sha256 is None:
            return None
        for number, records in enumerate(self._records):
            kinds = self._kinds.get((number, capture.site))
            if kinds is None:
                kinds = self._kinds[number, capture.site] = records.load_manifest(capture.site)
            kind = kinds.get(capture.sha256)
            if kind == "report":
                return _title(records, capture)
            if kind is not None:
                return None
        return None


def _title(records: RecordStore, capture: Capture) -> str:
    said = [
        (part.get("report") or {}).get("title") for part in parts_of(records.get(capture.sha256 or "") or {})
    ]
    titles = [title for title in dict.fromkeys(said) if title]
    return " / ".join(titles[:3]) or capture.trail.anchor or capture.url
