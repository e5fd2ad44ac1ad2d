"""The archive again with the current extractor, without network; what changed, by cell.

A body that the current extractor has read already is skipped. For any other, the new record is compared with
the record of the newest earlier extractor that read the same bytes. Records of earlier extractors stay as
they are: a release takes the current extractor's record of a body, and where it has none, the newest other.
Records that say that a limit was hit are tried again where that is asked for (`Options.retry_limits`).

The work is planned from states and manifests: every body of a report that the manifest of its site does not
name, each once, cut into shards of some hundred bodies. Shards are plain data and know nothing of each other;
`flows.executors` works through them anywhere. Records are written by the shards, manifests by the planner as
results come. A killed run loses no record: the next plan finds bodies without a manifest's word, and its
shards take the records that are there.

Bodies that are in packs (`flows.pack`) are read from them, the others one by one; the results are the same.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import count, islice
from types import TracebackType
from typing import Any, Self

import extraction
from extraction.workers import Extractor, is_limit
from extraction.workers.limits import MEMORY, SECONDS
from flows.executors import Executor, Result, Shard
from flows.extract import report_bodies
from flows.progress import emit
from flows.shard_source import Fetched, ShardSource
from flows.tally import Tally
from storage import (
    ObjectStore,
    RecordStore,
    extractors,
    refresh_state,
)
from storage.pack_care import load_packs, pack_keys

SHARD_SIZE = 500
"""Bodies of a shard: some ten seconds of work, and some 40 kB as parameters of a flow run."""

GROUP = 32
"""Records that are written together, while as many are read: a kill costs reading twice as many again."""

FEW = 3
"""A pack is worth its index for no fewer bodies of a shard."""

UNREADABLE = "unreadable"
"""Kind of the records that say that a limit was hit, and of others."""


class ReextractError(Exception):
    """A shard cannot be read here; the message is one line that says what to do."""


@dataclass(frozen=True)
class Options:
    """How to read again.

    Attributes:
        dry_run: write nothing; the answer is the same.
        sample: only this share of the bodies, 0 to 1; always the same ones.
        limit: only so many bodies, spread over the archive; always the same ones.
        shard_size: bodies of a shard.
        time_limit: seconds of processor time for a document.
        memory_limit: bytes for a document.
        retry_limits: read again what a limit or a crash kept this extractor from reading.
    """

    dry_run: bool = False
    sample: float | None = None
    limit: int | None = None
    shard_size: int = SHARD_SIZE
    time_limit: float = SECONDS
    memory_limit: int = MEMORY
    retry_limits: bool = False


@dataclass
class Plan:
    """What is to be read.

    Attributes:
        bodies: of all sites, each counted once.
        skipped: of them, those that manifests name.
        todo: hashes by site, 32 bytes each, one behind the other: two million of them must fit.
        again: of the bodies to be read, those that other sites have too: digest -> sites.
        packs: of the bodies to be read, those that are in a pack: digest -> pack.
    """

    bodies: int = 0
    skipped: int = 0
    todo: dict[str, bytearray] = field(default_factory=dict)
    again: dict[bytes, list[str]] = field(default_factory=lambda: defaultdict(list))
    packs: dict[bytes, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bodies to be read."""
        return sum(len(hashes) for hashes in self.todo.values()) // 32

    def each(self) -> Iterator[tuple[str, str]]:
        """Yield (site, hash) of each body to be read."""
        for site, hashes in self.todo.items():
            for start in range(0, len(hashes), 32):
                yield site, hashes[start : start + 32].hex()


def all_sites(store: ObjectStore) -> list[str]:
    """Return the ids of the sites the archive knows."""
    # Two objects a site: a listing of thousands, not of millions.
    return sorted({key.split("/")[1] for key in store.list("sites/")})


def reextract(
    store: ObjectStore,
    executor: Executor,
    options: Options | None = None,
    sites: Sequence[str] | None = None,
) -> Tally:
    """Read the bodies of reports again.

    Args:
        store: the store.
        executor: what works through the shards.
        options: what is read, and how.
        sites: ids; all that the archive knows if not given.
    """
    options = options or Options()
    plan = make_plan(store, all_sites(store) if sites is None else sites, options)
    tally = Tally(bodies=plan.bodies, skipped=plan.skipped)
    find_packs(store, plan, tally.problems)
    emit("reextract", "begin", total=plan.size)
    on_the_way: deque[Shard] = deque()

    def travelling() -> Iterator[Shard]:
        for shard in make_shards(store, plan, options):
            on_the_way.append(shard)
            yield shard

    manifests = _Manifests(store, plan)
    done = 0
    for result in executor.run(travelling(), read_shard):
        shard = on_the_way.popleft()
        if result["number"] != shard["number"]:
            raise ReextractError(f"shard {result['number']} came where {shard['number']} was due")
        tally.add(Tally.from_dict(result["tally"]))
        if not options.dry_run:
            manifests.add(shard["documents"], result["kinds"])
        done += len(shard["documents"])
        emit("reextract", "shard_done", number=shard["number"], done=done)
    if not options.dry_run:
        manifests.close()
    emit("reextract", "end", read=tally.read, differing=tally.differing)
    return tally


def make_plan(store: ObjectStore, sites: Iterable[str], options: Options) -> Plan:
    """Return what is to be read: the same for the same archive."""
    records = RecordStore(store, extraction.EXTRACTOR)
    plan = Plan()
    seen: set[bytes] = set()
    for site in sites:
        state = refresh_state(store, site, save=not options.dry_run)
        manifest = records.load_manifest(site)
        todo = bytearray()
        for sha256 in report_bodies(state):
            digest = bytes.fromhex(sha256)
            # Which of these are to be tried again, the shard finds in their records.
            is_read = sha256 in manifest and not (options.retry_limits and manifest[sha256] == UNREADABLE)
            if digest in seen:
                if not is_read:
                    plan.again[digest].append(site)
                continue
            seen.add(digest)
            plan.bodies += 1
            if is_read:
                plan.skipped += 1
            elif options.sample is None or int(sha256[:16], 16) < options.sample * 2**64:
                todo += digest
        if todo:
            plan.todo[site] = todo
    if options.limit is not None and plan.size > options.limit:
        # Hashes are spread over the archive like nothing else, and the lowest are always the same.
        chosen = set(heapq.nsmallest(options.limit, (sha256 for _, sha256 in plan.each())))
        kept: dict[str, bytearray] = defaultdict(bytearray)
        for site, sha256 in plan.each():
            if sha256 in chosen:
                kept[site] += bytes.fromhex(sha256)
        plan.todo = dict(kept)
    return plan


def find_packs(store: ObjectStore, plan: Plan, problems: list[str]) -> None:
    """Look up which packs the bodies of a plan are in, where that costs less than it saves."""
    keys = pack_keys(store) if plan.size >= FEW else []
    if plan.size < FEW * len(keys):
        return
    todo = {bytes.fromhex(sha256) for _, sha256 in plan.each()}
    for pack in load_packs(store, keys, problems):
        plan.packs.update((digest, pack.key) for digest in todo.intersection(map(bytes.fromhex, pack.places)))


def make_shards(store: ObjectStore, plan: Plan, options: Options) -> Iterator[Shard]:
    """Yield the shards of a plan: plain data, the same for the same plan."""
    known = extractors(store)
    common = {
        "store": store.url,
        "extractor": extraction.EXTRACTOR,
        # The newest first.
        "earlier": [name for name in reversed(known) if name != extraction.EXTRACTOR],
        # Where this extractor has read nothing yet, no record of it need be looked for.
        "look": extraction.EXTRACTOR in known,
        "dry_run": options.dry_run,
        "retry": options.retry_limits,
        "limits": {"time_limit": options.time_limit, "memory_limit": options.memory_limit},
    }
    each = plan.each()
    for number in count():
        documents = [list(one) for one in islice(each, options.shard_size)]
        if not documents:
            return
        packs = Counter(plan.packs.get(bytes.fromhex(sha256), "") for _, sha256 in documents)
        worth = sorted(key for key, bodies in packs.items() if key and bodies >= FEW)
        yield {"number": number, **common, "documents": documents, "packs": worth}


class _Manifests:
    """What the manifests gain, written when the last body of a site is behind us."""

    def __init__(self, store: ObjectStore, plan: Plan) -> None:
        self._records = RecordStore(store, extraction.EXTRACTOR)
        self._plan = plan
        self._open: dict[str, dict[str, str]] = defaultdict(dict)
        self._others: dict[str, dict[str, str]] = defaultdict(dict)

    def add(self, documents: Sequence[Sequence[str]], kinds: Sequence[str | None]) -> None:
        """Take the kinds of a shard's bodies; None is a body that was not read."""
        for (site, sha256), kind in zip(documents, kinds, strict=True):
            if kind is None:
                continue
            self._open[site][sha256] = kind
            for other in self._plan.again.get(bytes.fromhex(sha256), ()):
                self._others[other][sha256] = kind
        last = documents[-1][0]
        for site in [site for site in self._open if site != last]:
            self._save(site, self._open.pop(site))

    def close(self) -> None:
        """Write what is left."""
        for kinds in (self._open, self._others):
            for site, added in kinds.items():
                self._save(site, added)

    def _save(self, site: str, added: Mapping[str, str]) -> None:
        manifest = self._records.load_manifest(site)
        if not added.items() <= manifest.items():
            self._records.save_manifest(site, {**manifest, **added})


# -- one shard


def read_shard(shard: Shard, extractor: Extractor) -> Result:
    """Read the bodies of a shard that have no record of the current extractor; the result can travel.

    Raises:
        ReextractError: this is not the extractor that the shard was planned for.
    """
    if shard["extractor"] != extraction.EXTRACTOR:
        raise ReextractError(
            f"the extractor here is {extraction.EXTRACTOR}, the shard was planned for {shard['extractor']}; "
            "install the same version of gongkai everywhere"
        )
    documents = shard["documents"]
    kinds: list[str | None] = [None] * len(documents)
    waiting: dict[int, Fetched] = {}
    tally = Tally()
    source = ShardSource(shard, tally.problems)

    def bodies() -> Iterator[tuple[int, bytes, None, None]]:
        for fetched in source.each([sha256 for _, sha256 in documents]):
            number = fetched.number
            if fetched.problem is not None:
                tally.problems.append(fetched.problem)
            if fetched.kind is not None:
                kinds[number] = fetched.kind
                tally.skipped += 1
            elif fetched.body is not None:
                waiting[number] = replace(fetched, body=None)
                yield number, fetched.body, None, None

    with _Writer(source.records, dry_run=shard["dry_run"]) as writer:
        for number, reading in extractor.readings(bodies()):
            site, sha256 = documents[number]
            fetched = waiting.pop(number)
            record = reading.record
            if fetched.retried is None:
                writer.add(sha256, reading.data)
            elif is_limit(record):
                record = fetched.retried  # again: what was said stays
            else:
                writer.replace(sha256, fetched.retried, reading.data)
            tally.compare(site, sha256, source.earlier(fetched, reading), record)
            kinds[number] = record["kind"]
            emit("reextract", "document", site, sha256=sha256)
    return {"number": shard["number"], "tally": tally.as_dict(), "kinds": kinds}


class _Writer:
    """Keeps records in groups: one waits for the disk while the next is read.

    All are durable at the end of its block, before anybody is told that the shard is done.
    """

    def __init__(self, records: RecordStore, *, dry_run: bool) -> None:
        self._records, self._dry_run = records, dry_run
        self._new: list[tuple[str, bytes]] = []
        self._replaced: list[tuple[str, dict[str, Any], bytes]] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="records")
        self._writing: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._thread:
            if kind is None:
                self._write()
                self._wait()

    def add(self, sha256: str, data: bytes) -> None:
        """Keep the record of a body that has none."""
        self._new.append((sha256, data))
        self._write_full()

    def replace(self, sha256: str, old: dict[str, Any], data: bytes) -> None:
        """Keep a record in the place of one that says that a limit was hit."""
        self._replaced.append((sha256, old, data))
        self._write_full()

    def _write_full(self) -> None:
        if len(self._new) + len(self._replaced) == GROUP:
            self._write()

    def _write(self) -> None:
        self._wait()
        if not self._dry_run:
            self._writing = self._thread.submit(self._put, self._new, self._replaced)
        self._new, self._replaced = [], []

    def _put(self, new: list[tuple[str, bytes]], replaced: list[tuple[str, dict[str, Any], bytes]]) -> None:
        self._records.put_new_many(new)
        for one in replaced:
            self._records.replace(*one)

    def _wait(self) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.result()
