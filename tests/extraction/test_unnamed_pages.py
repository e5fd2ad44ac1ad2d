"""A page that names no body: the report's own text is whole, and nothing of the page is in it.

The measure is the same report alone on a page: title, sections, stated figures and cells must be the same.
"""

import json
import random
from html import escape
from typing import Any

import pytest

from extraction import extract
from tests.corpus.grids import Grid
from tests.corpus.renderers import tables
from tests.corpus.reports import Options, Report, make
from tests.extraction.unnamed_pages import SHAPES, Parts

SEEDS = (1, 2)


def parts_of(report: Report, rng: random.Random, style: str) -> Parts:
    above: list[str] = []
    below: list[str] = []
    for block in report.blocks:
        into = below if below or isinstance(block, Grid) else above
        if isinstance(block, Grid):
            into.append(tables.table(block, style, rng))
        elif block.kind != "title":
            into.append(f"<p>{escape(block.text, quote=False)}</p>")
    return Parts(report.who.title or "", above, below)


def told(html: str) -> dict[str, Any]:
    record = json.loads(extract(html.encode()).to_json())
    report = record["report"] or {}
    return {
        "kind": record["kind"],
        "title": report.get("title"),
        "agency": report.get("agency"),
        "year": report.get("year"),
        "signed": report.get("signed"),
        "sections": [(s["key"], s["heading"], s["text"]) for s in record["sections"]],
        "mentions": [(m["key"], m["value"], m["flags"]) for m in record["mentions"]],
        "tables": record["tables"],
    }


def drawn(seed: int) -> Parts:
    rng = random.Random(f"unnamed/{seed}")
    report = make(rng, Options(edition=rng.choice(["2021", "2021", "2019"]), deviations=set()))
    return parts_of(report, rng, rng.choice(["spans", "tbody", "thead"]))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_report_is_whole_and_nothing_else_is_in_it(shape: str, seed: int) -> None:
    parts = drawn(seed)
    alone = told(f"<html><body><div class='TRS_Editor'><p>{parts.title}</p>{parts.body}</div></body></html>")
    assert alone["kind"] == "report"
    assert len(alone["sections"]) >= 5
    assert told(SHAPES[shape](parts)) == alone


@pytest.mark.parametrize("head", ["相关信息", "最新发布", "热点"])
def test_the_head_of_a_list_and_the_name_of_a_column_are_no_title(head: str) -> None:
    rng = random.Random("beside")
    parts = parts_of(make(rng, Options(edition="2021", deviations=set())), rng, "spans")
    links = "".join(
        f"<li><a href='{n}.html'>某县{n}年政府信息公开工作年度报告</a></li>" for n in range(2019, 2024)
    )
    page = (
        f"<html><body><div><div><h3>{head}</h3><ul>{links}</ul></div>"
        f"<div><h1>政府信息公开年报</h1>{parts.body}</div></div></body></html>"
    )
    said = told(page)
    assert (said["kind"], said["title"]) == ("report", None)
    assert said["agency"] is None or head not in said["agency"]
