"""Reports as web pages of many platforms, styles and charsets."""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import random
from html import escape

from tests.corpus.grids import Grid
from tests.corpus.renderers import Rendered, pages, tables
from tests.corpus.reports import Report, Text

CHARSETS = ["utf-8"] * 10 + [
    "gb18030",
    "gb2312_meta",
    "utf8_as_gb",
    "gb_as_utf8",
    "utf8_bom",
    "utf16",
    "no_charset",
    "gb_no_charset",
]


def _paragraph(block: Text, style: str, rng: random.Random) -> str:
    text = escape(block.text, quote=False)
    if style == "word":
        return f"<p class=MsoNormal style='text-indent:32.0pt'><span style='font-family:仿宋'>{text}<o:p></o:p></span></p>"
    if block.kind == "title":
        return rng.choice(
            [
                f'<p style="text-align:center;"><strong>{text}</strong></p>',
                f"<h2>{text}</h2>",
                f'<p align="center"><span style="font-size:22pt">{text}</span></p>',
            ]
        )
    if block.kind == "heading":
        return rng.choice([f"<p><strong>{text}</strong></p>", f"<p>　　{text}</p>", f"<h3>{text}</h3>"])
    if block.kind == "sign":
        return f'<p style="text-align:right;">{text}</p>'
    return rng.choice([f"<p>　　{text}</p>", f'<p style="text-indent:2em">{text}</p>', f"<div>{text}</div>"])


def body(report: Report, rng: random.Random, style: str, title: bool = True) -> str:
    """The report's blocks as one fragment."""
    out = []
    for block in report.blocks:
        if isinstance(block, Grid):
            out.append(tables.table(block, style, rng))
        elif title or block.kind != "title":
            out.append(_paragraph(block, style, rng))
    glue = rng.choice(["\n", "", "\r\n", "<p>&nbsp;</p>"])
    return glue.join(out)


def encode(text: str, charset: str) -> tuple[bytes, str | None]:
    """The bytes, and the charset that the server declares, if any."""
    if charset in {"gb18030", "gb2312_meta", "gb_as_utf8", "gb_no_charset"}:
        return text.encode("gb18030"), {"gb18030": "gb18030", "gb2312_meta": None}.get(charset)
    if charset == "utf8_bom":
        return b"\xef\xbb\xbf" + text.encode(), None
    if charset == "utf16":
        return text.encode("utf-16"), None
    return text.encode(), "utf-8" if charset == "utf-8" else None


META = {
    "gb18030": "gb18030",
    "gb2312_meta": "gb2312",
    "utf8_as_gb": "gb2312",
    "gb_as_utf8": "utf-8",
    "utf16": "utf-16",
}


def render(
    report: Report,
    rng: random.Random,
    style: str | None = None,
    template: str | None = None,
    charset: str | None = None,
) -> Rendered:
    """One page; what is not asked for is drawn."""
    style = style or rng.choice(tables.STYLES)
    template = template or rng.choice(pages.TEMPLATES)
    charset = charset or rng.choice(CHARSETS)
    title_in_body = template == "bare" or rng.random() < 0.5
    text = pages.page(
        body(report, rng, style, title_in_body),
        report.who,
        template,
        rng,
        title_in_body,
        META.get(charset, "utf-8"),
    )
    if charset.endswith("no_charset"):
        text = text.replace('<meta charset="utf-8"/>', "").replace('<meta charset="utf-8">', "")
        text = text.replace('<meta http-equiv="Content-Type" content="text/html; charset=utf-8"/>', "")
    data, declared = encode(text, charset)
    return Rendered(
        data,
        "html",
        f"text/html; charset={declared}" if declared else "text/html",
        pages.url(report.who, template, rng),
        [f"table_{style}", f"page_{template}", f"charset_{charset}"],
    )


def attachment_only(report: Report, rng: random.Random) -> Rendered:
    """A page whose report is only in an attachment or in pictures."""
    title = report.who.title or f"{report.who.short}{report.who.year}年政府信息公开工作年度报告"
    inner = rng.choice(
        [
            f'<p>附件：<a href="/attachment/0/1/{rng.randint(1000, 9999)}.docx">{title}.docx</a></p>',
            f'<p>{title}</p><p><a href="./P020220128.pdf">{title}.pdf</a></p>',
            '<p style="text-align:center"><img src="./W020220128_1.jpg"/><img src="./W020220128_2.jpg"/></p>',
        ]
    )
    template = rng.choice(["trs", "hanweb", "ucap"])
    text = pages.page(inner, report.who, template, rng, title_in_body=False, charset="utf-8")
    url = pages.url(report.who, template, rng)
    return Rendered(
        text.encode(), "html", "text/html; charset=utf-8", url, ["attachment_only", f"page_{template}"]
    )


def compilation(reports: list[Report], rng: random.Random) -> Rendered:
    """A page that joins the reports of several agencies."""
    style = rng.choice(["spans", "tbody", "word"])
    inner = "\n".join(body(report, rng, style) for report in reports)
    who = reports[0].who
    text = f'<html><head><meta charset="utf-8"><title>{who.year}年各部门政府信息公开工作年度报告汇编</title></head><body><div>{inner}</div></body></html>'
    return Rendered(text.encode(), "html", "text/html", None, ["compilation", f"table_{style}"])
