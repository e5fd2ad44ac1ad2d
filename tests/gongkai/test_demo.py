"""The whole job through the front door: a private Prefect server, the nightly flow, a release, and again."""

import csv
import gzip
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from storage.seal import unseal

ROOT = Path(__file__).parents[2]
TRUTHS = ROOT / "gongkai/demo/sources"
CELLS = 997
"""Cells of the five reports, as their agencies printed them."""

pytestmark = [pytest.mark.prefect, pytest.mark.timeout(900)]


def free_ports(count: int) -> int:
    """Return the first of some consecutive ports that are free."""
    for base in range(5801, 9990, 10):  # below those of the S3 server and those given to connections
        sockets = [socket.socket() for _ in range(count)]
        try:
            for offset, one in enumerate(sockets):
                one.bind(("127.0.0.1", base + offset))
        except OSError:
            continue
        finally:
            for one in sockets:
                one.close()
        return base
    raise AssertionError("no free ports")


class Demo:
    """`gongkai demo` in a home of its own."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.home.mkdir()
        self.store = home / "data"
        self.port = port

    def start(self) -> subprocess.Popen:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PREFECT", "GONGKAI", "XDG"))
        }
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "gongkai.cli", "--json", "demo", "--port", str(self.port)],
            cwd=self.home,
            env={**kept, "HOME": str(self.home), "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self) -> dict:
        with self.start() as process:
            try:
                out, err = process.communicate(timeout=600)
            finally:
                process.kill()
        assert process.returncode == 0, err
        assert "Traceback" not in err
        return json.loads(out)

    def bodies(self) -> dict[str, int]:
        """Each body with the time of its file, which a body that is not written again keeps."""
        return {path.name: path.stat().st_mtime_ns for path in self.store.glob("raw/**/*") if path.is_file()}

    def records(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.store)): path.read_bytes()
            for path in self.store.glob("records/**/*")
            if path.is_file()
        }

    def figures(self) -> list[dict]:
        version = json.loads((self.store / "releases/versions.json").read_bytes())["current"]
        folder = self.store / "releases" / version / "csv" / "figures"
        return [
            {name: value for name, value in row.items() if name != "captured_at"}
            for path in sorted(folder.iterdir())
            for row in csv.DictReader(io.StringIO(gzip.decompress(path.read_bytes()).decode()))
        ]


def load_truths() -> dict[tuple[str, int], dict]:
    truths = [json.loads(path.read_text("utf-8")) for path in TRUTHS.glob("*.truth.json")]
    assert len(truths) == 5
    return {(truth["agency"], truth["year"]): truth for truth in truths}


def descendants(pid: int) -> set[int]:
    try:
        return {child.pid for child in psutil.Process(pid).children(recursive=True)}
    except psutil.NoSuchProcess:
        return set()


def running(pids: set[int]) -> set[int]:
    found = set()
    for pid in pids:
        try:
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                found.add(pid)
        except psutil.NoSuchProcess:
            continue
    return found


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> tuple[Demo, dict]:
    demo = Demo(tmp_path_factory.mktemp("demo") / "home", free_ports(3))
    return demo, demo.run()


def test_the_five_reports_are_in_the_release_with_every_cell(done) -> None:
    demo, said = done
    needs_browser = {alert["site"] for alert in said["run"]["alerts"] if alert["code"] == "needs_browser"}
    if needs_browser:
        pytest.skip("no browser here: the demo goes on without the site that needs one")
    assert said["release"]["counts"]["reports"] == 5
    assert len(demo.figures()) == CELLS
    assert all(row["sha256"] in demo.bodies() for row in demo.figures())
    truths = load_truths()
    for row in demo.figures():
        table = truths[row["agency"], int(row["year"])]["tables"][row["table"]]
        printed = table[row["row"]][row["column"]]
        assert (float(row["value"]) if row["value"] else None) == printed, row


def test_every_published_copy_reads_as_the_truth_says(done) -> None:
    """HTML, DOCX and PDF copies, each record by itself: all cells, title, agency, year and edition."""
    demo, said = done
    truths = load_truths()
    read = Counter()
    for data in demo.records().values():
        record = json.loads(data)
        if not record.get("cells"):
            continue  # a manifest, or a page whose report is in its attachment
        report = record["report"]
        truth = truths[report["agency"], report["year"]]
        assert record["tables"] == truth["tables"]
        assert (report["title"], report["edition"]) == (truth["title"], truth["edition"])
        read[record["document"]["media_type"].rpartition(".")[2]] += 1
    if not any(alert["code"] == "needs_browser" for alert in said["run"]["alerts"]):
        assert read == {"text/html": 3, "document": 2, "application/pdf": 1}


def test_the_run_left_a_summary(done) -> None:
    demo, said = done
    (path,) = demo.store.glob("runs/*/summary.json")
    assert json.loads(unseal(path.read_bytes())) == said["run"]
    assert said["run"]["finished"]
    # The same body at two addresses is new at both.
    assert 0 < len(demo.bodies()) <= said["run"]["counts"]["new"]


def test_the_archive_holds_the_archive_only(done) -> None:
    demo, _ = done
    assert {path.name for path in demo.store.iterdir()} <= {
        "raw",
        "captures",
        "sites",
        "leases",
        "runs",
        "records",
        "releases",
        ".gongkai",  # the store's own
    }


def test_a_second_run_finds_nothing_new(done) -> None:
    demo, first = done
    bodies, records = demo.bodies(), demo.records()
    said = demo.run()
    assert (said["run"]["counts"]["new"], said["run"]["counts"]["changed"]) == (0, 0)
    assert said["run"]["counts"]["extracted"] == 0
    assert said["release"]["version"] == first["release"]["version"]
    assert not said["release"]["new"]
    assert demo.bodies() == bodies
    assert demo.records() == records


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 143), (signal.SIGINT, 130)],
)
@pytest.mark.slow
def test_ended_in_the_middle_of_the_crawl_it_leaves_nothing_running_and_goes_on(
    done, tmp_path, number: signal.Signals, code: int
) -> None:
    undisturbed, _ = done
    demo = Demo(tmp_path / "home", undisturbed.port)
    children: set[int] = set()
    with demo.start() as process:
        try:
            deadline = time.monotonic() + 300
            while len(demo.bodies()) < 12 and process.poll() is None and time.monotonic() < deadline:
                children |= descendants(process.pid)
                time.sleep(0.05)
            children |= descendants(process.pid)
            assert process.poll() is None, "it ended before it could be ended"
            if number == signal.SIGKILL:
                os.killpg(process.pid, number)
            else:
                process.send_signal(number)
            _, err = process.communicate(timeout=120)
        finally:
            process.kill()
    assert process.returncode == code
    assert "Traceback" not in err
    deadline = time.monotonic() + 60
    while running(children) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert running(children) == set()
    assert not (demo.store / "releases/versions.json").exists()
    demo.run()
    assert demo.bodies().keys() == undisturbed.bodies().keys()
    assert demo.records() == undisturbed.records()
    assert demo.figures() == undisturbed.figures()
