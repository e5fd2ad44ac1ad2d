"""PDF through a browser, with the borders that word processors and editors leave."""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from tests.corpus.redteam import paint_html
from tests.corpus.redteam.figures import Figures
from tests.corpus.redteam.grids import Sheet

_BASE = "body{font:11pt 'Noto Serif CJK SC'} table{border-collapse:collapse;width:100%;font-size:8.5pt;margin-top:6pt} td,th{padding:1pt 3pt;text-align:center} .nav{display:none}"
STYLES = {
    "ruled": "td{border:1px solid #000}",
    "open_sides": "td{border:1px solid #000} tr>td:first-child{border-left:none} tr>td:last-child{border-right:none}",
    "horizontal": "td{border-top:1px solid #000;border-bottom:1px solid #000}",
    "vertical": "td{border-left:1px solid #000;border-right:1px solid #000}",
    "unruled": "td{padding:3pt 6pt}",
    "zebra": "tr:nth-child(even) td{background:#eee}",
    "boxes": "table{border-collapse:separate;border-spacing:1px} td{border:1px solid #000}",
    "thick": "td{border:1.8px solid #000}",
    "dotted": "td{border:1px dotted #000}",
    "landscape": "@page{size:A4 landscape} td{border:1px solid #000}",
    "small_pages": "@page{size:A5;margin:8mm} td{border:1px solid #000}",
    "shaded": "td{border:1px solid #ccc} tr:first-child td{background:#dde}",
    "left": "td{border:1px solid #000;text-align:left;vertical-align:top}",
    "unruled_left": "td{text-align:left;vertical-align:top;padding:4pt 6pt}",
    "three_lines": "tr:first-child td{border-top:2px solid #000} tr:last-child td{border-bottom:2px solid #000} td{padding:2pt 4pt}",
    "rows_repeat": "td{border:1px solid #000} thead{display:table-header-group}",
}


def render(f: Figures, sheets: list[Sheet], how: str, table: str = "plain") -> bytes:
    page = paint_html.render(f, sheets, table, _BASE + STYLES[how])
    with tempfile.TemporaryDirectory() as folder:
        source, printed = Path(folder, "a.html"), Path(folder, "a.pdf")
        source.write_bytes(page)
        options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-pdf-header-footer",
            f"--user-data-dir={folder}/p",
        ]
        subprocess.run(
            ["chromium", *options, f"--print-to-pdf={printed}", str(source)], check=True, capture_output=True
        )
        return printed.read_bytes()
