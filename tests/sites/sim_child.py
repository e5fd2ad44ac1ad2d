"""Runs the crawler's child process for tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from storage import Capture, new_run_id, open_store, read_captures

ROOT = Path(__file__).parents[2]


@dataclass
class Crawled:
    """What a child process did."""

    code: int
    figures: dict[str, Any]
    events: list[dict[str, Any]]
    errors: str
    run: str
    store: str

    def site(self, name: str = "site") -> dict[str, Any]:
        found: dict[str, Any] = self.figures["sites"][name]
        return found

    def captures(self, name: str = "site") -> list[Capture]:
        """The captures of this run."""
        return [c for c in read_captures(open_store(self.store), name) if c.run == self.run]


def entry(*start: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": "site",
        "name": "青山区人民政府",
        "region": "410711",
        "start": list(start),
        "allow_private": True,
        "delay": 0.0,
        **fields,
    }


def run_child(folder: Path, *sites: dict[str, Any], store: str | None = None, **settings: Any) -> Crawled:
    """Run `python -m crawlers` on sites, in its own process group."""
    url = store or f"file://{folder}/store"
    name = new_run_id(datetime.now(UTC))
    out = folder / f"{name}.out.json"
    job = folder / f"{name}.json"
    quick = {"backoff": 0.05, "wall_retry": 0.05, "timeout": 10, **settings}
    job.write_text(
        json.dumps({"run": name, "store": url, "sites": sites, "settings": quick, "out": str(out)})
    )
    done = subprocess.run(
        [sys.executable, "-m", "crawlers", str(job)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        start_new_session=True,
        env={**os.environ, "PYTHONWARNINGS": "default"},
    )
    figures = json.loads(out.read_text()) if out.exists() else {}
    events = [json.loads(line) for line in done.stdout.splitlines()]
    return Crawled(done.returncode, figures, events, done.stderr, name, url)
