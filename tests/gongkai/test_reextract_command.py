"""`gongkai reextract`: the account of a dry run, as a page, CSV and JSON, and what is accepted."""

import csv
import hashlib
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

import extraction
from gongkai.changes_report import write_report
from gongkai.cli import main
from gongkai.progress import pace_of
from storage import Archive, Capture, CaptureWriter, RecordStore, open_store, refresh_state

ROOT = Path(__file__).parents[2]
PAGE = next(iter(sorted((ROOT / "tests/corpus/documents").glob("*.html"))))
OLD = "0.0.1+old"
HOSTILE = "=1+1</td><script>alert(1)</script>"


@pytest.fixture
def folder(tmp_path) -> Path:
    """One page as an earlier extractor read it: a figure otherwise, another with hostile words."""
    found = tmp_path / "store"
    store = open_store(f"file://{found}")
    data = PAGE.read_bytes()
    sha256, _ = Archive(store).put_body(data)
    writer = CaptureWriter(store, "a", "20260101T000000Z-000000")
    writer.add(
        Capture(
            id=writer.next_id(), run="20260101T000000Z-000000", site="a", role="document",
            url="javascript:alert(1)", final_url="http://a.example/1", time="2026-01-01T00:00:00Z",
            outcome="new", status=200, sha256=sha256, size=len(data),
        )
    )  # fmt: skip
    writer.close()
    record = extraction.extract(data).to_dict()
    record["extractor"] = OLD
    numbers = [name for name, cell in record["cells"].items() if cell["status"] == "number"]
    table, row, column = numbers[0].split(".")
    record["tables"][table][row][column] += 1000
    record["cells"][numbers[1]] = {**record["cells"][numbers[1]], "raw": HOSTILE}
    RecordStore(store, OLD).put_new(sha256, record)
    refresh_state(store, "a")
    return found


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class Page(HTMLParser):
    """Tags and links of a page; what must not be there."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def test_a_dry_run_writes_reports_and_nothing_to_the_store(folder, tmp_path, capsys) -> None:
    before = contents(folder)
    out = tmp_path / "report"
    assert main(["reextract", "--dry-run", "--report", str(out), "--store", str(folder), "--json"]) == 0
    assert contents(folder) == before
    said = json.loads(capsys.readouterr().out)
    assert said["dry_run"] is True
    assert (said["read"], said["differing"], said["changed_cells"]) == (1, 1, 2)
    assert said["changes"] == {"raw": 1, "value": 1}
    assert [change["step"] for change in said["worst"]] == ["number_to_number", "raw"]
    page = (out / "index.html").read_text(encoding="utf-8")
    parsed = Page(page)
    assert parsed.tags.isdisjoint({"script", "img", "iframe", "link", "object"})
    assert parsed.links == []
    assert "&lt;script&gt;" in page
    assert said["worst"][0]["sha256"] in page
    with (out / "changes.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == ["number_to_number", "raw"]
    assert int(rows[0]["was_value"]) - int(rows[0]["is_value"]) == 1000
    assert rows[1]["was_raw"] == f"'{HOSTILE}"
    whole = json.loads((out / "changes.json").read_text(encoding="utf-8"))
    assert whole["worst"][0]["url"] == "javascript:alert(1)"


def test_accepting_makes_the_new_records_and_keeps_the_old(folder, capsys) -> None:
    before = contents(folder)
    page = folder.parent / "accepted.html"
    assert main(["reextract", "--report", str(page), "--store", str(folder)]) == 0
    out, err = capsys.readouterr()
    assert "different: 1 of 1 record; 2 of" in out
    assert str(page) in err
    after = contents(folder)
    assert {name: after[name] for name in before if not name.startswith("records/extractors")} == {
        name: value for name, value in before.items() if not name.startswith("records/extractors")
    }
    assert any(name.startswith(f"records/{extraction.EXTRACTOR}/") for name in after)
    assert main(["reextract", "--store", str(folder)]) == 0
    assert "1 read before by this extractor, 0 read now" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--sample", "0.1"], "--dry-run"),
        (["--limit", "5"], "--dry-run"),
        (["--scheduler", "tcp://h:1"], "--on dask"),
        (["--dry-run", "--sample", "0"], "sample"),
    ],
)
def test_wrong_use(folder, capsys, arguments, said) -> None:
    assert main(["reextract", *arguments, "--store", str(folder)]) == 2
    assert said in capsys.readouterr().err


def test_prefect_workers_need_a_server(folder, capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    assert main(["reextract", "--on", "prefect", "--store", str(folder)]) == 2
    assert "PREFECT_API_URL" in capsys.readouterr().err


def test_pace() -> None:
    assert pace_of(0, 100, 5) == ""
    assert pace_of(100, 300, 2) == ", 50/s, 4 s left"
    assert pace_of(100, 100_000, 10) == ", 10/s, 2.8 h left"
    assert pace_of(1, 31, 60) == ", 1.0/min, 30 min left"


def test_a_report_without_changes_is_a_page(tmp_path) -> None:
    from flows.tally import Tally

    store = open_store(f"file://{tmp_path}/store")
    (page,) = write_report(tmp_path / "deep" / "x.html", Tally(), store, dry_run=False)
    assert "0 of 0" in page.read_text(encoding="utf-8")
