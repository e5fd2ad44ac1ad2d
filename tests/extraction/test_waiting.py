"""Articles that a page holds without showing them: a script puts them where a reader sees them."""

from __future__ import annotations

import json
import random
from dataclasses import asdict
from html import escape

import pytest

from dataset.explorer.show_html import MARK, show_html
from extraction import Record, extract, extract_all
from tests.extraction.printed_forms import (
    Model,
    html_table,
    model,
    proactive_table,
    requests_table,
    review_table,
    right,
)

M = model(random.Random(7), "2021", 0)
BEFORE = model(random.Random(8), "2021", 0)


def article(m: Model, year: int) -> str:
    tables = "".join(html_table(each(m)) for each in (proactive_table, requests_table, review_table))
    return f"<p>青溪县教育局{year}年政府信息公开工作年度报告</p><p>一、总体情况</p><p>全年无事。</p>{tables}"


ARTICLE = article(M, M.year)
PERCENT = "".join(c if c.isalnum() and c.isascii() else f"%u{ord(c):04x}" for c in ARTICLE)
STRING = json.dumps(ARTICLE).replace("</", "<\\/")
STATE = json.dumps({"p": [{"body": ARTICLE}]}).replace("</", "<\\/")
TWICE = json.dumps(json.dumps({"body": ARTICLE})).replace("</", "<\\/")


def page(body: str) -> bytes:
    title = f"青溪县教育局{M.year}年政府信息公开工作年度报告"
    return (
        f"<html><head><meta charset=utf-8><title>{title}</title></head><body>{body}"
        "<div>主办：青溪县人民政府</div></body></html>"
    ).encode()


HOLDERS = {
    "hidden": f"<div id=a style='display:none'>{ARTICLE}</div><script>$('#a').show()</script>",
    "template": f"<template>{ARTICLE}</template>",
    "noscript": f"<noscript>{ARTICLE}</noscript>",
    "textarea": f"<textarea style='display:none'>{escape(ARTICLE)}</textarea>",
    "textarea in a cell": f"<table><tr><td><textarea style='display:none'>{ARTICLE}</textarea></table>",
    "xmp": f"<xmp>{ARTICLE}</xmp>",
    "html script": f"<script type='text/html'>{ARTICLE}</script>",
    "srcdoc": f"<iframe srcdoc='{escape(ARTICLE, quote=True)}'></iframe>",
    "assigned": f"<script>var title = 'it\\'s'; var a = {STRING};</script>",
    "state": f"<script>window.__S__={STATE}</script>",
    "state in a string": f"<script>window.__S__ = JSON.parse({TWICE});</script>",
    "unescape": f"<script>document.write(unescape('{PERCENT}'))</script>",
    "twice": f"<xmp>{ARTICLE}</xmp><xmp>{ARTICLE}</xmp>",
}


def codes(record: Record) -> set[str]:
    return {issue.code for issue in record.issues}


@pytest.mark.parametrize("holder", HOLDERS)
def test_an_article_that_waits_is_read_and_its_cells_are_found_again(holder: str) -> None:
    data = page(HOLDERS[holder])
    record = extract(data)
    assert right(record, M) == len(M.texts)
    assert record.kind == "report"
    assert "article_waits" in codes(record)
    shown = show_html(data, asdict(record.cells["requests.new.total"].at))
    assert shown["found"], record.cells["requests.new.total"].at
    assert f'id="{MARK}"' in shown["html"]
    assert "display:none" not in shown["html"].split(MARK + '"')[0].split("<body")[1]


def test_nothing_that_waits_is_read_where_the_page_shows_tables() -> None:
    other = article(BEFORE, M.year)
    for holder in (f"<template>{other}</template>", f"<xmp>{other}</xmp>"):
        assert right(extract(page(ARTICLE + holder)), M) == len(M.texts)


def test_of_waiting_articles_that_differ_none_is_read() -> None:
    other = article(BEFORE, M.year - 1)
    record = extract(page(f"<xmp>{ARTICLE}</xmp><xmp>{other}</xmp>"))
    assert not record.cells
    assert "hidden_text" in codes(record)


def test_the_tabs_of_other_years_are_reports_of_their_own() -> None:
    tabs = f"<div>{ARTICLE}</div><div style='display:none'>{article(BEFORE, M.year - 1)}</div>"
    records = extract_all(page(tabs))
    assert [record.report.year for record in records if record.report] == [M.year, M.year - 1]
    assert right(records[0], M) == len(M.texts)
    assert right(records[1], BEFORE) == len(BEFORE.texts)


def test_hidden_tables_of_the_same_year_are_left_out_and_told_unless_they_repeat() -> None:
    other = article(BEFORE, M.year)
    for hidden, told in ((other, True), (ARTICLE, False)):
        record = extract(page(f"<div>{ARTICLE}</div><div style='display:none'>{hidden}</div>"))
        assert right(record, M) == len(M.texts)
        assert ("hidden_text" in codes(record)) is told
