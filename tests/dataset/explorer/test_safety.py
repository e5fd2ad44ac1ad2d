"""Formulas, hosts, pages that want to do something."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest

from dataset.explorer.charts import Series, every_year, layers, lines
from dataset.explorer.child import _answer as answer
from dataset.explorer.queries import pieces
from dataset.explorer.safety import as_csv, cell_text, hosts_of
from dataset.explorer.show_html import MARK, show_html
from dataset.explorer.show_pages import encode_png
from dataset.explorer.words import words
from extraction.readers import reader
from extraction.readers.html import parse


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("=1+1", "'=1+1"),
        ("＝cmd", "'＝cmd"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("-3", "-3"),
        ("-3+1", "'-3+1"),
        ("—", "—"),
        ("-", "-"),
        (-3, "-3"),
        (-3.0, "-3"),
        (0.5, "0.5"),
        (None, ""),
        ("区=", "区="),
    ],
)
def test_no_formula_in_csv(value: object, said: str) -> None:
    assert cell_text(value) == said
    assert list(csv.reader(io.StringIO(as_csv(["a"], [[value]]).removeprefix("\ufeff")))) == [
        ["a"],
        [said],
    ] or (said == "")


def test_names_a_server_answers_to() -> None:
    assert hosts_of("127.0.0.1") == {"localhost", "127.0.0.1", "::1"}
    assert "Box.local".lower() in hosts_of("Box.local")
    assert "*" in hosts_of("0.0.0.0")
    assert "*" not in hosts_of("192.168.0.2")


HOSTILE = b"""<!doctype html><html><head><meta http-equiv=refresh content='0;url=http://x/'><base href=http://x/>
<link rel=stylesheet href=http://x/a.css></head><body onload=go()><script>go()</script> after
<svg onload=go()><script>go()</script></svg><iframe src=http://x/></iframe><form action=http://x/><input></form>
<table background=http://x/b.png><tr><td id=gongkai-cell>no</td><td><a href="javascript:go()">7</a>
<img src=http://x/i.png onerror=go()><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="></td></tr></table>
</body></html>"""


def test_archived_pages_are_disarmed_and_the_cell_is_marked() -> None:
    shown = show_html(HOSTILE, {"path": "/html/body/table/tr/td[2]"})
    html = str(shown["html"])
    assert shown["found"] is True
    assert html.count(f'id="{MARK}"') == 1
    assert "after" in html
    assert "data:image/gif" in html
    for word in (
        "http://x",
        "go()",
        "<script",
        "<iframe",
        "<link",
        "<meta",
        "<base",
        "javascript:",
        "onload",
        "onerror",
    ):
        assert word not in html, word


@pytest.mark.parametrize("tag", ["embed", "source", "video", "object", "portal"])
def test_what_a_page_forgot_to_end_does_not_take_the_figure_away(tag: str) -> None:
    page = f"<html><body><{tag} src=http://x/ data=http://x/ srcdoc='<p>'><table><tr><td>7</td></tr></table>"
    cell = next(parse(page).iter("td"))
    html = str(show_html(page.encode(), {"path": cell.getroottree().getpath(cell)})["html"])
    assert f'<td id="{MARK}">7</td>' in html
    assert f"<{tag}" not in html
    assert "http://x" not in html


@pytest.mark.parametrize("path", ["/html/body/table[9]", "nonsense", "/html[", "", "//*[x(]"])
def test_a_path_that_leads_nowhere_marks_nothing(path: str) -> None:
    shown = show_html(HOSTILE, {"path": path})
    assert shown["found"] is False
    assert "outline" in str(shown["html"])


def test_a_line_does_not_run_over_a_year_without_reports() -> None:
    assert every_year([2024, 2019, 2021]) == [2019, 2020, 2021, 2022, 2023, 2024]
    assert every_year([]) == []


def test_the_legend_of_a_chart_names_every_series() -> None:
    names = [f"新乡市卫滨区人民政府办公室第{number}处" for number in range(8)]
    chart = lines("t", ["2020"], [Series(name, [1]) for name in names])
    assert [name for name in names if f">{name}</text>" not in chart] == []


def test_charts_escape_names_and_draw_every_value() -> None:
    series = [Series("<script>&\"'", [1, None, 3]), Series("b", [2.5, 2, 1])]
    for chart in (lines("<t>", ["2020", "2021", "<x>"], series), layers("<t>", ["a", "b", "c"], series)):
        assert "<script>" not in chart
        assert "<x>" not in chart
        assert "&lt;t&gt;" in chart
    assert lines("t", ["a", "b", "c"], series).count("<circle") == 5
    assert lines("t", [], []).startswith("<svg")


def test_pieces_mark_what_was_searched_for() -> None:
    found = pieces("甲" * 200 + "政策解读很好" + "乙" * 300, "解读 政策")
    assert [piece for piece, hit in found if hit] == ["政策", "解读"]
    assert found[0] == ("…", False)
    assert "".join(piece for piece, _ in pieces("a+b (c", "+ (")) == "a+b (c"


PICTURE = encode_png(400, 100, 1200, 3, b"\xff\x00\x00" * 40_000)
BOX = [75.0, 30.0, 150.0, 60.0]


@pytest.mark.parametrize("kind", ["word", "page", "archive"])
def test_a_picture_inside_a_document_is_drawn(kind: str) -> None:
    pytest.importorskip("PIL", reason="the ocr extra is not installed")
    from tests.extraction.test_inner_pictures import page, word

    data, path = word(PICTURE), "word/media/image0.png"
    if kind == "page":
        data = page(PICTURE)
        path = next(iter(reader("text/html")(data).pictured.marks))[1].path
    if kind == "archive":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as file:
            file.writestr("说明.txt", "无")
            file.writestr("年报.docx", data)
        data, path = out.getvalue(), f"年报.docx!{path}"
    at = {"table": 0, "row": 1, "column": 2, "path": path, "bbox": BOX}
    found = answer({"at": at, "media_type": None}, data)
    assert (found["way"], found["width"], found["height"]) == ("page", 300.0, 75.0), found
    assert found["picture"] == path.rpartition("!")[2]
    again = answer(
        {"at": {"page": 1, "member": found["member"], "picture": found["picture"]}, "media_type": None}, data
    )
    assert again["png"] == found["png"], "the address of the picture gives the same"
    missing = answer({"at": {**at, "path": f"{path}x"}, "media_type": None}, data)
    assert "error" in missing


def test_a_file_in_an_archive_is_shown_as_itself() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("年报!.html", HOSTILE)
    at = {"table": 0, "row": 0, "column": 1, "path": "年报!.html!/html/body/table/tr/td[2]"}
    found = answer({"at": at, "media_type": "application/zip"}, out.getvalue())
    assert (found["way"], found["found"], found["member"]) == ("html", True, "年报!.html")
    assert "go()" not in found["html"]


def test_png_is_one() -> None:
    assert encode_png(2, 1, 8, 3, b"\xff\x00\x00\x00\xff\x00\x00\x00").startswith(b"\x89PNG\r\n\x1a\n")


def test_every_word_in_both_languages() -> None:
    assert len(words()) > 150
    assert all(entry["zh"] and entry["en"] for entry in words().values())
