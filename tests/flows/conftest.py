"""A store with two sites on it, seen but not read, and an extraction that answers at once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import pytest

import extraction
from extraction.workers import Reading
from storage import Archive, Capture, CaptureWriter, ObjectStore, canonical_json, open_store


@dataclass
class FakeRecord:
    data: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        return self.data


@dataclass
class FakeExtraction:
    """Reads ``kind figure`` bodies; what it was asked is kept."""

    read: list[bytes]
    plus: int = 0

    def extract(self, data: bytes) -> FakeRecord:
        self.read.append(data)
        kind, _, figure = data.decode().partition(" ")
        cells, tables = {}, {}
        if kind == "report":
            cells = {"requests.new.total": {"raw": figure, "status": "number"}}
            tables = {"requests": {"new": {"total": int(figure) + self.plus}}}
        return FakeRecord(
            {
                "document": {
                    "sha256": hashlib.sha256(data).hexdigest(),
                    "media_type": "text/html",
                    "bytes": len(data),
                },
                "extractor": extraction.EXTRACTOR,
                "kind": kind,
                "report": {"agency": "甲区教育局", "year": 2021},
                "tables": tables,
                "cells": cells,
                "checks": [{"id": "c", "holds": False, "cells": []}] if kind == "report" else [],
                "issues": [{"code": "odd", "severity": "warning", "message": "", "cells": []}],
            }
        )

    def readings(self, items):
        for key, data, _, _ in items:
            record = self.extract(data).to_dict()
            yield key, Reading(record, canonical_json(record))


@pytest.fixture
def fake(monkeypatch) -> FakeExtraction:
    found = FakeExtraction([])
    monkeypatch.setattr(extraction, "EXTRACTOR", "1.0.0+old")
    return found


@pytest.fixture
def store(tmp_path) -> ObjectStore:
    return open_store(f"file://{tmp_path}/store")


@pytest.fixture
def seen(store):
    """A function that archives bodies as seen on a site."""
    runs = iter(range(1000))

    def see(site: str, *bodies: bytes, role: str = "document") -> None:
        run = f"20260101T000000Z-{next(runs):06x}"
        writer = CaptureWriter(store, site, run)
        for number, body in enumerate(bodies):
            sha256, _ = Archive(store).put_body(body)
            url = f"http://{site}.example/{role}/{number}"
            writer.add(
                Capture(
                    id=writer.next_id(), run=run, site=site, role=role, url=url, final_url=url,
                    time="2026-01-01T00:00:00Z", outcome="new", status=200, sha256=sha256, size=len(body),
                )
            )  # fmt: skip
        writer.close()
        store.put(f"sites/{site}/entry.json", b"{}")

    return see
