"""Documents that join several bodies' reports: a record for each, and never cells of two under one name."""

from __future__ import annotations

import io
import json
import random
import zipfile
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

import jsonschema
import pytest

import extraction
from extraction import Record, extract, extract_all
from tests.extraction.printed_forms import (
    Model,
    Printed,
    dense,
    html_table,
    model,
    pipes,
    proactive_table,
    requests_table,
    review_table,
    right,
    silent_errors,
)
from tests.extraction.render_docx import docx, package, paragraph, table
from tests.extraction.render_pdf import Style, pdf, render
from tests.extraction.test_readers_sheets import book, sheet

SCHEMA = Path(extraction.__file__).with_name("record.schema.json")
BODIES = ("青溪县教育局", "青溪县水利局", "青溪县柳河镇人民政府")
PROSE = "全年工作平稳有序，制度进一步完善，渠道进一步拓宽，答复更加规范，监督更加有力。"
HEADS = ("总体情况", "主动公开政府信息情况", "收到和处理政府信息公开申请情况",
         "政府信息公开行政复议、行政诉讼情况", "存在的主要问题及改进情况", "其他需要报告的事项")  # fmt: skip

Block = str | Printed


@dataclass(frozen=True)
class Joined:
    blocks: list[Block]
    models: list[Model]


def own_blocks(m: Model, *, sections: bool = True) -> list[Block]:
    tables: list[Printed | None] = [None, proactive_table(m), requests_table(m), review_table(m), None, None]
    out: list[Block] = []
    for number, head, printed in zip("一二三四五六", HEADS, tables, strict=True):
        if sections:
            out.append(f"{number}、{head}")
        out.append(printed if printed is not None else PROSE * 2)
    return out


def workbook(*sheets: str, names: tuple[str, ...]) -> bytes:
    """A book that says what it is, as those of real programs do."""
    buffer = io.BytesIO(book(*sheets, names=names))
    with zipfile.ZipFile(buffer, "a") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
    return buffer.getvalue()


HEADINGS = {
    "titles": lambda n, body: [f"{body}2023年政府信息公开工作年度报告"],
    "two_lines": lambda n, body: [body, "2023年度政府信息公开工作年度报告"],
    "numbered": lambda n, body: [f"（{'一二三'[n]}）{body}2023年政府信息公开工作年度报告"],
    "names": lambda n, body: [body],
    "signed": lambda n, body: [f"{body}2023年政府信息公开工作年度报告"],
    "attached": lambda n, body: [f"附件{n + 1}：{body}2023年政府信息公开工作年度报告"],
    "yearless": lambda n, body: [f"{body}政府信息公开工作年度报告"],
    "labelled": lambda n, body: [f"编制单位：{body}", "2023年度政府信息公开工作年度报告"],
    "only_signed": lambda n, body: ["2023年政府信息公开工作年度报告"],
}
COVERED = {"numbered", "names", "yearless"}
SIGNED = {"signed", "only_signed"}


def joined(style: str, *, seed: int = 7, bodies: tuple[str, ...] = BODIES) -> Joined:
    rng = random.Random(seed)
    models = [model(rng, "2021", 0.05) for _ in bodies]
    blocks: list[Block] = ["青溪县2023年政府信息公开工作年度报告汇编"] if style in COVERED else []
    for number, (body, m) in enumerate(zip(bodies, models, strict=True)):
        blocks += HEADINGS[style](number, body)
        blocks += own_blocks(m)
        if style in SIGNED:
            blocks += [body, "2024年1月15日"]
    return Joined(blocks, models)


def as_html(blocks: list[Block]) -> bytes:
    inner = "".join(f"<p>{escape(b)}</p>" if isinstance(b, str) else html_table(b) for b in blocks)
    head = "<head><meta charset=utf-8><title>政府信息公开年报_青溪县人民政府</title></head>"
    return f"<html>{head}<body><div>{inner}</div></body></html>".encode()


def as_markdown(blocks: list[Block]) -> bytes:
    return "\n\n".join(
        b if isinstance(b, str) else pipes(dense(b, repeat=False), markdown=True) for b in blocks
    ).encode()


def as_docx(blocks: list[Block]) -> bytes:
    return docx("".join(paragraph(b) if isinstance(b, str) else table(b.rows) for b in blocks))


def as_pdf(blocks: list[Block]) -> bytes:
    return pdf(render([b if isinstance(b, str) else b.rows for b in blocks], Style(cut_rows=False)))


FORMATS = {"html": as_html, "markdown": as_markdown, "docx": as_docx, "pdf": as_pdf}


def told(record: Record) -> list[tuple[str | None, int | None]]:
    return [(p.report.agency, p.report.year) for p in record.parts if p.report is not None]


def assert_apart(record: Record, models: list[Model]) -> None:
    assert record.cells == {}
    for part, m in zip(record.parts, models, strict=True):
        assert silent_errors(part, m) == []
        assert right(part, m) == len(m.texts)


# A page that names no body container begins at its first title: a cover and a label above are the page's.
PAIRS = [
    (form, style)
    for form in FORMATS
    for style in HEADINGS
    if form != "html" or style not in {"yearless", "labelled"}
]


@pytest.mark.parametrize(("form", "style"), PAIRS)
def test_each_report_is_a_record(form: str, style: str) -> None:
    both = joined(style)
    record = extract(FORMATS[form](both.blocks))
    assert told(record) == [(body, 2023) for body in BODIES]
    assert_apart(record, both.models)
    assert [p.part.index for p in record.parts if p.part] == [1, 2, 3]
    [issue] = [issue for issue in record.issues if issue.code == "several_reports"]
    assert all(body in issue.message for body in BODIES)


def test_the_json_of_a_part_is_a_records_and_says_which() -> None:
    whole = extract(as_html(joined("titles").blocks)).to_dict()
    jsonschema.validate(whole, json.loads(SCHEMA.read_text(encoding="utf-8")))
    part = whole["parts"][1]
    assert set(part) == set(whole) - {"parts"}
    assert part["document"] == {**whole["document"], "part": part["document"]["part"]}
    assert part["document"]["part"]["index"] == 2
    assert part["document"]["part"]["of"] == 3
    assert whole["report"]["agency"] is None
    assert [record.to_dict() for record in extract_all(as_html(joined("titles").blocks))] == whole["parts"]
    assert json.loads(extract(as_html(joined("titles").blocks)).to_json()) == whole


def test_tables_are_counted_from_the_beginning_of_the_document() -> None:
    record = extract(as_html(joined("titles").blocks))
    first = [p.cells["requests.new.total"].at for p in record.parts]
    assert [at.table for at in first if at] == [1, 4, 7]


def test_one_report_has_no_parts() -> None:
    one = joined("titles", bodies=BODIES[:1])
    record = extract(as_html(one.blocks))
    assert record.parts == ()
    assert extract_all(as_html(one.blocks)) == [record]
    assert "parts" not in record.to_dict()
    assert "part" not in record.to_dict()["document"]
    # A cover, then the title again; a contents page; a related report named below.
    again = [
        *one.blocks[:1],
        "目录",
        *(f"{n}、{h}" for n, h in zip("一二三四五六", HEADS, strict=True)),
        *one.blocks,
    ]
    assert extract(as_html([*again, "青溪县水利局2022年政府信息公开工作年度报告"])).parts == ()


def uncertain() -> dict[str, list[Block]]:
    both = joined("titles")
    blocks = both.blocks
    size = len(blocks) // 3
    nameless = [
        b if not isinstance(b, str) or "年度报告" not in b else "政府信息公开工作年度报告" for b in blocks
    ]
    return {
        "the second has no title": [*blocks[:size], *blocks[size + 1 :]],
        "a report before the first title": [*blocks[1:size], *blocks[size:]],
        "none has a name": nameless,
        "one body twice": [*blocks[:size], *blocks[size : 2 * size], *blocks[:size]],
        "two of three are signed": joined("only_signed").blocks[:-2],
        "one body signs twice": joined("only_signed", bodies=BODIES[:1] * 2).blocks,
        "signed by another": [*blocks[:size], BODIES[2], "2024年1月15日", *blocks[size:]],
    }


@pytest.mark.parametrize("case", list(uncertain()))
def test_without_certainty_it_is_one_record_that_says_so(case: str) -> None:
    record = extract(as_html(uncertain()[case]))
    assert record.parts == ()
    doubted = [issue for issue in record.issues if issue.severity != "note"]
    assert {issue.code for issue in doubted} & {"several_reports", "several_tables"}
    # No figure of one body stands under the name of another, unflagged.
    flagged = {cell for issue in doubted for cell in issue.cells}
    tables = {cell for cell in flagged if "." not in cell}
    figures = [name for name, cell in record.cells.items() if cell.value is not None]
    assert all(name in flagged or name.split(".")[0] in tables for name in figures)


def test_sheets_of_several_bodies() -> None:
    both = joined("titles")
    sheets = [
        sheet(
            [
                f"{body}2023年政府信息公开统计表",
                *(t.rows for t in (proactive_table(m), requests_table(m), review_table(m))),
            ]
        )
        for body, m in zip(BODIES, both.models, strict=True)
    ]
    record = extract(workbook(*sheets, names=BODIES))
    assert [agency for agency, _ in told(record)] == list(BODIES)
    assert_apart(record, both.models)
    assert [p.part.where for p in record.parts if p.part] == list(BODIES)
    # One body's report over several sheets stays one record.
    m = both.models[0]
    grids = [sheet([t.rows]) for t in (proactive_table(m), requests_table(m), review_table(m))]
    one = extract(workbook(*grids, names=("主动公开", "依申请公开", "复议诉讼")))
    assert one.parts == ()
    assert right(one, m) == len(m.texts)


def test_files_of_several_bodies_in_a_zip() -> None:
    both = joined("titles")
    size = len(both.blocks) // 3
    files = {
        f"{n + 1}.{body}.docx": as_docx(both.blocks[n * size : (n + 1) * size])
        for n, body in enumerate(BODIES)
    }
    files |= {"1.青溪县教育局.pdf": as_pdf(both.blocks[:size]), "说明.docx": docx(paragraph("汇总说明"))}
    record = extract(package(dict(sorted(files.items()))))
    assert told(record) == [(body, 2023) for body in BODIES]
    assert_apart(record, both.models)
    assert [p.part.where.partition(".")[0] for p in record.parts if p.part] == ["1", "2", "3"]


def test_a_file_whose_name_alone_says_whose_it_is() -> None:
    both = joined("titles")
    size = len(both.blocks) // 3
    files = {}
    for n, body in enumerate(BODIES):
        text = ["2023年政府信息公开工作年度报告", *both.blocks[n * size + 1 : (n + 1) * size]]
        files[f"年报/{body}.docx"] = as_docx(text)
    assert sorted(told(extract(package(files)))) == sorted((body, 2023) for body in BODIES)


def test_one_report_in_two_formats_is_one_record() -> None:
    one = joined("titles", bodies=BODIES[:1])
    record = extract(
        package({"报告全文.docx": as_docx(one.blocks), "年度报告（公开版）.pdf": as_pdf(one.blocks)})
    )
    assert record.parts == ()
    assert right(record, one.models[0]) == len(one.models[0].texts)


@pytest.mark.parametrize("name", ["年报.pdf", "另一份.docx", "附表.docx"])
@pytest.mark.parametrize("bodies", [1, 2])
def test_two_files_of_one_report_that_disagree_are_an_issue(name: str, bodies: int) -> None:
    both = joined("titles", bodies=BODIES[:bodies])
    size = len(both.blocks) // bodies
    m = both.models[0]
    key = next(name for name, text in m.texts.items() if name.startswith("requests.") and text.isdigit())
    tables = own_blocks(replace(m, texts={**m.texts, key: "7777"}), sections=False)
    title = [] if name == "附表.docx" and bodies == 1 else [both.blocks[0]]
    form = as_pdf if name.endswith("pdf") else as_docx
    files = {f"{n}.docx": as_docx(both.blocks[n * size : (n + 1) * size]) for n in range(bodies)}
    files |= {"年报.docx": files.pop("0.docx")}

    def said(copy: bytes) -> list[tuple[str, ...]]:
        record = extract(package({**files, name: copy}))
        records = record.parts or (record,)
        assert len(records) == bodies
        return [i.cells for r in records for i in r.issues if i.code == "copies_disagree"]

    assert said(form([*title, *tables])) == [(key,)]
    assert said(form([*title, *own_blocks(m, sections=False)])) == []
