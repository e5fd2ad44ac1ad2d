"""`gongkai export` and `gongkai import`: what they say, their exit codes, the way to the figures."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest

from gongkai.cli import main
from storage import open_store, read_captures
from tests.interchange import HOST, SITE, Maker, Others, fill

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "tests/corpus/documents"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    entry = {"id": SITE, "name": "甲县人民政府", "region": "410711", "start": [f"{HOST}/"]}
    Path("sites.yaml").write_text(json.dumps([entry]))
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    return (code, *capsys.readouterr())


def test_there_and_back(capsys: pytest.CaptureFixture[str]) -> None:
    fill(open_store("a"))
    code, out, err = run(capsys, "--store", "a", "export", "wacz", "--site", SITE)
    assert (code, err) == (0, "")
    assert "14 captures, 8 bodies" in out
    code, out, _ = run(
        capsys, "--store", "b", "import", "wacz", f"{SITE}.wacz", "--sites", "sites.yaml", "--json"
    )
    said = json.loads(out)
    assert (code, said["added"], said["bodies"], said["issues"]) == (0, {SITE: 14}, 8, {})
    assert len(list(read_captures(open_store("b"), SITE))) == 14
    # The entry is kept with the captures: the second import needs no registry.
    code, out, _ = run(capsys, "--store", "b", "import", "wacz", f"{SITE}.wacz", "--site", SITE)
    assert code == 0
    assert "0 captures added to 0 sites, 14 there already" in out


def test_a_bag(capsys: pytest.CaptureFixture[str]) -> None:
    fill(open_store("a"))
    code, out, _ = run(capsys, "--store", "a", "export", "bagit", "bag", "--json")
    assert (code, json.loads(out)["damaged"]) == (0, [])
    assert run(capsys, "--store", "bag/data", "verify")[0] == 0
    code, _, err = run(capsys, "--store", "a", "export", "bagit", "bag")
    assert (code, err) == (2, "gongkai: bag is not empty; name a new folder\n")


def test_findings_are_said_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    others = Others()
    others.add(f"{HOST}/a", b"<html>good</html>")
    others.add(f"{HOST}/b", b"<html>bad</html>", WARC_Payload_Digest=f"sha256:{'0' * 64}")
    others.add("http://elsewhere.example/", b"<html>x</html>")
    others.save(Path("x.warc.gz"))
    code, out, err = run(capsys, "--store", "a", "import", "wacz", "x.warc.gz", "--sites", "sites.yaml")
    assert code == 1
    assert "1 capture added to 1 site" in out
    assert "bad_digest: urn:uuid:" in err
    assert "unknown_host: elsewhere.example: 1 record;" in err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["export", "wacz"], 2, "say what to export"),
        (["export", "wacz", "--site", "x", "--run", "y"], 2, "say what to export"),
        (["export", "wacz", "--site", "x"], 2, "no captures of x"),
        (["export", "wacz", "--run", "20260101T000000Z-999999"], 2, "no captures of a run"),
        (["export", "wacz", "--report", "x"], 2, "no release"),
        (["import", "wacz"], 2, "Missing argument"),
        (["import", "wacz", "none.warc"], 2, "does not exist"),
        (
            ["import", "wacz", "sites.yaml", "--sites", "sites.yaml"],
            1,
            "neither a WARC file nor a WACZ package",
        ),
        (["import", "wacz", "sites.yaml", "--sites", "sites.yaml", "--site", "x"], 2, "no site 'x'"),
    ],
)
def test_wrong_use_is_one_line(arguments: list[str], code: int, said: str, capsys) -> None:
    fill(open_store("data"))
    found, out, err = run(capsys, *arguments)
    assert (found, out) == (code, "")
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.slow
def test_a_report_of_another_archive_becomes_figures(capsys: pytest.CaptureFixture[str]) -> None:
    """A WARC of another tool -> records -> a release -> one report as a package of its own -> back."""
    page = next(iter(sorted(REPORT.glob("*.html")))).read_bytes()
    others = Others()
    url = f"{HOST}/zfxxgk/nb/1.html"
    others.add(
        f"{HOST}/zfxxgk/nb/", f'<html><a href="{url}">年报</a></html>'.encode(), date="2024-01-01T00:00:00Z"
    )
    others.add(url, page, date="2024-01-02T03:04:05Z")
    others.save(Path("x.warc.gz"))
    store = ("--store", "a")
    assert run(capsys, *store, "import", "wacz", "x.warc.gz", "--sites", "sites.yaml")[0] == 0
    assert run(capsys, *store, "reextract")[0] == 0
    code, out, _ = run(capsys, *store, "publish", "--json")
    assert code == 0
    release = json.loads(out)
    assert release["counts"]["reports"] == 1
    reports = next(Path("a/releases").glob("*/csv/reports.csv")).read_text("utf-8-sig").splitlines()
    fields = dict(zip(reports[0].split(","), reports[1].split(","), strict=False))
    _, out, _ = run(capsys, *store, "trace", f"{fields['report_id']}/requests.new.total", "--json")
    assert json.loads(out)["seen"][0]["imported"]["file"] == "x.warc.gz"
    code, out, _ = run(capsys, *store, "export", "wacz", "--report", fields["report_id"], "--json")
    assert (code, json.loads(out)["pages"]) == (0, 1)
    with zipfile.ZipFile(f"{fields['report_id']}.wacz") as file:
        _, line = file.read("pages/pages.jsonl").splitlines()
    assert {"url": url, "ts": "2024-01-02T03:04:05Z"}.items() <= json.loads(line).items()
    assert (
        run(capsys, "--store", "b", "import", "wacz", f"{fields['report_id']}.wacz", "--sites", "sites.yaml")[
            0
        ]
        == 0
    )


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("wayback") is None or shutil.which("wb-manager") is None,
    reason="pywb (GPL, no dependency of ours) is not on PATH: install it in an environment of its own",
)
def test_pywb_replays_every_record(capsys: pytest.CaptureFixture[str], place: Path) -> None:
    import hashlib

    store = open_store("a")
    fill(store)
    maker = Maker(store, "20260201T000000Z-000000")
    maker.add("/big", b"<html>" + b"x" * 300_000)
    maker.close()
    run(capsys, "--store", "a", "export", "wacz", "--site", SITE)
    subprocess.run(["wb-manager", "init", "c"], check=True, capture_output=True)
    command = ["wb-manager", "add", "c", "--unpack-wacz", f"{SITE}.wacz"]
    subprocess.run(command, check=True, capture_output=True)
    with zipfile.ZipFile(f"{SITE}.wacz") as file:
        import gzip

        lines = gzip.decompress(file.read("indexes/index.cdx.gz")).decode().splitlines()
    port = _free_port()
    with Path("log").open("w") as log:
        server = subprocess.Popen(["wayback", "-p", str(port), "-b", "127.0.0.1"], stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/")
        wrong = []
        for line in lines:
            _, moment, rest = line.split(" ", 2)
            entry = json.loads(rest)
            if entry.get("method") == "POST":
                continue
            status, body = _fetch(f"http://127.0.0.1:{port}/c/{moment}id_/{entry['url']}")
            digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
            if (str(status), digest) != (
                entry["status"],
                entry.get("digest", f"sha256:{hashlib.sha256().hexdigest()}"),
            ):
                wrong.append((entry["url"], status, len(body)))
        assert wrong == []
    finally:
        server.terminate()
        server.wait()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def _fetch(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.build_opener(_NoRedirect).open(url, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def _wait_for(url: str) -> None:
    end = time.monotonic() + 120
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10):
                return
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.2)


def _free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
