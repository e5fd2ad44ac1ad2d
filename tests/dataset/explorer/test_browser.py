"""The explorer in a real browser: what a reader sees, clicks and types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from crawlers.rendering.browser import why_no_browser
from tests.dataset.explorer.conftest import Running, see, silent_page
from tests.dataset.explorer.made_archive import AGENCIES, ELSEWHERE, WRONG, figures_of, unnamed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(why_no_browser() is not None, reason=str(why_no_browser())),
]


@pytest.fixture
def page(browser: Any, running: Running) -> Iterator[Any]:
    with silent_page(browser, running) as opened:
        yield opened


def report_link(running: Running, agency: str, year: int) -> str:
    return f"/report/{quote(running.report(agency, year), safe='')}"


def test_from_the_overview_to_a_report_and_its_evidence(page: Any, running: Running) -> None:
    page.goto("/")
    assert page.locator("svg.chart").count() == 3
    page.click("nav >> text=报告")
    page.fill("input[name=q] >> nth=1", "卫滨区")
    page.click("button:has-text('筛选')")
    page.click(f"a:has-text('{AGENCIES[0]}') >> nth=0")
    cell = "requests.granted.natural_person"
    value = str(figures_of("2021", f"{AGENCIES[0]}2023")[cell])
    link = page.locator(f"[data-cell='{cell}'] a")
    assert link.inner_text() == value
    link.click()
    marked = page.frame_locator("iframe").locator("#gongkai-cell")
    assert marked.inner_text() == value
    assert page.locator(".big").inner_text().split()[0] == value
    see(page, marked)
    assert marked.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    # The page's own script and picture, hostile both, did nothing; nor is there anything of it to talk to.
    assert page.evaluate("window.evil") is None
    assert page.evaluate("document.querySelector('iframe').contentDocument") is None


def test_the_cell_is_in_sight_when_the_style_comes_late(page: Any, running: Running) -> None:
    def late(route: Any) -> None:
        page.wait_for_timeout(700)  # longer than the archived page takes
        route.continue_()

    page.route("**/style.css", late)
    page.goto(
        f"/evidence/{quote(running.report(AGENCIES[0], 2023), safe='')}/requests.granted.natural_person"
    )
    page.wait_for_load_state("networkidle")
    marked = page.frame_locator("iframe").locator("#gongkai-cell")
    see(page, marked)
    page.set_viewport_size({"width": 400, "height": 900})
    page.click("text=回到此格")
    see(page, marked)
    assert page.evaluate("document.documentElement.scrollWidth") == 400


def test_the_box_on_a_pdf_page_holds_the_figure(page: Any, running: Running) -> None:
    import io

    import pypdfium2 as pdfium

    row = running.explorer.db.rows(
        "SELECT report_id, sha256 FROM reports WHERE media_type = 'application/pdf'"
    )[0]
    cell = "proactive.normative_documents.in_force"
    found = running.get(f"/api/reports/{quote(row['report_id'], safe='')}/figures/{cell}").json()
    page.goto(f"/evidence/{quote(row['report_id'], safe='')}/{cell}")
    inside = page.frame_locator("iframe")
    mark, picture = inside.locator("rect#gongkai-cell"), inside.locator("image")
    mark.wait_for()
    page.wait_for_function("document.querySelector('iframe').contentDocument.readyState === 'complete'")
    see(page, mark)
    drawn, whole = mark.bounding_box(), picture.bounding_box()
    # The box as the browser draws it, back in points: the text that PDFium finds there is the figure.
    from storage import Archive

    body = pdfium.PdfDocument(io.BytesIO(Archive(running.store).get_body(row["sha256"])))
    sheet = body[found["at"]["page"] - 1]
    width, height = sheet.get_size()
    scale = width / whole["width"]
    left, top = (drawn["x"] - whole["x"]) * scale, (drawn["y"] - whole["y"]) * scale
    text = sheet.get_textpage().get_text_bounded(
        left=left,
        top=height - top,
        right=left + drawn["width"] * scale,
        bottom=height - top - drawn["height"] * scale,
    )
    assert text.strip() == found["raw"].strip() != ""
    body.close()


def test_a_word_file_is_shown_as_read(page: Any, running: Running) -> None:
    rows = running.explorer.db.rows("SELECT report_id FROM reports WHERE media_type LIKE '%wordprocessing%'")
    page.goto(f"/evidence/{quote(rows[0]['report_id'], safe='')}/requests.new.total")
    marked = page.frame_locator("iframe").locator("td#gongkai-cell")
    assert marked.inner_text().strip() == "0"
    row = marked.locator("xpath=..").inner_text()
    assert "本年新收" in row


def test_compare_and_a_chart_as_a_picture(page: Any, running: Running) -> None:
    page.goto("/compare")
    for word in ("卫滨", "凤泉"):
        page.fill("input[name=find]", word)
        page.click("button:has-text('显示')")
        page.click(".chips a:has-text('＋')")
    assert page.locator(".chips.chosen li").count() == 2
    assert page.locator("svg.chart circle").count() == 8
    with page.expect_download() as waiting:
        page.click("button.png")
    path = waiting.value.path()
    assert path.read_bytes().startswith(b"\x89PNG")
    assert path.stat().st_size > 5000


def test_search(page: Any, running: Running) -> None:
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("政策解读 质量")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")
    assert page.locator("mark").first.inner_text() == "政策解读"
    page.click(".hits a >> nth=0")
    assert "政策解读" in page.locator("details:target .prose").inner_text()


def test_the_language_is_switched_and_kept(page: Any, running: Running) -> None:
    page.goto("/reports?year=2022")
    page.click("a.language")
    assert page.locator("h1").inner_text() == "Reports"
    assert "year=2022" in page.url
    page.click("nav >> text=Quality desk")
    assert page.locator("h1").inner_text() == "Quality desk"
    page.keyboard.press("l")
    page.wait_for_url("**lang=zh*")
    assert page.locator("h1").inner_text() == "质量台"


def test_the_keyboard(page: Any, running: Running) -> None:
    page.goto(report_link(running, *WRONG))
    page.focus("[data-cell='requests.new.natural_person'] a")
    page.keyboard.press("ArrowRight")
    focused = "document.activeElement.closest('td').dataset.cell"
    assert page.evaluate(focused) == "requests.new.enterprise"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == "requests.granted.enterprise"
    page.keyboard.press("y")
    page.wait_for_url("**beside=1")
    page.keyboard.press("[")
    page.wait_for_url(lambda url: url.endswith("-2021"))
    page.keyboard.press("?")
    assert page.locator("dialog#keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.wait_for_url("**/compare")


def test_without_javascript(browser: Any, running: Running) -> None:
    context = browser.new_context(base_url=running.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(report_link(running, *WRONG))
    page.click("[data-cell='requests.new.total'] a")
    assert page.frame_locator("iframe").locator("#gongkai-cell").inner_text() == str(
        figures_of("2021", f"{WRONG[0]}{WRONG[1]}")["requests.new.total"]
    )
    assert page.locator("button.png").count() == 0
    page.goto("/")
    assert not page.locator("button.png").first.is_visible()
    context.close()


def test_a_hostile_page_runs_nothing_and_asks_nobody(browser: Any, running: Running) -> None:
    rows = running.get("/api/desk/unreadable").json()["rows"]
    sha256 = next(row["sha256"] for row in rows if row["source_url"].endswith("unnamed.html"))
    asked: list[str] = []
    context = browser.new_context(base_url=running.url)

    def answer(route: Any) -> None:
        asked.append(route.request.url)  # what the policy forbids does not come this far
        route.fulfill(body="", content_type="text/plain")

    context.route(f"{ELSEWHERE}/**", answer)
    for path in (f"/document/{sha256}", f"/document/{sha256}/view"):
        page = context.new_page()
        page.goto(path)
        page.wait_for_load_state("networkidle")
        shown = page.frame_locator("iframe") if not path.endswith("view") else page
        assert "政策解读" in shown.locator("body").inner_text()
        shown.locator("button").first.click()
        shown.locator("a:has-text('丙')").click()
        page.wait_for_load_state("networkidle")
        assert page.url == f"{running.url}{path}"
        assert page.evaluate("window.evil") is None
        assert asked == []
    # As it was received it does all that: what is tested above can fail.
    raw = context.new_page()
    raw.route("**/raw", lambda route: route.fulfill(body=unnamed(), content_type="text/html; charset=utf-8"))
    raw.goto("/raw", wait_until="commit")
    raw.wait_for_url(f"{ELSEWHERE}/moved")
    assert len(asked) > 3
    context.close()
