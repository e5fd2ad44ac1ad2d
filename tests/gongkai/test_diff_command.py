"""`gongkai diff`: two versions on a terminal, as JSON, as a page; what moved around a report is none."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from dataset.texts import content_hash
from extraction import extract
from gongkai.cli import main
from storage import open_store
from tests.dataset.conftest import SmallArchive, publish

ROOT = Path(__file__).parents[2]
ID = "410711-甲区教育局-2021"
NEW = "requests.new.total"
HOSTILE = "<script>alert(1)</script>。"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Two versions of one report, the second with hostile words; another report with one version."""
    found = tmp_path_factory.mktemp("diff")
    archive = SmallArchive(open_store(f"file://{found}"))
    archive.site("a")
    for number, (value, words, time) in enumerate(
        ((3, "甲。乙。", "2026-01-01T00:00:00Z"), (5, f"甲。{HOSTILE}", "2026-02-01T00:00:00Z"))
    ):
        archive.report(
            "a", "http://a/1", f"v{number}".encode(), {NEW: (value, str(value))}, time=time,
            sections=[{"key": "overview", "heading": "一", "text": words}], outcome="changed",
        )  # fmt: skip
    archive.report("a", "http://a/2", b"only", {NEW: (1, "1")}, agency="乙局")
    publish(archive.store)
    return found


def test_on_a_terminal(folder, capsys) -> None:
    assert main(["diff", "甲区教育局/2021", "--store", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "2026-01-01T00:00:00Z" in out
    assert "different: 1 of 1 figure\n" in out
    assert "乙。" in out
    assert "甲。" not in out.split("1 of 1 figure")[1]
    assert main(["diff", "甲区教育局/2021", "--all", "--store", str(folder)]) == 0
    assert "甲。" in capsys.readouterr().out


def test_as_json_and_backwards(folder, capsys) -> None:
    assert main(["diff", ID, "--from", "2", "--to", "1", "--json", "--store", str(folder)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["from"], said["to"], len(said["versions"])) == (2, 1, 2)
    assert (said["figures"][0]["from"]["value"], said["figures"][0]["to"]["value"]) == (5, 3)
    assert said["versions"][0]["first_seen"] == "2026-01-01T00:00:00Z"


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)


def test_as_a_page(folder, tmp_path, capsys) -> None:
    page = tmp_path / "deep" / "diff.html"
    assert main(["diff", ID, "--html", str(page), "--store", str(folder)]) == 0
    assert str(page) in capsys.readouterr().err
    text = page.read_text(encoding="utf-8")
    assert Tags(text).seen.isdisjoint({"script", "img", "iframe", "link"})
    assert "<del>乙。</del>" in text
    assert "<ins>&lt;script&gt;alert(1)&lt;/script&gt;。</ins>" in text
    assert 'class="was">3<' in text


def test_one_version_and_wrong_use(folder, tmp_path, capsys) -> None:
    assert main(["diff", "乙局/2021", "--store", str(folder)]) == 0
    assert "one version" in capsys.readouterr().out
    for arguments, said in (
        (["乙局/2021", "--html", str(tmp_path / "x.html")], "one version"),
        ([ID, "--to", "3"], "has 2 versions"),
        ([ID, "--from", "1", "--to", "1"], "same"),
        (["丙局/2021"], "no agency"),
    ):
        assert main(["diff", *arguments, "--store", str(folder)]) == 2
        assert said in capsys.readouterr().err


@pytest.mark.parametrize("path", sorted((ROOT / "tests/corpus/documents").glob("html-0[0-4]*.html")), ids=str)
def test_counters_session_ids_and_footers_of_real_pages_are_no_version(path: Path) -> None:
    page = path.read_bytes()
    head, close, tail = page.rpartition(b"</body>")
    assert close
    around = [
        b'<div class="foot"><a href="/x;jsessionid=%s">\xe9\xa6\x96\xe9\xa1\xb5</a>'
        b"<p>\xe6\xb5\x8f\xe8\xa7\x88\xe6\xac\xa1\xe6\x95\xb0\xef\xbc\x9a%d</p>"
        b"<p>\xe7\x89\x88\xe6\x9d\x83\xe6\x89\x80\xe6\x9c\x89 %d</p></div>" % one
        for one in ((b"AAAA", 17, 2024), (b"BBBB", 18_254, 2026))
    ]
    hashes = {content_hash(extract(head + one + close + tail).to_dict()) for one in around}
    assert len(hashes) == 1
