"""The running explorer, asked as browsers and programs ask."""

from __future__ import annotations

import csv
import io
import os
import re
from html import escape
from pathlib import Path
from urllib.parse import quote

import pytest

from dataset.coverage import LEVELS
from dataset.explorer import shown
from dataset.explorer.database import Database, SlowQueryError
from dataset.explorer.evidence import parse_place
from dataset.explorer.release_file import fetch_release
from dataset.schema import tables
from dataset.versions import ReleaseError
from tests.dataset.explorer.conftest import Running
from tests.dataset.explorer.made_archive import AGENCIES, EDITED, EVIL, SITE, WRONG, figures_of

CELL = "requests.new.total"


def figure(running: Running, agency: str, year: int, cell: str = CELL) -> str:
    return f"/evidence/{quote(running.report(agency, year), safe='')}/{cell}"


def pdf_report(running: Running) -> str:
    rows = running.explorer.db.rows("SELECT report_id FROM reports WHERE media_type = 'application/pdf'")
    return quote(rows[0]["report_id"], safe="")


def test_overview(running: Running) -> None:
    html = running.html("/")
    assert "河南省" in html
    assert html.count("<svg") == 3
    assert f"{sum(figures_of('2021', f'{a}2022')[CELL] for a in AGENCIES):,}" in html
    assert "Henan" in running.html("/", params={"lang": "en"})


def test_the_language_is_asked_for_kept_and_guessed(running: Running) -> None:
    assert "Overview" in running.html("/", headers={"Accept-Language": "fr, en;q=0.8, zh;q=0.2"})
    assert "总览" in running.html("/", headers={"Accept-Language": "fr;q=x"})
    asked = running.get("/", params={"lang": "en"})
    assert "gongkai_lang=en" in asked.headers["set-cookie"]
    assert "Overview" in running.html("/", headers={"Cookie": "gongkai_lang=en"})


def test_a_report_as_on_paper(running: Running) -> None:
    agency, year = AGENCIES[0], 2022
    html = running.html(f"/report/{quote(running.report(agency, year), safe='')}")
    expected = figures_of("2021", f"{agency}{year}")
    for cell, value in expected.items():
        shown = re.search(rf'data-cell="{re.escape(cell)}"[^>]*><a [^>]*>([^<]*)<', html)
        assert shown, cell
        assert shown[1] == ("" if cell == "requests.carried_in.enterprise" else str(value)), cell
    assert 'class="figure blank' in html
    assert EVIL not in html
    assert "&lt;script&gt;" in html


def test_the_figures_of_a_report_as_csv(running: Running) -> None:
    report = quote(running.report(AGENCIES[0], 2022), safe="")
    link = f"/report/{report}/figures.csv"
    assert link in running.html(f"/report/{report}")
    answer = running.get(link)
    rows = {row["cell"]: row for row in csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))}
    assert rows[CELL]["value"] == str(figures_of("2021", f"{AGENCIES[0]}2022")[CELL])
    assert rows["requests.carried_in.enterprise"]["value"] == ""


def test_failed_identities_are_marked_and_last_year_stands_beside(running: Running) -> None:
    report = quote(running.report(*WRONG), safe="")
    html = running.html(f"/report/{report}?beside=1")
    assert re.search(r'<td class="figure number failed" data-cell="requests.total.natural_person"', html)
    before = figures_of("2021", f"{WRONG[0]}{WRONG[1] - 1}")[CELL]
    assert f"<small>{before}</small>" in html
    assert "requests.results.natural_person" in html


def test_versions_show_what_was_edited_and_lead_to_both(running: Running) -> None:
    report = running.report(*EDITED)
    html = running.html(f"/report/{quote(report, safe='')}")
    old = re.search(
        r'href="(/evidence/[^"]*/review_litigation.reconsideration.upheld\?doc=[0-9a-f]{64})"', html
    )
    assert old
    page = running.html(old[1])
    was = figures_of("2021", f"{EDITED[0]}{EDITED[1]}")["review_litigation.reconsideration.upheld"]
    assert f'<p class="big">{was}' in page
    frame = running.html(old[1].replace("?", "/document?"))
    marked = re.search(r'id="gongkai-cell"[^>]*>([^<]*)<', frame)
    assert marked
    assert marked[1] == str(was)
    chain = running.get(
        f"/api/reports/{old[1].removeprefix('/evidence/').replace('/', '/figures/', 1)}"
    ).json()
    assert chain["seen"][0]["time"].startswith(f"{EDITED[1] + 1}-01-20"), "when the earlier version was there"


def test_evidence_of_a_page(running: Running) -> None:
    link = figure(running, AGENCIES[0], 2021)
    page = running.html(link)
    assert 'sandbox=""' in page
    assert "gongkai trace" in page
    answer = running.get(f"{link}/document")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "allow-scripts" not in policy
    marked = re.search(r'id="gongkai-cell"[^>]*>([^<]*)<', answer.text)
    assert marked
    assert marked[1] == str(figures_of("2021", f"{AGENCIES[0]}2021")[CELL])
    assert "<script" not in answer.text
    assert 'onerror="' not in answer.text.replace('onerror="window.evil=1"&gt;', "")


def test_evidence_of_a_pdf_and_of_a_word_file(running: Running) -> None:
    link = f"/evidence/{pdf_report(running)}/{CELL}"
    assert 'sandbox="allow-same-origin"' in running.html(link)
    frame = running.html(f"{link}/document")
    assert re.search(r'<rect id="gongkai-cell" x="[\d.]+"', frame)
    shown = re.search(r'<image href="([^"]+)"', frame)
    assert shown
    picture = running.get(shown[1].replace("&amp;", "&"))
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    rows = running.explorer.db.rows("SELECT report_id FROM reports WHERE media_type LIKE '%wordprocessing%'")
    word = running.html(f"/evidence/{quote(rows[0]['report_id'], safe='')}/{CELL}/document")
    assert re.search(r'<td id="gongkai-cell">0</td>', word)


def test_a_document_that_is_not_published_can_be_seen(running: Running) -> None:
    html = running.html("/desk/unreadable")
    assert "卫滨" not in html
    rows = {row["source_url"]: row for row in running.get("/api/desk/unreadable").json()["rows"]}
    assert {row["site"] for row in rows.values()} == {SITE}
    assert f"?site={SITE}" in running.html("/desk")
    broken, unnamed = (
        rows[f"http://127.0.0.1:9/{name}"]["sha256"] for name in ("broken.pdf", "unnamed.html")
    )
    assert f'href="/document/{broken}"' in html
    assert "文件不完整" in running.html(f"/document/{broken}"), "why it could not be read"
    page = running.html(f"/document/{unnamed}", params={"lang": "en"})
    assert "not published" in page
    assert 'sandbox=""' in page
    assert "年度报告" in page, "the words of the link that led there"
    frame = running.get(f"/document/{unnamed}/view")
    assert frame.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert "政策解读" in frame.text
    assert "<script" not in frame.text
    assert "无法显示" in running.html(f"/document/{broken}/view")
    assert running.get(f"/document/{broken}/page.png").status_code == 404
    assert running.get(f"/original/{unnamed}").headers["content-disposition"].startswith("attachment")
    assert running.get(f"/api/documents/{unnamed}").json()["seen"][0]["site"] == SITE
    assert running.get(f"/document/{'0' * 64}").status_code == 404


def test_the_pages_of_a_document_can_be_leafed_through(running: Running) -> None:
    sha256 = running.explorer.db.rows("SELECT sha256 FROM reports WHERE media_type = 'application/pdf'")[0][
        "sha256"
    ]
    first = running.html(f"/document/{sha256}/view", params={"lang": "en"})
    assert "page 1 of" in first
    following = re.search(r'href="([^"]+)">→', first)
    assert following
    assert "第 2 页" in running.html(following[1].replace("&amp;", "&"))
    assert "无法显示" in running.html(f"/document/{sha256}/view?page=999")


def test_strict_headers_on_every_page(running: Running) -> None:
    for path in ("/", "/reports", "/nope", "/static/style.css", "/api/release"):
        headers = running.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff", path
    assert "style=" not in running.html("/")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "", "localhost.evil"])
def test_other_names_are_refused(running: Running, host: str) -> None:
    assert running.get("/", headers={"Host": host}).status_code == 421


def test_the_original_is_saved_never_shown(running: Running) -> None:
    sha256 = running.explorer.db.rows("SELECT sha256 FROM reports LIMIT 1")[0]["sha256"]
    answer = running.get(f"/original/{sha256}")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert running.get(f"/original/{'0' * 64}").status_code == 404
    assert running.get("/original/..%2f..%2fetc").status_code == 404


def test_search(running: Running) -> None:
    html = running.html("/search", params={"q": "政策解读 质量"})
    assert "<mark>政策解读</mark>" in html
    assert EVIL not in html
    assert "没有符合条件" in running.html("/search", params={"q": "查无此语"})
    assert "没有符合条件" in running.html("/search", params={"q": '"" OR * NEAR ( -'})
    assert AGENCIES[1] in running.html("/search", params={"q": "红旗区"})


def test_lists_filters_and_pages(running: Running) -> None:
    html = running.html("/reports", params={"q": "红旗区", "year": 2022})
    assert html.count("/report/") == 1
    assert running.html("/reports", params={"failed": 1}).count("/report/") == 1
    assert "/report/" not in running.html("/reports", params={"q": "100%_"})
    assert "not_found" in running.html("/coverage", params={"year": 2022, "province": "410000"})
    for odd in ("offset=-1", "offset=99999999", "year=x", "year=99999999", "province='--", "level=%00"):
        assert running.get(f"/reports?{odd}").status_code == 200, odd


def test_compare(running: Running) -> None:
    asked = "&".join(
        f"a={quote(f'{region}/{agency}')}"
        for agency, region in zip(AGENCIES, ("410703", "410702", "410704"), strict=True)
    )
    html = running.html(f"/compare?{asked}&f={CELL}&f=requests.granted.total&f=nonsense")
    assert html.count("<svg") == 2
    value = figures_of("2021", f"{AGENCIES[0]}2023")[CELL]
    assert f">{value}</a>" in html
    csv = running.get(f"/compare.csv?{asked}&f={CELL}").text.splitlines()
    assert csv[0] == "\ufeffcell,label_zh,label_en,region,agency,2020,2021,2022,2023"
    assert csv[1].endswith(f",{value}")
    assert len(csv) == 4
    assert AGENCIES[2] in running.html("/compare", params={"find": "凤泉"})


def test_what_a_comparison_leaves_out_is_said(running: Running) -> None:
    known = f"410703/{AGENCIES[0]}"
    unknown = ["410703/没有的机关", "no slash", "<b>x</b>"]
    asked = {"a": [known, *unknown], "f": [CELL, "nonsense", ""]}
    for lang, words in (("zh", "未列入比较"), ("en", "Left out of the comparison")):
        html = running.html("/compare", params={**asked, "lang": lang})
        (note,) = re.findall(f'<p class="note" role="status">{words}(.*?)</p>', html)
        assert all(escape(one) in note for one in [*unknown, "nonsense"])
        assert AGENCIES[0] not in note
        assert words not in running.html("/compare", params={"a": known, "f": [CELL, ""], "lang": lang})
    said = running.get("/api/compare", params=asked).json()
    assert said["left_out"] == [*unknown, "nonsense"]
    assert [row["agency"] for row in said["figures"][CELL]] == [AGENCIES[0]]


def test_levels_have_the_same_names_everywhere(running: Running) -> None:
    options = re.search(
        r'<select name="level">(.*?)</select>', running.html("/reports", params={"lang": "en"})
    )
    assert options
    assert tuple(re.findall(r'value="(\w+)"', options[1])) == LEVELS
    columns = {(name, one.name): one for name, table in tables().items() for one in table.columns}
    assert re.findall(r"[a-z]+", columns["reports", "level"].zh) == list(LEVELS)
    for name in ("reports", "coverage"):
        assert all(level in columns[name, "level"].en for level in LEVELS)


def test_quality_desk_leads_to_evidence(running: Running) -> None:
    assert "3" in running.html("/desk")
    html = running.html("/desk/checks")
    link = re.search(r'href="(/evidence/[^"]+)"', html)
    assert link
    assert running.get(link[1]).status_code == 200
    assert "broken.pdf" in running.html("/desk/unreadable")
    between = running.html("/desk/years")
    earlier = re.search(r'href="(/evidence/[^"]+)">2020/', between)
    assert earlier
    assert running.get(earlier[1]).status_code == 200
    for kind in ("confidence", "copies", "issues"):
        assert running.get(f"/desk/{kind}").status_code == 200
        assert running.get(f"/desk/{kind}.csv").text.startswith("\ufeff")
    assert running.get("/desk/nonsense").status_code == 404


def test_api(running: Running) -> None:
    report = running.report(AGENCIES[0], 2022)
    at = f"/api/reports/{quote(report, safe='')}"
    assert running.get("/api/release").json()["counts"]["reports"] == 14
    assert running.get("/api/reports?year=2022&limit=1").json()["count"] == 3
    assert running.get(at).json()["report"]["agency"] == AGENCIES[0]
    rows = {row["cell"]: row for row in running.get(f"{at}/figures").json()["rows"]}
    assert rows[CELL]["value"] == figures_of("2021", f"{AGENCIES[0]}2022")[CELL]
    assert rows["requests.carried_in.enterprise"]["value"] is None
    chain = running.get(f"{at}/figures/{CELL}").json()
    assert len(chain["document"]["sha256"]) == 64
    assert chain["seen"][0]["url"] == "http://127.0.0.1:9/0-2022.html"
    top = running.get(f"/api/figures?cell={CELL}&year=2022").json()["rows"]
    assert top[0]["value"] == max(row["value"] for row in top)
    assert running.get("/api/search?q=政策解读").json()["count"] >= 12
    assert running.get(f"{at}/sections").json()["rows"]
    assert running.get("/api/desk/checks").json()["count"] == 3
    assert running.get("/api/coverage?year=2022&limit=2").json()["rows"]
    assert running.get("/api/trends").json()["rows"]
    assert running.get("/api/reports/none").status_code == 404
    assert "/api/figures" in running.html("/api")


def test_what_is_not_there_is_said(running: Running) -> None:
    for path in ("/nope", "/report/none", "/evidence/none/a.b.c", f"{figure(running, AGENCIES[0], 2022)}x",
                 f"{figure(running, AGENCIES[0], 2022)}?doc={'0' * 64}", "/static/../app.py"):  # fmt: skip
        assert running.get(path).status_code == 404, path
    assert running.client.post("/").status_code in (404, 405)


def test_a_query_that_takes_too_long_is_ended(running: Running) -> None:
    slow = Database(running.explorer.release.path, seconds=0.05)
    with pytest.raises(SlowQueryError):
        slow.rows("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
    assert slow.one("SELECT 1 AS one") == {"one": 1}
    slow.close()


def test_the_file_cannot_be_written(running: Running) -> None:
    with pytest.raises(Exception, match="readonly"):
        running.explorer.db.rows("DELETE FROM reports")


def test_releases_are_fetched_checked_and_missed_with_words(running: Running, tmp_path) -> None:
    store = running.store
    found = fetch_release(store, tmp_path)
    found.path.write_bytes(found.path.read_bytes()[:-1])
    again = fetch_release(store, tmp_path, found.version)
    assert again.path.stat().st_size == running.explorer.release.path.stat().st_size
    with pytest.raises(ReleaseError, match="no release 1999"):
        fetch_release(store, tmp_path, "1999-01-01.1")


def test_the_cache_has_bounds(running: Running, tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"{number}.sqlite").write_bytes(b"of an earlier release")
        os.utime(tmp_path / f"{number}.sqlite", (1000 + number, 1000 + number))
    abandoned, going_on = tmp_path / ".fetching-a", tmp_path / ".fetching-b"
    abandoned.touch()
    going_on.touch()
    os.utime(abandoned, (1000, 1000))
    used = fetch_release(running.store, tmp_path).path
    assert {path for path in tmp_path.iterdir() if path.is_file()} == {
        used, going_on, tmp_path / "4.sqlite", tmp_path / "3.sqlite",
    }  # fmt: skip


def test_what_was_shown_is_kept_up_to_a_size(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def ask(request: str, data: bytes) -> tuple[int, dict[str, str]]:
        made.append(data)
        return 40, {"way": "html", "html": data.decode()}

    monkeypatch.setattr(shown, "_ask", ask)
    pages = shown.Shown(kept_bytes=100)
    for name in (b"a", b"b", b"a", b"c", b"a", b"b"):
        assert pages.show(name.decode(), lambda name=name: name, {}, "text/html")["html"] == name.decode()
    assert made == [b"a", b"b", b"c", b"b"], "what was used last stays"


def test_places_are_read_back() -> None:
    assert parse_place("part 2; page 4; table 1; row 3; column 2; box 1,2.5,3,4") == {
        "part": 2, "page": 4, "table": 0, "row": 2, "column": 1, "bbox": [1.0, 2.5, 3.0, 4.0],
    }  # fmt: skip
    assert parse_place("table 1; row 1; column 1; path /html/body/td[2]")["path"] == "/html/body/td[2]"
    assert parse_place("") == {}
