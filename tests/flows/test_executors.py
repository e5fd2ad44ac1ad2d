"""Every executor gives the same: the same records, byte for byte, and the same account of what changed."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import extraction
from flows.executors import DaskCluster, ExecutorError, Local, call_by_name, in_window, name_of
from flows.reextract import Options, make_plan, make_shards, read_shard, reextract
from storage import Archive, Capture, CaptureWriter, RecordStore, open_store, refresh_state

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted((ROOT / "tests" / "corpus" / "documents").glob("*.html"))[:6]
OLD = "0.0.1+old"
SHARD = 2


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    """Six documents that an earlier extractor has read, one figure of each otherwise."""
    folder = tmp_path_factory.mktemp("archive")
    store = open_store(f"file://{folder}")
    writer = CaptureWriter(store, "a", "20260101T000000Z-000000")
    records = RecordStore(store, OLD)
    for number, path in enumerate(DOCUMENTS):
        data = path.read_bytes()
        sha256, _ = Archive(store).put_body(data)
        url = f"http://a.example/{number}"
        writer.add(
            Capture(
                id=writer.next_id(), run="20260101T000000Z-000000", site="a", role="document", url=url,
                final_url=url, time="2026-01-01T00:00:00Z", outcome="new", status=200, sha256=sha256,
                size=len(data),
            )
        )  # fmt: skip
        record = extraction.extract(data).to_dict()
        record["extractor"] = OLD
        record["kind"] = "report"
        for cell in list(record["cells"])[:1]:
            record["cells"][cell] = {**record["cells"][cell], "raw": "other", "status": "text"}
        records.put_new(sha256, record)
    writer.close()
    refresh_state(store, "a")
    return folder


def outcome(folder: Path, tally) -> str:
    """One hash over the account and every record with its key."""
    digest = hashlib.sha256(json.dumps(tally, sort_keys=True).encode())
    for path in sorted((folder / "records" / extraction.EXTRACTOR).rglob("*.json")):
        digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()


def run(archive: Path, folder: Path, executor) -> str:
    shutil.copytree(archive, folder)
    tally = reextract(open_store(f"file://{folder}"), executor, Options(shard_size=SHARD))
    assert tally.read == len(DOCUMENTS)
    return outcome(folder, tally.as_dict())


@pytest.fixture(scope="module")
def expected(archive, tmp_path_factory) -> str:
    return run(archive, tmp_path_factory.mktemp("here") / "store", Local())


def test_one_process_and_two(archive, expected, tmp_path) -> None:
    assert run(archive, tmp_path / "store", Local(processes=2)) == expected


def test_a_shard_called_by_its_name(archive, expected, tmp_path) -> None:
    class Named:
        def run(self, shards, function):
            for shard in shards:
                travelled = json.loads(json.dumps(shard))
                yield json.loads(json.dumps(call_by_name(name_of(function), travelled)))

    assert run(archive, tmp_path / "store", Named()) == expected


def test_the_window_is_kept_and_what_is_on_its_way_is_finished() -> None:
    sent: list[int] = []
    finished: list[int] = []

    def submit(shard):
        sent.append(shard["number"])
        assert len(sent) - len(finished) <= 3
        return shard["number"]

    def result(number: int):
        finished.append(number)
        if number in (4, 5):
            raise ValueError(number)
        return {"number": number}

    shards = ({"number": number} for number in range(100))
    results = in_window(shards, submit, result, 3)
    with pytest.raises(ValueError, match="4"):  # noqa: PT012
        for found in results:
            assert found["number"] < 4
    assert finished == [0, 1, 2, 3, 4, 5, 6]


@pytest.mark.skipif(find_spec("distributed") is not None, reason="Dask is installed")
def test_without_dask_the_extra_is_named() -> None:
    with pytest.raises(ExecutorError, match=r"gongkai\[dask\]"):
        DaskCluster("tcp://127.0.0.1:1")


@pytest.mark.slow
@pytest.mark.skipif(find_spec("distributed") is None, reason="Dask is not installed: the extra `dask`")
# Dask's own sockets and pools, found unclosed when it has gone.
@pytest.mark.filterwarnings("ignore")
def test_a_dask_cluster_of_two_workers(archive, expected, tmp_path, monkeypatch) -> None:
    from distributed import Client, LocalCluster

    # Its workers find the package in whatever checkout the tests run in.
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    settings = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "host": "127.0.0.1"}
    with LocalCluster(**settings) as cluster, Client(cluster) as client:
        assert len(client.nthreads()) == 2
        assert run(archive, tmp_path / "store", DaskCluster(client=client)) == expected
        assert run(archive, tmp_path / "again", DaskCluster(cluster.scheduler_address)) == expected


SCRIPT = """
import json, os, signal, subprocess, sys
from pathlib import Path
from flows.server import prefect_api

store = sys.argv[1]
prefect = str(Path(sys.executable).with_name("prefect"))
with prefect_api(store):
    for arguments in (
        ["work-pool", "create", "gongkai", "--type", "process"],
        ["--no-prompt", "deploy", "--name", "reextract-shard"],
    ):
        subprocess.run([prefect, *arguments], check=True, stdout=sys.stderr)
    worker = subprocess.Popen(
        [prefect, "worker", "start", "--pool", "gongkai", "--limit", "2"],
        stdout=sys.stderr, start_new_session=True,
    )
    try:
        from flows.prefect_workers import PrefectWorkers
        from flows.reextract import Options, reextract
        from storage import open_store

        tally = reextract(open_store(store), PrefectWorkers(poll=0.5), Options(shard_size=int(sys.argv[2])))
        print(json.dumps(tally.as_dict()))
    finally:
        os.killpg(worker.pid, signal.SIGTERM)
        worker.wait(60)
"""


@pytest.mark.slow
@pytest.mark.prefect
@pytest.mark.timeout(900)
def test_runs_of_a_prefect_deployment(archive, expected, tmp_path) -> None:
    folder = tmp_path / "store"
    shutil.copytree(archive, folder)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "XDG"))}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, f"file://{folder}", str(SHARD)],
        cwd=ROOT,
        env={**kept, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=850,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert outcome(folder, json.loads(done.stdout.splitlines()[-1])) == expected


def test_a_shard_says_nothing_of_the_machine(archive) -> None:
    store = open_store(f"file://{archive}")
    options = Options(dry_run=True)
    (shard,) = make_shards(store, make_plan(store, ["a"], options), options)
    assert name_of(read_shard) == "flows.reextract:read_shard"
    assert set(shard) == {
        "number", "store", "extractor", "earlier", "look", "dry_run", "limits", "documents", "packs", "retry"
    }  # fmt: skip
    assert len(json.dumps(shard["documents"])) < 100 * len(DOCUMENTS)


KILLED = """
import os, signal, sys
from gongkai.cli import main
from storage import local

put_new_many, written = local.LocalStore.put_new_many, 0

def dying(self, items):
    global written
    done = put_new_many(self, items)
    written += sum(key.startswith("records/") for key, _ in items)
    if written >= int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
    return done

local.LocalStore.put_new_many = dying
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.slow
def test_killed_outright_and_started_again_it_ends_like_an_undisturbed_run(archive, tmp_path) -> None:
    whole, folder = tmp_path / "whole", tmp_path / "killed"
    data = DOCUMENTS[0].read_bytes()
    store = open_store(f"file://{whole}")
    writer = CaptureWriter(store, "a", "20260101T000000Z-000000")
    for number in range(60):
        sha256, _ = Archive(store).put_body(data + b"<!-- %d -->" % number)
        url = f"http://a.example/{number}"
        writer.add(
            Capture(
                id=writer.next_id(), run="20260101T000000Z-000000", site="a", role="document", url=url,
                final_url=url, time="2026-01-01T00:00:00Z", outcome="new", status=200, sha256=sha256, size=1,
            )
        )  # fmt: skip
    writer.close()
    refresh_state(store, "a")
    shutil.copytree(whole, folder)

    def command(at: Path) -> list[str]:
        return [
            sys.executable,
            "-m",
            "gongkai.cli",
            "reextract",
            "--json",
            "--shard-size",
            "5",
            "--store",
            str(at),
        ]

    records = folder / "records" / extraction.EXTRACTOR

    def written() -> int:
        return sum(path.parent.name != "sites" for path in records.glob("*/*.json"))

    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for most in (7, 21):
        killed = [sys.executable, "-c", KILLED, str(most), *command(folder)[3:]]
        done = subprocess.run(killed, cwd=tmp_path, env=environment, capture_output=True, check=False)
        assert done.returncode == -signal.SIGKILL, done.stderr
    kept = written()
    assert 21 <= kept < 60
    account = json.loads(
        subprocess.run(command(folder), cwd=tmp_path, env=environment, capture_output=True, check=True).stdout
    )
    # No manifest was written before the kill: what was read is found by its records.
    assert (account["read"], account["skipped"]) == (60 - kept, kept)
    subprocess.run(command(whole), cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert outcome(folder, None) == outcome(whole, None)
