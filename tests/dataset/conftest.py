"""A small archive to make releases of: sites, captures and records written by hand."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pyarrow.parquet as pq
import pytest

from dataset.gates import load_bounds
from dataset.release import Publication
from dataset.release import publish as publish_release
from storage import Archive, Capture, CaptureWriter, ObjectStore, RecordStore, Trail, open_store
from storage.captures import Imported

EXTRACTOR = "2.0.0+new"
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
QUICK = replace(load_bounds(), datapackage_valid=False)
"""The gates without frictionless, which takes longer than all else; `test_metadata` runs it."""


def publish(
    store: ObjectStore, *, extractor: str = EXTRACTOR, now: datetime = NOW, **more: Any
) -> Publication:
    return publish_release(store, extractor=extractor, now=now, **{"bounds": QUICK, **more})


def rows(store: ObjectStore, name: str, version: str = "2026-11-22.1") -> list[dict[str, Any]]:
    """The rows of a released table, of all years in order."""
    found: list[dict[str, Any]] = []
    for key in sorted(store.list(f"releases/{version}/parquet/{name}")):
        year = [part.partition("=")[2] for part in key.split("/") if part.startswith("year=")]
        more = {"year": int(year[0])} if year else {}
        found += [{**row, **more} for row in pq.ParquetFile(io.BytesIO(store.get(key))).read().to_pylist()]
    return found


def make_record(
    data: bytes,
    cells: dict[str, tuple[Any, str]],
    *,
    extractor: str = EXTRACTOR,
    kind: str = "report",
    media_type: str = "text/html",
    agency: str | None = "甲区教育局",
    year: int | None = 2021,
    region: str | None = None,
    published: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    for name, (value, _) in cells.items():
        table, row, column = name.split(".")
        tables.setdefault(table, {}).setdefault(row, {})[column] = value
    return {
        "record": 1,
        "document": {
            "sha256": hashlib.sha256(data).hexdigest(),
            "bytes": len(data),
            "media_type": media_type,
        },
        "extractor": extractor,
        "kind": kind,
        "report": {
            "title": f"{agency}{year}年政府信息公开工作年度报告",
            "agency": agency,
            "year": year,
            "region": None if region is None else {"code": region, "name": "某地", "level": "county"},
            "edition": "2021",
            "editions": {"requests": "2021"},
            "scope": "own",
            "published": published,
        },
        "tables": tables,
        "cells": {
            name: {
                "raw": raw,
                "status": "blank" if value is None else "number",
                "unit": "件",
                "at": {"table": 0, "row": 5, "column": 2, "page": None, "bbox": None, "path": "/table[1]"},
                "confidence": 1.0,
            }
            for name, (value, raw) in cells.items()
        },
        "checks": [],
        "issues": [],
        **more,
    }


@dataclass
class SmallArchive:
    store: ObjectStore
    run: int = 0
    kinds: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def site(self, name: str, region: str | None = "410711", agency: str = "all") -> None:
        entry = {"id": name, "name": name, "region": region, "agency": agency}
        self.store.put(f"sites/{name}/entry.json", json.dumps(entry).encode())

    def seen(
        self,
        site: str,
        url: str,
        data: bytes | None,
        *,
        time: str = "2026-01-01T00:00:00Z",
        role: str = "document",
        parent: str | None = None,
        anchor: str | None = None,
        outcome: str = "new",
        imported: Imported | None = None,
    ) -> str:
        """Archive a body as seen at an address, and return its hash."""
        self.run += 1
        sha256 = Archive(self.store).put_body(data)[0] if data is not None else None
        writer = CaptureWriter(self.store, site, f"20260101T000000Z-{self.run:06x}")
        writer.add(
            Capture(
                id=writer.next_id(),
                run=f"20260101T000000Z-{self.run:06x}",
                site=site,
                role=role,
                url=url,
                final_url=url,
                time=time,
                outcome=outcome,
                status=200 if data is not None else 404,
                sha256=sha256,
                size=len(data) if data is not None else None,
                media_type="text/html",
                parent=parent,
                trail=Trail(listing="http://a/list", anchor=anchor),
                imported=imported,
            )
        )
        writer.close()
        return sha256 or ""

    def read(self, site: str, data: bytes, record: dict[str, Any]) -> None:
        """Keep the record of a body, in the manifest of a site too."""
        sha256 = hashlib.sha256(data).hexdigest()
        records = RecordStore(self.store, record["extractor"])
        records.put_new(sha256, record)
        kinds = self.kinds.setdefault((record["extractor"], site), {})
        kinds[sha256] = record["kind"]
        records.save_manifest(site, kinds)

    def report(self, site: str, url: str, data: bytes, cells: dict[str, tuple[Any, str]], **more: Any) -> str:
        """A report seen at an address and read."""
        about_record = {
            "agency", "year", "region", "media_type", "kind", "extractor", "checks", "issues", "sections",
            "mentions", "published",
        }  # fmt: skip
        record = make_record(data, cells, **{k: v for k, v in more.items() if k in about_record})
        self.read(site, data, record)
        return self.seen(site, url, data, **{k: v for k, v in more.items() if k not in about_record})


@pytest.fixture
def archive(tmp_path) -> SmallArchive:
    return SmallArchive(open_store(f"file://{tmp_path}/store"))
