"""A lease on a site: one run crawls it at a time.

Two runs of one site do no harm to the archive: bodies are created once, a run owns its segments. But the
site would be asked twice at a time, and each of the two would keep what the other has kept. So a run takes
the lease first, renews it while it works, and gives it back.

    leases/<site>.json    {"holder":…,"run":…,"place":…,"renewed":…,"seconds":…,"seal":…}

Clocks differ between machines, and a holder may be killed. Who finds a lease held

- takes it when it was given back, when its holder's process is gone from this very machine, or when by our
  own clock it was not renewed for its time and `SKEW`;
- leaves it alone when by our own clock it was renewed within its time;
- otherwise watches it: a lease that was not renewed while we waited its whole time, by our own stopwatch, is
  nobody's, whatever the clocks say.

A holder that lost its lease (it slept, or was cut off from the store) is told when it renews.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from storage.captures import check_name, timestamp
from storage.objects import ObjectNotFoundError, ObjectStore
from storage.seal import SealError, seal, unseal

SECONDS = 180.0
"""How long a lease holds without being renewed. A holder renews it three times as often."""

SKEW = 600.0
"""By how much clocks may differ before a lease is waited for that could be had at once."""

_POLL = 5.0


@dataclass(frozen=True, slots=True)
class Lease:
    """What stands in the object.

    Attributes:
        holder: random name of one holding; empty once it was given back.
        run: the run that holds it.
        place: the process: machine, boot, process id and its start.
        renewed: when, by the holder's clock.
        seconds: how long it holds.
    """

    holder: str
    run: str
    place: str
    renewed: str
    seconds: float


class SiteHeldError(Exception):
    """Another run crawls the site; the message says which."""


class SiteLease:
    """The lease of one site, as one run wants it. For one thread at a time."""

    def __init__(self, store: ObjectStore, site: str, run: str, *, seconds: float = SECONDS) -> None:
        self._store = store
        self._key = lease_key(site)
        self._site = site
        self._own = Lease(secrets.token_hex(8), run, own_place(), "", seconds)
        self._tag: str | None = None
        self._seen: tuple[str, float] | None = None  # the tag of another's lease, and when we first saw it
        self._renewed = 0.0
        self._looks_alive = False

    @property
    def is_held(self) -> bool:
        """Whether this run holds the lease, as far as it knows."""
        return self._tag is not None

    @property
    def is_due(self) -> bool:
        """Whether it is time to renew it."""
        return self.is_held and time.monotonic() - self._renewed >= self._own.seconds / 3

    def try_take(self) -> str | None:
        """Take the lease; return None where that succeeded, else who holds it."""
        for _ in range(3):  # another may be quicker, and then holds it
            try:
                data, tag = self._store.get_tagged(self._key)
            except ObjectNotFoundError:
                found, tag = None, None
            else:
                found = _parse(data)
            if found is not None and tag is not None and not self._is_free(found, tag):
                return f"run {found.run} ({found.place.partition(' ')[0]}), renewed {found.renewed}"
            if self._write(tag):
                return None
        return "another run, this moment"

    def take(self, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """Take the lease. One that its holder seems to renew is left alone at once, a stale one is watched.

        Raises:
            SiteHeldError: another run crawls the site.
        """
        end = time.monotonic() + 1.5 * self._own.seconds + _POLL
        while (holder := self.try_take()) is not None:
            if self._looks_alive or time.monotonic() >= end:
                raise SiteHeldError(f"site {self._site} is being crawled by {holder}")
            sleep(_POLL)

    def renew(self) -> bool:
        """Renew the lease; False where another has taken it."""
        if self._tag is None:
            return False
        if self._write(self._tag):
            return True
        self._tag = None
        return False

    def give_back(self) -> None:
        """Let others have it."""
        if self._tag is None:
            return
        free = Lease("", self._own.run, self._own.place, timestamp(datetime.now(UTC)), self._own.seconds)
        self._store.put_if(self._key, _bytes(free), self._tag)
        self._tag = None

    def _write(self, tag: str | None) -> bool:
        lease = Lease(
            self._own.holder, self._own.run, self._own.place, timestamp(datetime.now(UTC)), self._own.seconds
        )
        data = _bytes(lease)
        if not self._store.put_if(self._key, data, tag):
            return False
        # The tag of what we wrote; and whether it is ours, in a store where two writers may meet.
        found, self._tag = self._store.get_tagged(self._key)
        self._renewed = time.monotonic()
        if found != data:
            self._tag = None
        return self._tag is not None

    def _is_free(self, lease: Lease, tag: str) -> bool:
        if not lease.holder or _is_dead(lease.place):
            return True
        age = _age(lease.renewed)
        if age is not None and age > lease.seconds + SKEW:
            return True
        now = time.monotonic()
        if self._seen is None or self._seen[0] != tag:
            self._looks_alive = self._seen is not None or (age is not None and 0 <= age <= lease.seconds)
            self._seen = (tag, now)
        return now - self._seen[1] > lease.seconds


class Renewals:
    """Renews leases in a thread of its own, until it is closed."""

    def __init__(self, lost: Callable[[str], None]) -> None:
        """Make it; `lost` is told the site of a lease that another took, in that thread."""
        self._lost = lost
        self._leases: dict[str, SiteLease] = {}
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, site: str, lease: SiteLease) -> None:
        """Renew this one too."""
        with self._lock:
            self._leases[site] = lease
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="leases", daemon=True)
                self._thread.start()

    def give_back(self, site: str) -> None:
        """Give one back."""
        with self._lock:
            lease = self._leases.pop(site, None)
            if lease is not None:
                lease.give_back()

    def close(self) -> Iterable[str]:
        """Stop renewing; return the sites whose leases were not given back."""
        self._end.set()
        return list(self._leases)

    def renew_due(self) -> None:
        """Renew what is due."""
        with self._lock:
            for site, lease in list(self._leases.items()):
                if lease.is_due and not lease.renew():
                    del self._leases[site]
                    self._lost(site)

    def _work(self) -> None:
        from storage.objects import StoreError

        while not self._end.wait(1.0):
            try:
                self.renew_due()
            except StoreError:
                # The crawl meets the same store and says so; a lease that cannot be renewed ends by itself.
                continue


def lease_key(site: str) -> str:
    """Return the key of a site's lease."""
    return f"leases/{check_name(site, 'site')}.json"


def own_place() -> str:
    """Return what names this process among all that ever ran: ``machine boot pid start``."""
    return _place(os.getpid())


def _place(pid: int) -> str:
    machine = os.uname().nodename
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        space = Path("/proc/self/ns/pid").readlink()
        start = _start(pid)
    except OSError:
        return f"{machine} - {pid} -"  # no way to tell that it died: its lease is waited for
    return f"{machine} {boot}/{space} {pid} {start}"


def _is_dead(place: str) -> bool:
    """Whether the process ran on this machine, since it was started, and is gone."""
    try:
        machine, boot, pid, start = place.split(" ")
        own_machine, own_boot, _, _ = own_place().split(" ")
    except ValueError:
        return False
    if boot == "-" or (machine, boot) != (own_machine, own_boot) or not pid.isdecimal():
        return False
    try:
        return _start(int(pid)) != start
    except (FileNotFoundError, ProcessLookupError):
        return True
    except OSError:
        return False


def _start(pid: int) -> str:
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    if fields[0] == "Z":
        raise ProcessLookupError  # killed, and nobody has looked yet
    return fields[19]


def _bytes(lease: Lease) -> bytes:
    return seal(json.dumps(asdict(lease), ensure_ascii=False, separators=(",", ":")).encode())


def _parse(data: bytes) -> Lease | None:
    """Return the lease, None where it is damaged: nobody can renew that, so anybody may have it."""
    try:
        return Lease(**json.loads(unseal(data)))
    except (SealError, ValueError, TypeError):
        return None


def _age(renewed: str) -> float | None:
    try:
        moment = datetime.strptime(renewed, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return (datetime.now(UTC) - moment).total_seconds()
