"""Scans and pictures in a real browser: what a reader sees inside the drawn box is the figure."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

import extraction
from crawlers.rendering.browser import why_no_browser
from extraction import ocr
from storage import open_store
from tests.dataset.conftest import SmallArchive, publish
from tests.dataset.explorer.conftest import Running, see, serving, silent_page
from tests.dataset.explorer.made_archive import SITE, add

pytestmark = [
    pytest.mark.slow,  # recognition takes seconds a page
    pytest.mark.browser,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(why_no_browser() is not None, reason=str(why_no_browser())),
    pytest.mark.skipif(not ocr.available(), reason="the ocr extra is not installed"),
]

DOCUMENTS = Path(__file__).resolve().parents[2] / "corpus/documents"
CASES = ("worn-03-turned90.pdf", "picture-00.png", "word")


LOADED = "document.querySelector('iframe').contentDocument.readyState === 'complete'"


def truth(name: str) -> dict[str, str]:
    """The figures that a document of the corpus was made of, as printed."""
    stem = "picture-01" if name == "word" else Path(name).stem
    told = json.loads((DOCUMENTS / f"{stem}.truth.json").read_text("utf-8"))
    return {
        cell: one["raw"] for cell, one in told["cells"].items() if one["status"] == "number" and one["value"]
    }


def body(name: str) -> bytes:
    """A committed scan or picture, or a document that has one inside."""
    if name != "word":
        return (DOCUMENTS / name).read_bytes()
    from tests.extraction.test_inner_pictures import word

    return word((DOCUMENTS / "picture-01.png").read_bytes())


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, dict[str, str]]]:
    folder = tmp_path_factory.mktemp("scans")
    archive = SmallArchive(open_store(f"file://{folder}/store"))
    archive.site(SITE, region="410700")
    hashes = {
        name: add(archive, body(name), f"http://127.0.0.1:9/{name}", time="2023-02-01T00:00:00Z")
        for name in CASES
    }
    publish(archive.store, extractor=extraction.EXTRACTOR)
    with serving(archive.store, folder / "cache") as running:
        yield running, hashes


@pytest.mark.parametrize("name", CASES)
def test_what_stands_in_the_box_is_the_figure(
    browser: Any, scans: tuple[Running, dict[str, str]], name: str
) -> None:
    import numpy as np
    from PIL import Image

    from extraction.ocr.engine import engine

    running, hashes = scans
    found = running.get(f"/api/documents/{hashes[name]}").json()
    assert found["reports"], found
    report = quote(found["reports"][0]["report_id"], safe="")
    cells = sorted(truth(name).items(), key=lambda one: -len(one[1]))[:4]
    with silent_page(browser, running, device_scale_factor=2) as page:
        for cell, printed in cells:
            page.goto(f"/evidence/{report}/{cell}?doc={hashes[name]}")
            assert page.locator(".big").inner_text().split()[0] == printed
            inside = page.frame_locator("iframe")
            mark = inside.locator("rect#gongkai-cell")
            mark.wait_for()
            page.wait_for_function(LOADED)
            if "turned90" in name:
                inside.locator("a.turn").click()
                inside.locator("g[transform$='rotate(90)']").wait_for()
                page.wait_for_function(LOADED)
            see(page, mark)
            box = mark.bounding_box()
            mark.evaluate("element => { element.style.display = 'none'; }")
            seen = Image.open(io.BytesIO(page.screenshot(clip=box))).convert("L")
            inner = np.asarray(seen.crop((8, 8, seen.width - 8, seen.height - 8)))  # without the ruling lines
            ink = np.argwhere(inner < 150)
            (top, left), (bottom, right) = ink.min(axis=0), ink.max(axis=0)
            line = np.pad(inner[top : bottom + 1, left : right + 1], 8, constant_values=255)
            assert engine().read(line).text == printed, cell
