"""The archive: bodies, captures, states and records in one object store.

The store is one URL (`open_store`): a folder on disk or a bucket that speaks S3, with the same few operations
and the same semantics (`ObjectStore`). On top of it:

    raw/sha256/<aa>/<sha256>            `Archive`         bodies as received; written once, never changed
    captures/<site>/<run>/<n>.jsonl     `CaptureWriter`   what was asked and what came back: the truth
    sites/<site>/state.json             `refresh_state`   what is known of a site, folded from its captures
    records/<extractor>/…               `RecordStore`     what was read from bodies
    packs/<name>.tar                    `storage.packs`   copies of bodies side by side, for bulk reading
    leases/<site>.json                  `SiteLease`       which run crawls a site now (storage.leases)

JSON that has no hash for a name carries a seal (`storage.seal`), segments a last line (`storage.segments`),
so that one flipped bit anywhere is found. A body that a person removed leaves a tombstone
(`storage.tombstones`).

Order of every write: bytes durable -> capture -> state -> record. A process killed between any two leaves
nothing lost and nothing wrong: a body that no capture names is asked for again, a state that lags is folded
again, a record that is missing is made again. Nothing here lists the whole store, except `storage.fixity`,
which is there to do that.
"""

from storage.address import open_store
from storage.archive import Archive, BodyCorruptError, BodyRemovedError
from storage.captures import (
    GOOD_OUTCOMES,
    Capture,
    CaptureError,
    CaptureWriter,
    Trail,
    read_captures,
    timestamp,
)
from storage.fixity import Counts, Finding, verify
from storage.objects import (
    InvalidKeyError,
    ObjectInfo,
    ObjectNotFoundError,
    ObjectStore,
    StoreError,
    StoreUnreachableError,
)
from storage.records import RecordError, RecordStore, canonical_json, extractors, parse_json, parts_of
from storage.runs import new_run_id
from storage.secrets import redact_headers, redact_text, redact_url
from storage.state import (
    Resource,
    SiteState,
    StateError,
    Version,
    fold,
    load_state,
    rebuild_state,
    refresh_state,
    save_state,
)

__all__ = [
    "GOOD_OUTCOMES",
    "Archive",
    "BodyCorruptError",
    "BodyRemovedError",
    "Capture",
    "CaptureError",
    "CaptureWriter",
    "Counts",
    "Finding",
    "InvalidKeyError",
    "ObjectInfo",
    "ObjectNotFoundError",
    "ObjectStore",
    "RecordError",
    "RecordStore",
    "Resource",
    "SiteState",
    "StateError",
    "StoreError",
    "StoreUnreachableError",
    "Trail",
    "Version",
    "canonical_json",
    "extractors",
    "fold",
    "load_state",
    "new_run_id",
    "open_store",
    "parse_json",
    "parts_of",
    "read_captures",
    "rebuild_state",
    "redact_headers",
    "redact_text",
    "redact_url",
    "refresh_state",
    "save_state",
    "timestamp",
    "verify",
]
