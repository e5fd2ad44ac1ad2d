"""A report as PDF, printed by Chromium the way a street office prints its letter.

Page ends cut two rows inside a word (``3.危及“三安全一稳`` / ``定”`` and ``4.无正当理由大量反`` /
``复申请``), as in the report this one is modelled on. Row heights are chosen so that pages are full there;
the cut itself is asked for, because Chromium would rather move a row of two lines to the next page.
"""

import subprocess
import tempfile
from html import escape
from pathlib import Path

from gongkai.demo.build.fonts import truetype_subset
from gongkai.demo.build.form import REQUEST_COLUMNS, Cell, Table
from gongkai.demo.build.report import Paragraph, Report

_PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>
<style>
@font-face {{ font-family: report; src: url(regular.ttf); }}
@font-face {{ font-family: report; font-weight: bold; src: url(bold.ttf); }}
@page {{
  size: A4; margin: 37mm 26mm 35mm 28mm;
  @bottom-center {{ content: "- " counter(page) " -"; font: 12pt report; }}
}}
body {{ margin: 0; font: 16pt/28pt report; text-align: justify; }}
p {{ margin: 0; text-indent: 2em; }}
p.letterhead {{ text-align: center; text-indent: 0; }}
p.letterhead:first-child {{
  color: #c00; font-size: 32pt; font-weight: bold; letter-spacing: 4pt; line-height: 1.5;
}}
p.number {{ border-bottom: 1.5pt solid #c00; padding-bottom: 6pt; }}
p.title {{
  text-align: center; text-indent: 0; font-size: 20pt; font-weight: bold; padding: 18pt 0; line-height: 1.5;
}}
p.heading {{ font-weight: bold; }}
p.right {{ text-align: right; text-indent: 0; }}
table {{
  border-collapse: collapse; width: 100%; table-layout: fixed; margin: 6pt 0;
  font-size: 12pt; line-height: 20pt;
}}
td {{ border: 0.75pt solid #000; padding: {padding}pt 2pt; text-align: center; }}
table.requests {{ line-break: anywhere; }}
table.requests td {{ vertical-align: top; }}
div.cut {{ break-before: page; }}
table.requests tr:nth-child(-n+5) td {{ padding: {lead}pt 2pt; }}
</style></head><body>
{body}
</body></html>
"""
FONTS = Path("/usr/share/fonts/opentype/noto")
CUTS = ("3.危及“三安全一稳", "4.无正当理由大量反")
_WIDTHS = {10: (7, 11, 26, *([56 / REQUEST_COLUMNS] * REQUEST_COLUMNS))}


def print_report(
    report: Report, target: Path, *, padding: float = 7.0, lead: float = 17.0, browser: str = "chromium"
) -> None:
    """Prints the report with Chromium."""
    body = "\n".join(_block(block) for block in report.blocks)
    page = _PAGE.format(title=escape(report.title or ""), body=body, padding=padding, lead=lead)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "report.html"
        source.write_text(page, encoding="utf-8")
        for face in ("Regular", "Bold"):
            data = truetype_subset(
                FONTS / f"NotoSerifCJK-{face}.ttc", "Noto Serif CJK SC", "".join(sorted(set(page)))
            )
            (Path(folder) / f"{face.lower()}.ttf").write_bytes(data)
        subprocess.run(
            [
                browser,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-pdf-header-footer",
                f"--user-data-dir={folder}/profile",
                f"--print-to-pdf={target}",
                source.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )


def _block(block: Paragraph | Table) -> str:
    if isinstance(block, Paragraph):
        kind = block.role + (" number" if block.role == "letterhead" and "〔" in block.text else "")
        # The title is printed in two lines, parted where the dump has its blank.
        text = escape(block.text).replace(" ", "<br>" if block.role == "title" else " ")
        return f'<p class="{kind}">{text}</p>'
    width = sum(cell.columns for cell in block[0])
    widths = _WIDTHS.get(width, (100 / width,) * width)
    columns = "".join(f'<col style="width: {share:.2f}%">' for share in widths)
    rows = "\n".join("<tr>" + "".join(_cell(cell) for cell in row) + "</tr>" for row in block)
    kind = ' class="requests"' if width in _WIDTHS else ""
    return f"<table{kind}><colgroup>{columns}</colgroup><tbody>\n{rows}\n</tbody></table>"


def _cell(cell: Cell) -> str:
    text = escape(cell.text)
    for cut in CUTS:
        text = text.replace(cut, f'{cut}<div class="cut"></div>')
    return f'<td rowspan="{cell.rows}" colspan="{cell.columns}">{text}</td>'
