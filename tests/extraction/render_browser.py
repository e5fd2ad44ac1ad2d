"""Prints the statutory tables with a browser: `python -m tests.extraction.render_browser CHROMIUM`.

Run once; the result is committed (compressed, for the browser embeds outlines of every character).
"""

from __future__ import annotations

import gzip
import subprocess
import sys
import tempfile
from html import escape
from itertools import count
from pathlib import Path

from tests.extraction.render_forms import Grid, report_grids

FIXTURE = Path(__file__).parent.parent / "data" / "pdf" / "browser-2021.pdf.gz"
TITLE = "某某街道办事处2021年政府信息公开工作年度报告"
HEADS = (
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况",
)
STYLE = (
    "body { font: 12pt 'Noto Serif CJK SC' } p { text-indent: 2em } td { border: 1px solid black } "
    "table { border-collapse: collapse; width: 100%; font-size: 9pt }"
)


def table(grid: Grid) -> str:
    rows = [
        "".join(
            f'<td rowspan="{rowspan}" colspan="{colspan}">{escape(text).replace(chr(10), "<br>")}</td>'
            for text, rowspan, colspan in row
        )
        for row in grid
    ]
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def grids() -> list[Grid]:
    numbers = count(1001)
    return report_grids("2021", lambda _table, _row, _column: str(next(numbers)))


def main(chromium: str) -> None:
    body = f"<h1>{TITLE}</h1><p>一、总体情况</p><p>{'正文' * 400}</p>"
    body += "".join(f"<p>{head}</p>{table(grid)}" for head, grid in zip(HEADS, grids(), strict=True))
    with tempfile.TemporaryDirectory() as folder:
        page, printed = Path(folder, "a.html"), Path(folder, "a.pdf")
        page.write_text(
            f"<meta charset=utf-8><title>年报</title><style>{STYLE}</style>{body}", encoding="utf-8"
        )
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
        subprocess.run([chromium, *options, f"--print-to-pdf={printed}", str(page)], check=True)
        FIXTURE.write_bytes(gzip.compress(printed.read_bytes(), mtime=0))


if __name__ == "__main__":
    main(sys.argv[1])
