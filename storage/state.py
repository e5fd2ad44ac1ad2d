"""What is known of a site: folded from its captures, kept so that a nightly run need not read them all again.

`fold` takes captures in any order, in any portions, and any of them twice: the state is the same (each field
is the earliest, the latest, or the word of the latest capture that can speak of it, by time and then id). So
two runs of one site do no harm to each other, whoever saves the state last, and a lost state is rebuilt from
the captures.

- A good answer (`storage.captures.GOOD_OUTCOMES`) moves `last_seen`. Of the answers that carried a body the
  latest says hash, size, types and validators, which belong together: `etag` is the validator of `sha256`.
- A wall, an error or a page that is gone erases nothing that was known.
- `gone_since` is the first "gone" (404, 410) after the last good answer; the versions stay.
- Versions are the distinct bodies of a resource. A body that comes back opens its version again: `first_seen`
  stays, `last_seen` moves; what was seen in between is between them.

Layout: ``sites/<site>/state.json``. It remembers how many segments of which runs it holds. `refresh_state`
looks for more only among the runs that began less than `WINDOW` before the latest one, so its cost does not
grow with the years. What a run adds later than that is found by `rebuild_state`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from storage.captures import (
    GOOD_OUTCOMES,
    Capture,
    Trail,
    check_name,
    list_segments,
    parse_segment_key,
    read_segment,
)
from storage.objects import ObjectNotFoundError, ObjectStore, StoreError
from storage.runs import run_began, run_moment
from storage.seal import SealError, seal, unseal

FORMAT = 1
"""Number of this form of the state; a state of another form is rebuilt."""

WINDOW = timedelta(days=7)
"""How long after its beginning a run may still add captures that `refresh_state` finds."""

_log = logging.getLogger(__name__)


class StateError(StoreError):
    """The state of a site cannot be read; it can be rebuilt from the captures."""


@dataclass(frozen=True, slots=True)
class Version:
    """One content of a resource.

    Attributes:
        sha256: hash of the body.
        first_seen: time of the first good answer with it.
        last_seen: time of the last good answer with it.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)

    sha256: str
    first_seen: str
    last_seen: str


@dataclass(frozen=True, slots=True)
class Resource:
    """What is known of one address (for POST: address and body).

    Attributes:
        url: the address.
        method: ``GET`` or ``POST``.
        role: as in the capture.
        last_outcome: outcome of the latest capture.
        last_status: its HTTP status.
        last_time: its time.
        last_id: its id.
        sha256: hash of the latest body received, None while there is none.
        size: its bytes.
        media_type: as its server declared it.
        sniffed_type: by its content.
        etag: the validator that came with it.
        last_modified: the other validator that came with it.
        body_time: when it was received.
        body_id: id of the capture that received it.
        first_seen: time of the first good answer, None while there is none.
        last_seen: time of the last good answer.
        good_id: its capture's id.
        parent: for an attachment the address of its page.
        trail: how the crawler came here, at the last good answer.
        gone_times: times of the "gone" answers after the last good one.
        versions: its distinct bodies, by the time each was first seen.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)

    url: str
    method: str
    role: str
    last_outcome: str
    last_status: int | None
    last_time: str
    last_id: str
    sha256: str | None = None
    size: int | None = None
    media_type: str | None = None
    sniffed_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_time: str | None = None
    body_id: str | None = None
    first_seen: str | None = None
    last_seen: str | None = None
    good_id: str | None = None
    parent: str | None = None
    trail: Trail = field(default_factory=Trail)
    gone_times: tuple[str, ...] = ()
    versions: tuple[Version, ...] = ()

    @property
    def gone_since(self) -> str | None:
        """When it was first found gone after the last good answer; None where it was not."""
        return self.gone_times[0] if self.gone_times else None


@dataclass(frozen=True, slots=True)
class SiteState:
    """What is known of a site.

    Attributes:
        site: its id.
        resources: by `Capture.resource_key`.
        folded: of each recent run, how many of its segments are in here.
        state: number of this form.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)

    site: str
    resources: dict[str, Resource] = field(default_factory=dict)
    folded: dict[str, int] = field(default_factory=dict)
    state: int = FORMAT

    @property
    def latest_run(self) -> tuple[str, int] | None:
        """The latest run that is in here, and how many segments of it."""
        return max(self.folded.items(), default=None)


_ADAPTER = TypeAdapter(SiteState)


def fold(state: SiteState, captures: Iterable[Capture]) -> SiteState:
    """Return the state with `captures` in it, in whatever order they come, in it already or not."""
    resources = dict(state.resources)
    for capture in captures:
        key = capture.resource_key
        resources[key] = _fold_one(resources.get(key), capture)
    return replace(state, resources=resources)


def state_key(site: str) -> str:
    """Return the key of a site's state."""
    return f"sites/{check_name(site, 'site')}/state.json"


def load_state(store: ObjectStore, site: str) -> SiteState:
    """Return a site's state as it was saved, an empty one where none was. Before a crawl use `refresh_state`.

    Raises:
        StateError: what was saved cannot be read, or was saved in another form.
    """
    key = state_key(site)
    try:
        data = store.get(key)
    except ObjectNotFoundError:
        return SiteState(site)
    try:
        state = _ADAPTER.validate_json(unseal(data))
    except (SealError, ValidationError) as error:
        raise StateError(
            f"{key} in {store.url} cannot be read; rebuild it with `gongkai verify --rebuild`"
        ) from error
    if state.state != FORMAT or state.site != site:
        raise StateError(f"{key} in {store.url} has another form; rebuild it with `gongkai verify --rebuild`")
    return state


def save_state(store: ObjectStore, site: str, state: SiteState) -> None:
    """Save a site's state: the same bytes for the same state."""
    if state.site != site:
        raise StateError(f"this is the state of {state.site}, not of {site}")
    ordered = replace(
        state, resources=dict(sorted(state.resources.items())), folded=dict(sorted(state.folded.items()))
    )
    store.put(state_key(site), seal(_ADAPTER.dump_json(ordered, warnings="error")))


def refresh_state(
    store: ObjectStore, site: str, *, now: datetime | None = None, save: bool = True
) -> SiteState:
    """Bring a site's state up to date with its captures, save it if that changed it, and return it.

    Args:
        store: the store.
        site: the site's id.
        now: the present moment; the clock's where not given.
        save: False writes nothing, for those who only look.
    """
    try:
        state = load_state(store, site)
    except StateError as error:
        _log.warning("%s; rebuilding it now", error)
        if save:
            return rebuild_state(store, site, now=now)
        state = SiteState(site)
    latest = _catch_up(store, state, now or datetime.now(UTC))
    if save and latest != state:
        save_state(store, site, latest)
    return latest


def rebuild_state(store: ObjectStore, site: str, *, now: datetime | None = None) -> SiteState:
    """Fold all captures of a site anew, save the state and return it."""
    state = _catch_up(store, SiteState(site), now or datetime.now(UTC))
    save_state(store, site, state)
    return state


def _catch_up(store: ObjectStore, known: SiteState, now: datetime) -> SiteState:
    folded = dict(known.folded)
    state = known
    for key in list_segments(store, known.site, after_run=_horizon(folded, now)):
        _, run, number = parse_segment_key(key)
        if number >= known.folded.get(run, 0):
            state = fold(state, read_segment(store, key))
            folded[run] = max(folded.get(run, 0), number + 1)
    horizon = _horizon(folded, now)
    return replace(state, folded={run: count for run, count in folded.items() if run > horizon})


def _horizon(runs: Iterable[str], now: datetime) -> str:
    """Return what the ids of runs that may still grow sort after.

    A machine whose clock is ahead must not close the window for the others: no run counts as later than
    `now`. Runs whose id says no time (imports) are never waited for: they sort where they sort.
    """
    began = [moment for run in runs if (moment := run_began(run))]
    if not began:
        return ""
    return run_moment(min(max(began), now) - WINDOW)


def _fold_one(known: Resource | None, capture: Capture) -> Resource:
    stamp = (capture.time, capture.id)
    good = capture.outcome in GOOD_OUTCOMES
    if known is None:
        known = Resource(
            url=capture.url,
            method=capture.method,
            role=capture.role,
            last_outcome=capture.outcome,
            last_status=capture.status,
            last_time=capture.time,
            last_id=capture.id,
            parent=capture.parent,
            trail=capture.trail,
        )
    resource = known
    if stamp >= (known.last_time, known.last_id):
        resource = replace(
            resource,
            last_outcome=capture.outcome,
            last_status=capture.status,
            last_time=capture.time,
            last_id=capture.id,
        )
    if good:
        resource = _fold_good(resource, capture)
    elif known.last_seen is None and resource.last_id == capture.id:
        # While nothing good is known, the latest attempt says what the crawler took it for.
        resource = replace(resource, role=capture.role, parent=capture.parent, trail=capture.trail)
    if capture.outcome == "gone":
        resource = replace(resource, gone_times=tuple(sorted({*resource.gone_times, capture.time})))
    if resource.gone_times and resource.last_seen is not None:
        last_seen = resource.last_seen
        resource = replace(
            resource, gone_times=tuple(time for time in resource.gone_times if time > last_seen)
        )
    return resource


def _fold_good(resource: Resource, capture: Capture) -> Resource:
    if capture.sha256 is None:  # check_capture forbids it; a fold must not guess
        raise StateError(f"capture {capture.id}: a good answer that names no body")
    stamp = (capture.time, capture.id)
    if stamp >= (resource.last_seen or "", resource.good_id or ""):
        resource = replace(
            resource,
            last_seen=capture.time,
            good_id=capture.id,
            role=capture.role,
            parent=capture.parent,
            trail=capture.trail,
        )
    if capture.outcome != "unchanged_304" and stamp >= (resource.body_time or "", resource.body_id or ""):
        headers = {name.lower(): value for name, value in capture.response_headers.items()}
        resource = replace(
            resource,
            sha256=capture.sha256,
            size=capture.size,
            media_type=capture.media_type,
            sniffed_type=capture.sniffed_type,
            etag=headers.get("etag"),
            last_modified=headers.get("last-modified"),
            body_time=capture.time,
            body_id=capture.id,
        )
    return replace(
        resource,
        first_seen=min(resource.first_seen or capture.time, capture.time),
        versions=_with_version(resource.versions, capture.sha256, capture.time),
    )


def _with_version(versions: tuple[Version, ...], sha256: str, time: str) -> tuple[Version, ...]:
    by_hash = {version.sha256: version for version in versions}
    known = by_hash.get(sha256, Version(sha256, time, time))
    by_hash[sha256] = Version(sha256, min(known.first_seen, time), max(known.last_seen, time))
    return tuple(sorted(by_hash.values(), key=lambda version: (version.first_seen, version.sha256)))
