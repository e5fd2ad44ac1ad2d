"""Documents that need a program: Word 97, ODT and PDF by LibreOffice, PDF and page pictures by Chromium.

Only for making the committed documents; nothing in the tests calls it.
"""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import base64
import random
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.corpus.renderers import Rendered, docx, html, xlsx
from tests.corpus.reports import Report

PRINT_STYLE = (
    "<style>@page{{size:{size};margin:15mm}} body{{font-family:'Noto Serif CJK SC',serif;font-size:11pt}} h1,h2,h3,strong{{font-weight:normal}} "
    "table{{border-collapse:collapse;width:100%;{table}}} td,th{{border:{border};padding:2px;font-size:9pt;text-align:center}}</style>"
)


def _convert(data: bytes, extension: str, target: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"report.{extension}"
        source.write_bytes(data)
        office = shutil.which("soffice") or "soffice"
        subprocess.run(
            [
                office,
                f"-env:UserInstallation=file://{folder}/profile",
                "--headless",
                "--convert-to",
                target,
                "--outdir",
                f"{folder}/out",
                str(source),
            ],
            check=True,
            capture_output=True,
            timeout=180,
        )
        return next(Path(folder, "out").glob("report.*")).read_bytes()


def _chromium(page: str, *options: str, output: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(page, encoding="utf-8")
        target = Path(folder) / output
        browser = shutil.which("chromium") or "chromium"
        flag = "--print-to-pdf" if output.endswith("pdf") else "--screenshot"
        subprocess.run(
            [
                browser,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                f"--user-data-dir={folder}/profile",
                *options,
                f"{flag}={target}",
                source.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        return target.read_bytes()


def doc(report: Report, rng: random.Random, feature: str | None = None) -> Rendered:
    """Word 97; the same container under .wps is what WPS Office writes."""
    data = _convert(
        docx.render(report, rng, feature or rng.choice(["plain", "runs", "tracked"])).data,
        "docx",
        "doc:MS Word 97",
    )
    extension = "wps" if rng.random() < 0.25 else "doc"
    return Rendered(
        data, extension, rng.choice(["application/msword", "application/octet-stream"]), None, ["doc_word97"]
    )


def odt(report: Report, rng: random.Random, feature: str | None = None) -> Rendered:
    data = _convert(docx.render(report, rng, "plain").data, "docx", "odt")
    return Rendered(data, "odt", "application/vnd.oasis.opendocument.text", None, ["odt"])


def office_rtf(report: Report, rng: random.Random, feature: str | None = None) -> Rendered:
    data = _convert(docx.render(report, rng, "plain").data, "docx", "rtf")
    return Rendered(data, "rtf", "application/rtf", None, ["rtf_office"])


def office_docx(report: Report, rng: random.Random, feature: str | None = None) -> Rendered:
    data = _convert(docx.render(report, rng, feature or "plain").data, "docx", "docx:MS Word 2007 XML")
    return Rendered(data, "docx", None, None, ["docx_office"])


def xls(report: Report, rng: random.Random, feature: str | None = None) -> Rendered:
    data = _convert(xlsx.render(report, rng, "one_sheet").data, "xlsx", "xls:MS Excel 97")
    return Rendered(data, "xls", "application/vnd.ms-excel", None, ["xls_excel97"])


def office_pdf(report: Report, rng: random.Random, feature: str | None = None) -> Rendered:
    data = _convert(
        docx.render(report, rng, feature or rng.choice(["plain", "numbered"])).data, "docx", "pdf"
    )
    return Rendered(data, "pdf", "application/pdf", None, ["pdf_office"])


def _print_page(report: Report, rng: random.Random, size: str, border: str, table: str = "") -> str:
    style = PRINT_STYLE.format(size=size, border=border, table=table)
    return f"<html><head><meta charset='utf-8'>{style}</head><body>{html.body(report, rng, 'spans')}</body></html>"


def pdf(report: Report, rng: random.Random, feature: str | None = None) -> Rendered:
    """A page printed by Chromium: ruled, landscape, small pages (many cuts) or without rules."""
    feature = feature or rng.choice(["ruled", "landscape", "small", "unruled", "furniture"])
    size = {"landscape": "A4 landscape", "small": "A5"}.get(feature, "A4")
    border = "none" if feature == "unruled" else "1px solid #000"
    # The browser's own header and footer: a date, the title, the address, page numbers.
    options = [] if feature == "furniture" else ["--no-pdf-header-footer"]
    data = _chromium(_print_page(report, rng, size, border), *options, output="out.pdf")
    return Rendered(data, "pdf", rng.choice(["application/pdf", None]), None, [f"pdf_{feature}"])


def rotated_pdf(report: Report, rng: random.Random, feature: str | None = None) -> Rendered:
    """Pages turned by 90 degrees, as scanners and landscape tables leave them."""
    import pypdfium2

    source = pypdfium2.PdfDocument(pdf(report, rng, "landscape").data)
    for page in source:
        page.set_rotation(rng.choice([90, 270]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.pdf"
        source.save(path)
        return Rendered(path.read_bytes(), "pdf", "application/pdf", None, ["pdf_rotated"])


def picture(report: Report, rng: random.Random, feature: str | None = None) -> Rendered:
    """The whole report as one PNG, as clerks post it when the editor refuses tables."""
    page = _print_page(report, rng, "A4", "1px solid #000").replace(
        "<body>", "<body style='width:900px;background:#fff;filter:grayscale(1)'>"
    )
    data = _chromium(page, "--hide-scrollbars", "--window-size=940,3600", output="out.png")
    return Rendered(data, "png", "image/png", None, ["picture"])


def scan(report: Report, rng: random.Random, feature: str | None = None) -> Rendered:
    """A PDF whose pages hold only a picture."""
    image = base64.b64encode(picture(report, rng).data).decode()
    shift = "".join(
        f"<div style='height:297mm;width:210mm;overflow:hidden;page-break-after:always;background:url(data:image/png;base64,{image}) 0 -{297 * n}mm/210mm auto no-repeat'></div>"
        for n in range(3)
    )
    page = f"<html><head><style>@page{{size:A4;margin:0}}body{{margin:0}}</style></head><body>{shift}</body></html>"
    data = _chromium(page, "--no-pdf-header-footer", output="out.pdf")
    return Rendered(data, "pdf", "application/pdf", None, ["pdf_scan"])


def worn(report: Report, rng: random.Random, feature: str | None = None) -> Rendered:
    """A scan or picture that a machine or a clerk did something to; needs what the ocr extra brings."""
    from tests.corpus.renderers import scans

    return scans.render(report, rng, feature)
