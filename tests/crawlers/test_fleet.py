"""Three hundred sites, two nights: polite to each, nothing lost, nothing asked twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sim_fleet import Member, make_fleet, serve_fleet

from storage import open_store, read_captures

pytestmark = [pytest.mark.slow, pytest.mark.prefect, pytest.mark.timeout(1200)]

ROOT = Path(__file__).parents[2]

DELAY = 0.1
SITES, DEAD, WALLED = 300, 10, 12


def _entry(member: Member) -> dict[str, Any]:
    return {
        "id": member.name,
        "name": "青山区人民政府",
        "region": "410711",
        "start": [member.site.base + member.start],
        "delay": DELAY,
        "render": "never",
        "allow_private": True,
    }


NIGHT = """
import json, sys
from flows.server import prefect_api

job = json.load(sys.stdin)
with prefect_api(job["store"]):
    from flows.nightly import nightly

    summary = nightly(store=job["store"], entries=job["entries"], settings=job["settings"])
print(json.dumps(summary), file=sys.stderr)
"""


def _night(store: str, entries: list[dict[str, Any]], settings: dict[str, Any], home: Path) -> dict[str, Any]:
    """Have the nightly flow, with a Prefect server of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "XDG"))}
    done = subprocess.run(
        [sys.executable, "-c", NIGHT],
        input=json.dumps({"store": store, "entries": entries, "settings": settings}),
        cwd=ROOT,
        env={**kept, "HOME": str(home), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    summary: dict[str, Any] = json.loads(done.stderr.rstrip().rpartition("\n")[2])
    return summary


def test_a_fleet_in_two_nights(tmp_path: Path) -> None:
    store = f"file://{tmp_path}/store"
    fleet = make_fleet(SITES, DEAD, WALLED)
    kinds = Counter(member.kind for member in fleet)
    assert (kinds["dead"], kinds["good"]) == (DEAD, SITES - DEAD - WALLED)
    settings = {"retries": 0, "backoff": 0.1, "wall_retry": 0.3, "timeout": 30}
    asked: list[dict[str, list[Any]]] = []
    summaries = []
    with serve_fleet(fleet):
        for _ in range(2):
            summaries.append(_night(store, [_entry(member) for member in fleet], settings, tmp_path))
            asked.append({member.name: list(member.site.asked) for member in fleet})
            for member in fleet:
                # As the servers saw it: never two requests at once, never one too soon.
                assert member.site.most_together <= 1, member.name
                assert min(member.site.gaps(), default=DELAY) >= DELAY * 0.98, member.name
                member.site.forget()
    first, second = summaries
    alerts = {name: set() for name in (m.name for m in fleet)}
    for alert in first["alerts"]:
        alerts[alert["site"]].add(alert["code"])
    archive = open_store(store)
    documents = 0
    for member in fleet:
        crawl = first["sites"][member.name]["crawl"]
        captures = [c for c in read_captures(archive, member.name) if c.run == first["run"]]
        found = {
            c.final_url.removeprefix(member.site.base) for c in captures if c.role != "listing" and c.sha256
        }
        if member.kind == "good":
            found = {path for path in found if "?" not in path or path in member.wanted}
            assert found == member.wanted, member.name
            assert alerts[member.name] == set()
            documents += crawl["documents"]
        elif member.kind == "dead":
            assert found == set()
            assert alerts[member.name] == {"no_answer"}
            assert set(crawl["outcomes"]) == {"error:connection_refused"}
        else:
            assert found == set()
            assert set(crawl["outcomes"]) == {"new", f"blocked:{member.kind}"}
            assert alerts[member.name] == {"walls"}
    assert first["walls"] == Counter(m.kind for m in fleet if m.kind not in {"good", "dead"})
    assert first["counts"]["sites_failed"] == DEAD

    # The second night: lists only, and no body that a 304 could stand for.
    needless: list[str] = []
    expected = made = 0
    for member in fleet:
        if member.kind != "good":
            continue
        before, now = asked[0][member.name], asked[1][member.name]
        made += len(now)
        expected += len(before) - sum(asking.path in member.wanted for asking in before)
        needless += [asking.path for asking in now if asking.path in member.wanted]
        services = member.site.endpoints
        needless += [a.path for a in now if a.status == 200 and a.path not in services]
    assert needless == []
    # Pages that only led to the columns are not asked again either.
    assert 0 < made <= expected
    assert made <= 8 * kinds["good"]
    assert second["counts"]["kept"] == documents
    assert (second["counts"]["new"], second["counts"]["changed"], second["counts"]["gone"]) == (0, 0, 0)
