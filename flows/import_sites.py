"""Whose an imported address is, and what an import adds to that site."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from urllib.parse import urlsplit

from crawlers.guard import HostGuard, HostNotAllowedError, PrivateAddressError, authority
from crawlers.registry import Site
from dataset.sites import load_entry
from flows.import_answers import AnswerError
from flows.run import UnknownSiteError, choose_sites, entry_key
from storage import (
    GOOD_OUTCOMES,
    Capture,
    CaptureWriter,
    ObjectStore,
    SiteState,
    read_captures,
    redact_url,
    refresh_state,
)
from storage.fixity import known_sites

_BATCH = 500


def sites_for_import(
    store: ObjectStore, registry: Sequence[str] | None = None, only: str | None = None
) -> list[Site]:
    """Return the sites whose captures may be imported.

    Args:
        store: the archive; sites of another registry that it has already count too.
        registry: registry files; None for the bundled ones.
        only: one site.

    Raises:
        UnknownSiteError: there is no such site.
        crawlers.registry.RegistryError: a registry file cannot be used.
    """
    found = {site.id: site for site in choose_sites(None, registry)}
    for name in known_sites(store):
        if name not in found and store.stat(entry_key(name)) is not None:
            found[name] = Site.model_validate(load_entry(store, name))
    if only is None:
        return list(found.values())
    if only not in found:
        raise UnknownSiteError(f"no site {only!r} in the registry; `gongkai sites list` shows its sites")
    return [found[only]]


class Directory:
    """The sites of a registry by the hosts they may ask."""

    def __init__(self, sites: Iterable[Site]) -> None:
        self._guards: dict[str, HostGuard] = {}
        self._sites: dict[str, Site] = {}
        self._by_host: dict[str, list[str]] = {}
        for site in sites:
            guard = HostGuard(site.start, site.hosts, allow_private=site.allow_private)
            self._sites[site.id], self._guards[site.id] = site, guard
            for host in guard.hosts:
                self._by_host.setdefault(host, []).append(site.id)

    def entry(self, site: str) -> Site:
        """Return the entry of a site."""
        return self._sites[site]

    def site_of(self, url: str, named: str | None) -> str:
        """Return the site that may ask an address.

        Args:
            url: the address.
            named: the site that a capture of ours was made for.

        Raises:
            AnswerError: there is none, or it cannot be told which.
        """
        try:
            host = authority(url)
        except ValueError as error:
            raise AnswerError("bad_url", f"no address that could be asked: {error}") from error
        known = self._by_host.get(host, [])
        if not known:
            raise AnswerError("unknown_host", host)
        site = named if named in known else _nearest(url, [self._sites[name] for name in known])
        if site is None:
            raise AnswerError(
                "ambiguous_host", f"{host} is one of {', '.join(sorted(known))}; name it: --site"
            )
        self.check(url, site)
        return site

    def check(self, url: str, site: str) -> None:
        """Raise AnswerError unless the site may ask an address."""
        try:
            self._guards[site].check(url)
        except (HostNotAllowedError, PrivateAddressError, ValueError) as error:
            raise AnswerError("host_not_allowed", f"{error} (site {site})") from error


def _nearest(url: str, sites: list[Site]) -> str | None:
    """Return the site whose start address shares the longest path with an address; None for a tie."""
    if len(sites) == 1:
        return sites[0].id
    path = urlsplit(url).path.split("/")

    def shared(site: Site) -> int:
        starts = (urlsplit(start).path.split("/") for start in site.entries)
        return max(
            sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(path, one, strict=False)))
            for one in starts
        )

    ranked = sorted(((shared(site), site.id) for site in sites), reverse=True)
    return ranked[0][1] if ranked[0][0] > ranked[1][0] else None


class SiteImport:
    """What an import adds to one site."""

    def __init__(self, store: ObjectStore, site: str, run: str) -> None:
        self.id = site
        self.added = 0
        self._run = run
        state = refresh_state(store, site)
        self._seen = dict(_sightings(state))
        self._writer = CaptureWriter(store, site, run, after=state.latest_run)
        self._known = {_fingerprint(capture) for capture in read_captures(store, site)}

    def add(self, capture: Capture) -> bool:
        """Take a capture; False where the archive has it already."""
        mark = _fingerprint(capture)
        if mark in self._known:
            return False
        self._known.add(mark)
        capture = replace(capture, id=self._writer.next_id(), run=self._run, site=self.id)
        self._writer.add(capture)
        self.added += 1
        if capture.sha256 is not None and capture.outcome in GOOD_OUTCOMES:
            sightings = self._seen.setdefault(redact_url(capture.resource_key), [])
            sightings.append((capture.time, capture.sha256))
        if len(self._writer) >= _BATCH:
            self._writer.flush()
        return True

    def before(self, key: str, time: str) -> str | None:
        """Return the body that a resource had last before a time."""
        earlier = [seen for seen in self._seen.get(redact_url(key), ()) if seen[0] <= time]
        return max(earlier)[1] if earlier else None

    def outcome(self, capture: Capture, *, unmodified: bool) -> str:
        """Return the outcome of a good answer, by what was known of the resource at its time."""
        if unmodified:
            return "unchanged_304"
        earlier = self.before(capture.resource_key, capture.time)
        if earlier is None:
            return "new"
        return "unchanged_hash" if earlier == capture.sha256 else "changed"

    def end(self, store: ObjectStore) -> bool:
        """Write what waits and fold it into the state; False where there was nothing to add."""
        self._writer.close()
        if self.added:
            refresh_state(store, self.id)
        return self.added > 0


def _sightings(state: SiteState) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for key, resource in state.resources.items():
        yield (
            key,
            [
                (time, version.sha256)
                for version in resource.versions
                for time in dict.fromkeys((version.first_seen, version.last_seen))
            ],
        )


def _fingerprint(capture: Capture) -> bytes:
    said = [redact_url(capture.resource_key), capture.time, capture.status, capture.sha256]
    return hashlib.sha256(json.dumps(said).encode()).digest()[:16]
