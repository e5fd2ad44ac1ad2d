"""Every failure is one line that says what to do, with its exit code."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gongkai.cli import main

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "gongkai/demo/sources/2024-huayuan.tsv-text.txt"


@pytest.fixture(autouse=True)
def own_state(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("GONGKAI_STORE", raising=False)
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, capsys) -> tuple[int, str, str]:
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nonsense"], 2, "No such command 'nonsense'"),
        (["extract"], 2, "Missing argument 'FILE…'"),
        (["extract", "--jsn", "x"], 2, "No such option"),
        (["--frobnicate"], 2, "gongkai --help"),
        (["extract", "missing.html"], 2, "missing.html: no such file"),
        (["extract", "."], 2, "is a folder; name the files in it"),
        (["crawl"], 2, "gongkai sites list"),
        (["crawl", "nowhere"], 2, "no site 'nowhere' in the registry"),
        (["crawl", "--sites", "none.yaml"], 2, "none.yaml: cannot be read"),
        (["crawl", "a", "--all"], 2, "not both"),
        (["trace", "x"], 4, "no archive at ./data"),
        (["--store", "ftp://x", "status"], 4, "unknown kind of store ftp"),
        (["--store", "/proc/nowhere", "demo"], 4, "/proc/nowhere"),
        (["status"], 4, "gongkai demo"),
        (["verify", "--sample", "2"], 2, "0<=x<=1"),
        (["sites", "detect", "nonsense"], 2, "is not a web address"),
        (["demo", "--port", "70000"], 2, "--port"),
    ],
)
def test_wrong_use_is_one_line(arguments: list[str], code: int, said: str, capsys) -> None:
    found, out, err = run(*arguments, capsys=capsys)
    assert (found, out) == (code, "")
    assert said in err
    assert err.startswith("gongkai: ")
    assert err.count("\n") == 1
    assert not Path("data").exists()


@pytest.mark.parametrize("group", [[], ["sites"]])
def test_without_a_command_the_whole_help_is_shown(group: list[str], capsys) -> None:
    code, out, err = run(*group, capsys=capsys)
    assert (code, out) == (2, "")
    assert "\nCommands:\n" in err


def test_a_malformed_registry_is_one_line_that_names_entry_and_field(capsys) -> None:
    Path("mine.yaml").write_text("- {id: a, name: 甲, region: '41', start: ['http://a.example/']}\n", "utf-8")
    code, _, err = run("crawl", "--sites", "mine.yaml", capsys=capsys)
    assert code == 2
    assert err.count("\n") == 1
    assert "mine.yaml" in err
    assert "region" in err


def test_checking_a_malformed_registry_is_a_finding(capsys) -> None:
    Path("mine.yaml").write_text("- {id: a}\n", "utf-8")
    code, out, _ = run("sites", "check", "mine.yaml", "--json", capsys=capsys)
    assert code == 1
    assert "name" in json.loads(out)["findings"][0]


def test_the_bundled_registry_is_in_order(capsys) -> None:
    code, out, _ = run("--json", "sites", "check", capsys=capsys)
    assert (code, json.loads(out)["findings"]) == (0, [])
    code, out, _ = run("sites", "list", "--json", capsys=capsys)
    assert code == 0
    assert json.loads(out)


def test_extract_gives_one_record_a_line_in_the_order_given(capsys) -> None:
    Path("empty.html").write_bytes(b"")
    Path("page.html").write_text("<html><body><p>停电通知</p></body></html>", "utf-8")
    code, out, _ = run(
        "extract", "--json", "page.html", str(SAMPLE), "empty.html", "page.html", capsys=capsys
    )
    records = [json.loads(line) for line in out.splitlines()]
    assert [record["file"] for record in records] == ["page.html", str(SAMPLE), "empty.html", "page.html"]
    assert [record["kind"] for record in records] == ["not_report", "report", "unreadable", "not_report"]
    assert code == 1  # one cannot be read
    assert list(records[1])[:2] == ["file", "record"]


def test_a_report_and_a_page_that_is_none_are_no_findings(capsys) -> None:
    Path("page.html").write_text("<html><body><p>停电通知</p></body></html>", "utf-8")
    code, out, err = run("extract", "page.html", str(SAMPLE), capsys=capsys)
    assert (code, err) == (0, "")
    assert "牧野区花园街道办事处" in out
    assert "200" in out


def test_a_missing_file_is_said_before_anything_is_read(capsys) -> None:
    code, out, _ = run("extract", "--json", str(SAMPLE), "missing.html", capsys=capsys)
    assert (code, out) == (2, "")


def test_a_defect_is_one_line_with_its_log(capsys, monkeypatch) -> None:
    from extraction.workers import Extractor

    def broken(self, items) -> None:
        raise ZeroDivisionError("a defect\nof ours")

    monkeypatch.setattr(Extractor, "map", broken)
    code, _, err = run("extract", str(SAMPLE), capsys=capsys)
    assert code == 70
    assert err.count("\n") == 1
    log = Path(os.environ["XDG_STATE_HOME"]) / "gongkai" / "gongkai.log"
    assert str(log) in err
    assert "ZeroDivisionError" in log.read_text("utf-8")
    monkeypatch.setenv("GONGKAI_DEBUG", "1")
    assert "Traceback" in run("extract", str(SAMPLE), capsys=capsys)[2]


def test_an_empty_archive_can_be_published_and_checked(capsys, tmp_path) -> None:
    (tmp_path / "data").mkdir()
    code, out, _ = run("publish", "--json", capsys=capsys)
    assert (code, json.loads(out)["new"]) == (0, True)
    code, out, _ = run("publish", "--json", capsys=capsys)
    assert (code, json.loads(out)["new"]) == (0, False)
    assert run("verify", capsys=capsys)[0] == 0
    assert run("status", capsys=capsys)[0] == 0
    assert run("reextract", "--dry-run", capsys=capsys)[0] == 0
    code, _, err = run("trace", "甲/2021/requests.new.total", capsys=capsys)
    assert (code, err.count("\n")) == (2, 1)
    data = tmp_path / "data/releases"
    damaged = next(data.glob("*/csv/reports.csv"))
    damaged.write_bytes(b"x")
    code, out, _ = run("verify", "--json", capsys=capsys)
    assert code == 1
    assert json.loads(out)["findings"][0]["kind"] == "release_damaged"


def python(code: str, **more: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT), **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("arguments", [["--help"], ["extract", "--json", str(SAMPLE)], ["crawl", "--help"]])
def test_help_and_extract_import_neither_prefect_nor_scrapy(arguments: list[str]) -> None:
    done = python(
        f"import sys\nfrom gongkai.cli import main\ncode = main({arguments!r})\n"
        "assert not {'prefect', 'scrapy', 'twisted', 'boto3', 'pyarrow'} & set(sys.modules)\n"
        "sys.exit(code)"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_with_one_line(tmp_path, number: signal.Signals, code: int) -> None:
    ready = tmp_path / "ready"
    script = (
        "import sys, time\nfrom extraction.workers import Extractor\nfrom gongkai.cli import main\n"
        f"def slow(self, items):\n    open({str(ready)!r}, 'w').close()\n    time.sleep(600)\n"
        f"Extractor.map = slow\nsys.exit(main(['extract', {str(SAMPLE)!r}]))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            deadline = time.monotonic() + 120
            while not ready.exists() and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.05)
            process.send_signal(number)
            _, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == code
    assert "Traceback" not in err
    assert "run it again" in err


def test_a_file_of_several_reports_gives_a_line_for_each(capsys) -> None:
    heads = ("总体情况", "主动公开政府信息情况", "收到和处理政府信息公开申请情况", "其他需要报告的事项")
    prose = "全年工作平稳有序，制度进一步完善，渠道进一步拓宽，答复更加规范。" * 3
    text = "".join(
        f"<p>青溪县{name}局2023年政府信息公开工作年度报告</p>"
        + "".join(
            f"<p>{number}、{head}</p><p>{prose}</p>" for number, head in zip("一二三六", heads, strict=True)
        )
        for name in ("教育", "水利")
    )
    Path("joined.html").write_text(f"<html><meta charset=utf-8><body>{text}</body></html>", "utf-8")
    code, out, _ = run("extract", "--json", "joined.html", capsys=capsys)
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [(line["file"], line["document"]["part"]["index"]) for line in lines] == [
        ("joined.html", 1),
        ("joined.html", 2),
    ]
    assert [line["report"]["agency"] for line in lines] == ["青溪县教育局", "青溪县水利局"]
    code, out, _ = run("extract", "joined.html", capsys=capsys)
    assert "report 2 of 2" in out
