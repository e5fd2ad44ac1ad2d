"""One report: its blocks in reading order and its truth."""

# ruff: noqa: E501, PERF401 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from tests.corpus import figures as fig
from tests.corpus import grids, labels, narrative
from tests.corpus.figures import Printed, Table
from tests.corpus.grids import Grid
from tests.corpus.identities import Identity, identity


@dataclass
class Text:
    """A paragraph; `kind` is title, heading, text, sign or wrapper."""

    text: str
    kind: str = "text"


Block = Text | Grid


@dataclass
class Report:
    """A report to render, and what is true of it."""

    who: Identity
    editions: dict[str, str]
    blocks: list[Block]
    table: Table
    broken: list[str] = field(default_factory=list)
    deviations: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    extra_rows: list[str] = field(default_factory=list)
    year_flag: bool = False
    stated: narrative.Stated = field(default_factory=narrative.Stated)
    sections: list[str] = field(default_factory=list)

    @property
    def edition(self) -> str:
        return self.editions.get("requests") or next(iter(self.editions.values()), "")

    def truth(self) -> dict[str, Any]:
        """The truth as JSON."""
        who = self.who
        return {
            "kind": "report",
            "title": who.title,
            "agency": who.agency,
            "agency_accept": who.accept,
            "year": who.year,
            "year_flag": self.year_flag,
            "edition": self.edition or None,
            "editions": self.editions,
            "region": who.region,
            "published": who.published,
            "signed": who.signed,
            "document_number": who.number,
            "issued": [who.signed or who.published] if who.issued else [],
            "deviations": sorted({*self.deviations, *who.deviations}),
            "missing_tables": self.missing,
            "broken": self.broken,
            "extra_rows": self.extra_rows,
            "sections": self.sections,
            "mentions": sorted(set(self.stated.own)),
            "mentions_other_years": sorted(set(self.stated.others)),
            "cells": {key: _cell(cell) for key, cell in self.table.items()},
        }


def _cell(cell: Printed) -> dict[str, Any]:
    out: dict[str, Any] = {"value": json_number(cell.value), "status": cell.status, "raw": cell.raw}
    if cell.accept:
        out["accept"] = [json_number(value) for value in cell.accept]
    return out


def json_number(value: fig.Number | None) -> int | float | None:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


STYLE_WEIGHTS = {
    "plain": 10,
    "wide_space": 2,
    "trailing_space": 1,
    "full_width": 1,
    "bookmark": 1,
    "thousands": 2,
    "unit": 2,
    "note": 2,
    "signed": 2,
    "word_change": 1,
    "decimals": 1,
    "split_digits": 1,
    "wrapped_digits": 1,
    "footnote": 1,
    "zero_width": 1,
    "vague": 1,
    "mixed_zero": 2,
    "blank_zero": 2,
    "blank_leaves": 2,
    "nbsp_blank": 2,
    "slash": 2,
    "dash": 1,
    "hyphen": 1,
    "none": 1,
}
FEES = ["fee_head_yuan", "fee_cell_yuan", "fee_cell_wan"]
MONEY = ["money_cell_yuan", "money_cell_wan", "money_head_wan", "money_head_yuan", "money_bare"]


@dataclass
class Options:
    """What kind of report is wanted; anything left None is drawn."""

    edition: str | None = None
    profile: str | None = None
    style: str | None = None
    deviations: set[str] | None = None
    year: int | None = None


def _draw_deviations(rng: random.Random, edition: str) -> set[str]:
    out: set[str] = set()
    chances = {
        "separate": 0.2,
        "captions_outside": 0.06,
        "total_outside": 0.2,
        "head_empty": 0.05,
        "rows_swapped": 0.04,
        "group_totals": 0.06,
        "page_cut": 0.12,
        "page_cut_label": 0.06,
        "page_cut_head": 0.06,
        "own_error": 0.1,
        "blank_totals": 0.05,
        "blank_columns": 0.06,
        "decoy_table": 0.12,
        "previous_year_table": 0.04,
        "no_title": 0.05,
        "no_headings": 0.04,
        "no_other_section": 0.06,
        "head_repeated_inside": 0.04,
        "review_split": 0.04,
        "label_typo": 0.02,
        "unknown_row": 0.02,
        "all_twice": 0.02,
        "page_cut_below": 0.03,
        "captions_left": 0.03,
        "merged_zero": 0.03,
        "toc": 0.04,
        "year_conflict": 0.02,
        "attachment_mark": 0.04,
        "second_requests_table": 0.02,
        "no_review_table": 0.03,
        "no_requests_table": 0.02,
        "narrative_lies": 0.06,
        "mixed_editions": 0.05,
        "tables_at_end": 0.03,
    }
    if edition == "2019":
        chances |= {"extra_row": 0.15, "service_subrows": 0.06, "glosses": 0.12}
    for name, chance in chances.items():
        if rng.random() < chance:
            out.add(name)
    return out


def _money(
    rng: random.Random, options: Options, edition: str, table: Table, deviations: set[str]
) -> tuple[str | None, str | None]:
    """Print sums in other units than the form's; the addition to the head of procurement, the head of the fees."""
    if edition == "2021":
        deviations -= {"service_subrows", "extra_row"}
        fee = next((name for name in FEES if name in deviations), None)
        fee = fee or (rng.choice(FEES) if options.deviations is None and rng.random() < 0.12 else None)
        if not fee:
            return None, None
        deviations.add(fee)
        return None, fig.fees(rng, table, fee)
    how = rng.choice(MONEY)
    deviations.add(how)
    head = fig.money(rng, table, how)
    if "service_subrows" in deviations:
        for column in ("items_last_year", "change", "decisions"):
            table[f"proactive.other_services.{column}"] = Printed("", None, "absent")
    return head, None


def make(rng: random.Random, options: Options | None = None) -> Report:
    """A random report, or one of the kind that the options ask for."""
    options = options or Options()
    edition = options.edition or rng.choice(["2019", "2021", "2021"])
    if edition == "2014":
        return _make_2014(rng, options)
    deviations = _draw_deviations(rng, edition) if options.deviations is None else set(options.deviations)
    year = options.year or (rng.choice([2019, 2020]) if edition == "2019" else rng.randint(2021, 2025))
    if options.year is None and rng.random() < 0.03:
        year = 2022 if edition == "2019" else year
        deviations.add("old_edition_later_year") if edition == "2019" and year == 2022 else None
    editions = dict.fromkeys(("proactive", "requests", "review_litigation"), edition)
    if "mixed_editions" in deviations:
        editions["proactive"] = "2021" if edition == "2019" else "2019"
    who = identity(rng, year)
    profile = options.profile or rng.choice(["zero", "zero", "sparse", "sparse", "sparse", "medium", "large"])
    style = options.style or rng.choices(list(STYLE_WEIGHTS), list(STYLE_WEIGHTS.values()))[0]
    values = fig.proactive(rng, editions["proactive"], profile)
    values |= fig.requests(rng, edition, profile) | fig.review(rng, profile)
    broken = fig.spoil(rng, values, edition) if "own_error" in deviations else []
    if editions["proactive"] == "2019" and "extra_row" in deviations:
        most = rng.randint(0, 90)
        for column, share in (("made_this_year", 1.0), ("newly_disclosed", 0.8), ("total_disclosed", 2.0)):
            values[f"proactive.other_proactive_documents.{column}"] = int(most * share)
    table = fig.printed(rng, values, style)
    if "blank_totals" in deviations:
        fig.blank_totals(table)
    if "blank_columns" in deviations:
        fig.blank_columns(table)
    money_head, fee_head = _money(rng, options, editions["proactive"], table, deviations)
    word = labels.Wording(rng, {flag for flag in labels.LABEL_FLAGS if rng.random() < 0.1}, year)
    if options.deviations is not None:
        word.flags = set(options.deviations) & set(labels.LABEL_FLAGS)
    deviations |= word.flags
    if fee_head:
        word.replaced["本年收费金额（单位：万元）"] = fee_head
    report = Report(who, editions, [], table, broken, [f"style_{style}", f"profile_{profile}"])
    _assemble(rng, report, values, word, deviations, money_head, options.deviations is None)
    report.deviations += sorted(deviations)
    return report


def _statutory(
    rng: random.Random, report: Report, word: labels.Wording, deviations: set[str], money_head: str | None
) -> dict[str, list[Block]]:
    out: dict[str, list[Block]] = {"proactive": [], "requests": [], "review_litigation": []}
    for caption, grid in grids.proactive(
        report.editions["proactive"], report.table, word, deviations, money_head
    ):
        if caption:
            out["proactive"].append(Text(caption))
        out["proactive"].append(grid)
    requests = grids.requests(report.editions["requests"], report.table, word, deviations)
    if deviations & {"page_cut", "page_cut_label", "page_cut_head", "page_cut_below"}:
        split = bool(deviations & {"page_cut_label", "page_cut_below"})
        parts = grids.page_cut(
            requests, rng, "page_cut_head" in deviations, split, "page_cut_below" in deviations
        )
        out["requests"] += parts
    elif "head_repeated_inside" in deviations:
        parts = grids.page_cut(requests, rng, repeat_head=True, split_label=False)
        out["requests"].append(grids.stack(*parts))
    else:
        out["requests"].append(requests)
    if "review_split" in deviations:
        out["review_litigation"] += grids.review_split(report.table, word)
    else:
        out["review_litigation"].append(grids.review(report.table, word))
    if "unknown_row" in deviations and "no_requests_table" not in deviations:
        report.extra_rows.append(grids.UNKNOWN_ROW)
    if report.editions["proactive"] == "2019" and "service_subrows" in deviations:
        report.extra_rows.append("行政检查")
    for table, name in (("review_litigation", "no_review_table"), ("requests", "no_requests_table")):
        if name in deviations:
            out[table] = [Text("本年度无此类情况。")] if rng.random() < 0.5 else []
            report.missing.append(table)
            for key in [key for key in report.table if key.startswith(f"{table}.")]:
                report.table[key] = Printed("", None, "absent")
            report.broken = [key for key in report.broken if not key.startswith(f"{table}.")]
    return out


def _decoys(rng: random.Random, report: Report, deviations: set[str]) -> list[Block]:
    """Tables that are not the statutory ones but speak their words."""
    out: list[Block] = []
    if "decoy_table" in deviations:
        rows: list[list[grids.Entry]] = [[("权力事项类别", 1, 1, None), ("数量（项）", 1, 1, None)]]
        for label in ("行政许可", "行政处罚", "行政强制", "行政确认", "规章", "总计"):
            rows.append([(label, 1, 1, None), (str(rng.randint(1, 400)), 1, 1, None)])
        out += [Text("我单位行政权力事项公开情况如下："), grids.build(rows, "decoy")]
    if "previous_year_table" in deviations:
        rows = [
            [
                ("年度", 1, 1, None),
                ("新收申请", 1, 1, None),
                ("上年结转", 1, 1, None),
                ("予以公开", 1, 1, None),
                ("总计", 1, 1, None),
            ]
        ]
        for back in (2, 1, 0):
            figures = [(str(rng.randint(0, 99)), 1, 1, None) for _ in range(4)]
            rows.append([(f"{report.who.year - back}年", 1, 1, None), *figures])
        out += [Text("近三年政府信息公开申请办理情况对比："), grids.build(rows, "decoy")]
    return out


def _assemble(
    rng: random.Random,
    report: Report,
    values: fig.Figures,
    word: labels.Wording,
    deviations: set[str],
    money_head: str | None,
    varied: bool,
) -> None:
    who = report.who
    tables = _statutory(rng, report, word, deviations, money_head)
    style = rng.choice(["chinese"] * 6 + ["arabic", "bare", "mixed", "spaced", "all_one"])
    report.deviations.append(f"headings_{style}")
    heads = narrative.headings(rng, style)
    blocks: list[Block] = [Text(line, "wrapper") for line in who.wrapper]
    if "no_title" in deviations:
        who.title, who.title_lines = None, []
    if "year_conflict" in deviations and who.title and str(who.year) in who.title:
        # The clerk took last year's file and left its title; the text speaks of this year.
        report.year_flag = True
        wrong = str(who.year - 1)
        who.title = who.title.replace(str(who.year), wrong)
        who.title_lines = [line.replace(str(who.year), wrong) for line in who.title_lines]
    if "attachment_mark" in deviations:
        blocks.append(Text(rng.choice(["附件", "附件1", "附件：", "附件2："]), "wrapper"))
    blocks += [Text(line, "title") for line in who.title_lines]
    if "no_title" in deviations or rng.random() < 0.7:
        blocks += [Text(line) for line in narrative.preface(rng, who)]
    if "toc" in deviations:
        blocks.append(Text("目　　录"))
        for page, key in enumerate(narrative.SECTIONS, start=1):
            blocks.append(Text(f"{heads[key].strip()}{rng.choice(['……………', '..........', chr(9)])}{page}"))
    honest = "narrative_lies" not in deviations
    told = values if honest else {key: value + 3 for key, value in values.items()}
    sections: dict[str, list[Block]] = {
        "overview": [
            *(Text(line) for line in narrative.overview(rng, who, told, honest=True, stated=report.stated)),
            *(Text(line) for line in narrative.statements(who, told, report.stated, varied)),
            *_decoys(rng, report, deviations),
        ],
        **tables,
        "problems": [Text(line) for line in narrative.problems(rng, who)],
        "other": [Text(line) for line in narrative.other(rng, who, report.stated)],
    }
    if "tables_at_end" in deviations:
        for key in ("proactive", "requests", "review_litigation"):
            sections[key], moved = [Text("详见附表。")], sections[key]
            sections["other"] += [Text("附表"), *moved]
    if "second_requests_table" in deviations:
        # Last year's table at the end, in full.
        old = fig.printed(rng, fig.requests(rng, report.editions["requests"], "medium"), "plain")
        grid = grids.requests(report.editions["requests"], old, word, set())
        plain_cells = [replace(cell, key=None) for cell in grid.cells]
        note = f"附：{who.year - 1}年度收到和处理政府信息公开申请情况（供对比）"
        sections["other"] += [Text(note), Grid(plain_cells, "requests")]
    if "no_other_section" in deviations and "tables_at_end" not in deviations:
        del sections["other"]
        report.stated.own = [each for each in report.stated.own if not each[0].startswith("info_fee")]
    for key in narrative.SECTIONS:
        if key not in sections:
            continue
        if "no_headings" not in deviations or key in {"overview", "problems"}:
            blocks.append(Text(heads[key], "heading"))
            report.sections.append(key)
        blocks += sections[key]
    blocks += [Text(line, "sign") for line in who.signature]
    blocks += [Text(line, "wrapper") for line in who.issued]
    # Pages made for screens of two sizes hold the whole body twice.
    report.blocks = blocks * 2 if "all_twice" in deviations else blocks


def _make_2014(rng: random.Random, options: Options) -> Report:
    year = options.year or rng.randint(2014, 2018)
    who = identity(rng, year)
    profile = options.profile or rng.choice(["zero", "sparse", "medium", "large"])
    style = options.style or rng.choice(["plain", "plain", "wide_space", "blank_zero", "thousands"])
    table = fig.printed(rng, fig.statistics_2014(rng, profile), style)
    report = Report(
        who, {"statistics": "2014"}, [], table, [], [f"style_{style}", f"profile_{profile}", "edition_2014"]
    )
    blocks: list[Block] = [Text(line, "title") for line in who.title_lines]
    blocks += [Text(line) for line in narrative.preface(rng, who)]
    for number, head in enumerate(
        ["概述", "主动公开政府信息情况", "依申请公开政府信息情况", "存在的主要问题和改进措施"]
    ):
        blocks.append(Text(f"{narrative.CHINESE[number]}、{head}", "heading"))
        items, received = rng.randint(1, 900), rng.randint(0, 20)
        report.stated.own += [("items_published", items), ("requests_received", received)]
        report.sections.append(("overview", "proactive", "requests", "problems")[number])
        blocks.append(Text(f"{year}年，{who.self_name}主动公开政府信息{items}条，受理申请{received}件。"))
    blocks += [Text(line, "sign") for line in who.signature]
    blocks += [Text(f"附表：{who.agency}政府信息公开情况统计表"), Text(f"（{year}年度）")]
    blocks.append(grids.statistics_2014(table, rng))
    report.blocks = blocks
    return report
