"""The statutory tables in the layouts that agencies have."""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from tests.corpus.redteam.figures import BLOCKS, OUTCOMES, WHO, WHO_HEADS, Figures, leaves
from tests.corpus.redteam.grids import Box, Sheet

H = Box
NOTE = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
HEADS = (
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况",
)


def head(text: str, rows: int = 1, cols: int = 1) -> Box:
    return Box(text, rows, cols, head=True)


# -- requests ----------------------------------------------------------------------------------------------


def request_head(labels: int = 3, extra: str = "", who: tuple[str, ...] = WHO_HEADS) -> list[list[Box]]:
    more = [head(extra, 3)] if extra else []
    return [
        [head(NOTE, 3, labels), head("申请人情况", 1, len(who)), *more],
        [head(who[0], 2), head("法人或其他组织", 1, 5), head(who[-1], 2)],
        [head(word) for word in who[1:-1]],
    ]  # fmt: skip


def values(f: Figures, row: str, order: tuple[str, ...] = WHO) -> list[Box]:
    return [Box(f.text(key), tag=key) for key in (f"requests.{row}.{who}" for who in order)]


def request_rows(f: Figures) -> list[tuple[str, str, str, str]]:
    """(key, first label, group, leaf label) in printed order."""
    out = [
        ("new", "一、本年新收政府信息公开申请数量", "", ""),
        ("carried_in", "二、上年结转政府信息公开申请数量", "", ""),
    ]
    for group, rows in leaves(f.edition).items():
        out += [(key, "三、本年度办理结果", group.strip(), label) for key, label in rows]
    out.append(("total", "三、本年度办理结果", "", "（七）总计"))
    out.append(("carried_over", "四、结转下年度继续办理", "", ""))
    return out


def requests(
    f: Figures, tail: Callable[[str], list[Box]] | None = None, lead: bool = False, extra: str = ""
) -> Sheet:
    """The form as printed. `tail` adds cells behind each row, `lead` a serial number before it."""
    rows = request_rows(f)
    results = [row for row in rows if row[1].startswith("三")]
    sizes = {group: sum(r[2] == group for r in results) for group in {r[2] for r in results} if group}
    grid = request_head(3, extra)
    if lead:
        grid[0].insert(0, head("序号", 3))
    seen: set[str] = set()
    for number, (key, first, group, leaf) in enumerate(rows, 1):
        line: list[Box] = [Box(str(number))] if lead else []
        if not leaf:
            line.append(Box(first, 1, 3))
        else:
            if first not in seen:
                line.append(Box(first, len(results)))
            if not group:
                line.append(Box(leaf, 1, 2))
            else:
                if group not in seen:
                    line.append(Box(group, sizes[group]))
                line.append(Box(leaf))
        seen |= {first, group}
        grid.append([*line, *values(f, key), *(tail(key) if tail else [])])
    return Sheet(grid, [HEADS[1]], "requests")


def requests_flat(f: Figures, how: str) -> Sheet:
    """One label column: group heads as rows of their own (``rows``), in the label (``path``), or nowhere."""
    grid = request_head(1)
    if how == "one_head":
        grid = [[head("办理情况"), *map(head, WHO_HEADS)]]
    if how == "unit_head":
        grid = [[head("项目"), *(head(f"{word}（件）") for word in WHO_HEADS)]]
    last = ["", ""]
    for key, first, group, leaf in request_rows(f):
        if how in {"rows", "one_head", "unit_head"}:
            for level, text in enumerate((first if leaf else "", group)):
                if text and text != last[level]:
                    blanks = [Box("", 1, 7)] if how == "rows" else [Box("") for _ in WHO]
                    grid.append([Box(text), *blanks])
                last[level] = text
            label = leaf or first
        elif how == "path":
            label = "".join(part for part in (group, leaf) if part) or first
        else:
            label = leaf or first
        grid.append([Box(label), *values(f, key)])
    return Sheet(grid, [HEADS[1]], "requests")


def requests_subtotal_rows(f: Figures) -> Sheet:
    """A row 小计 under each group."""
    sheet = requests_flat(f, "rows")
    rows = request_rows(f)
    out = sheet.rows[:3]
    group = ""
    for line in sheet.rows[3:]:
        label = line[0].text
        if group and (label.startswith(("（", "四、"))):
            keys = [key for key, _, g, _ in rows if g == group]
            sums = [sum(f.values[f"requests.{k}.{w}"] or 0 for k in keys) for w in WHO]
            out.append([Box("小计"), *(Box(str(s)) for s in sums)])
            group = ""
        if label in {g for _, _, g, _ in rows if g} and line[1].cols == 7:
            group = label
        out.append(line)
    return Sheet(out, sheet.before, "requests")


def requests_subtotal_column(f: Figures) -> Sheet:
    """A column 小计 behind the organisations."""
    sheet = requests(f)
    sheet.rows[0][1] = head("申请人情况", 1, 8)
    sheet.rows[1][1] = head("法人或其他组织", 1, 6)
    sheet.rows[2].append(head("小计"))
    for line in sheet.rows[3:]:
        row = line[-7:]
        total = sum(int(f.values[b.tag] or 0) for b in row[1:6] if b.tag)
        line.insert(len(line) - 1, Box(str(total)))
    return sheet


def requests_unit_column(f: Figures) -> Sheet:
    """A column 单位 between label and figures."""
    sheet = requests(f)
    sheet.rows[0].insert(1, head("单位", 3))
    for line in sheet.rows[3:]:
        line.insert(len(line) - 7, Box("件"))
    return sheet


def requests_total_first(f: Figures) -> Sheet:
    """总计 printed before the applicants."""
    sheet = requests(f)
    order = (WHO[-1], *WHO[:-1])
    sheet.rows[0:3] = [
        [head(NOTE, 3, 3), head("申请人情况", 1, 7)],
        [head("总计", 2), head("自然人", 2), head("法人或其他组织", 1, 5)],
        [head(word) for word in WHO_HEADS[1:-1]],
    ]
    for line in sheet.rows[3:]:
        by_key = {box.tag.split(".")[2]: box for box in line[-7:] if box.tag}
        line[-7:] = [by_key[who] for who in order]
    return sheet


def requests_transposed(f: Figures) -> Sheet:
    """Applicants as rows, results as columns."""
    rows = request_rows(f)
    grid = [
        [head("申请人类型"), *(head((group + leaf) if leaf else first) for _, first, group, leaf in rows)]
    ]
    for who, word in zip(WHO, WHO_HEADS, strict=True):
        grid.append(
            [Box(word), *(Box(f.text(f"requests.{k}.{who}"), tag=f"requests.{k}.{who}") for k, *_ in rows)]
        )
    return Sheet(grid, [HEADS[1]], "requests")


def requests_merged_zero(f: Figures) -> Sheet:
    """Rows of zeros as one merged 0 (only where all seven are zero)."""
    sheet = requests(f)
    for i, line in enumerate(sheet.rows[3:], 3):
        row = line[-7:]
        if all(b.text == "0" for b in row):
            sheet.rows[i] = [*line[:-7], Box("0", 1, 7)]
            for b in row:
                f.status[b.tag or ""] = "merged"
    return sheet


# -- review ------------------------------------------------------------------------------------------------


def outcome_heads() -> list[Box]:
    return [head(word) for _, word in OUTCOMES]


def block_values(f: Figures, block: str) -> list[Box]:
    return [
        Box(f.text(key), tag=key) for key in (f"review_litigation.{block}.{name}" for name, _ in OUTCOMES)
    ]


def review(f: Figures) -> Sheet:
    return Sheet(
        [
            [head("行政复议", 1, 5), head("行政诉讼", 1, 10)],
            [*(head(w, 2) for _, w in OUTCOMES), head("未经复议直接起诉", 1, 5), head("复议后起诉", 1, 5)],
            [*outcome_heads(), *outcome_heads()],
            [box for block in BLOCKS for box in block_values(f, block)],
        ],
        [HEADS[2]],
        "review_litigation",
    )


def review_two(f: Figures) -> list[Sheet]:
    """复议 and 诉讼 as two tables."""
    return [
        Sheet(
            [[head("行政复议", 1, 5)], outcome_heads(), block_values(f, BLOCKS[0])],
            [HEADS[2]],
            "review_litigation",
        ),
        Sheet(
            [
                [head("行政诉讼", 1, 10)],
                [head("未经复议直接起诉", 1, 5), head("复议后起诉", 1, 5)],
                [*outcome_heads(), *outcome_heads()],
                [*block_values(f, BLOCKS[1]), *block_values(f, BLOCKS[2])],
            ],
            [],
            "review_litigation",
        ),
    ]


BLOCK_HEADS = ("行政复议", "未经复议直接起诉", "复议后起诉")


def review_three(f: Figures, how: str) -> list[Sheet]:
    """Three tables; what each is stands in a row (``row``) or in the paragraph before it (``caption``)."""
    out = []
    for i, (block, word) in enumerate(zip(BLOCKS, BLOCK_HEADS, strict=True)):
        grid = [outcome_heads(), block_values(f, block)]
        before = [HEADS[2]] if i == 0 else []
        if how == "row":
            titles = [word] if i == 0 else ["行政诉讼", word]
            grid = [*([head(t, 1, 5)] for t in titles), *grid]
        else:
            before.append(f"（{'一二三'[i]}）{word if i == 0 else '行政诉讼（' + word + '）'}情况")
        out.append(Sheet(grid, before, "review_litigation"))
    return out


def review_rows(
    f: Figures,
    labels: tuple[str, ...] = ("行政复议", "行政诉讼（未经复议直接起诉）", "行政诉讼（复议后起诉）"),
) -> Sheet:
    """Procedures as rows."""
    grid = [[head("类别"), *outcome_heads()]]
    grid += [[Box(word), *block_values(f, block)] for block, word in zip(BLOCKS, labels, strict=True)]
    return Sheet(grid, [HEADS[2]], "review_litigation")


def review_rows_merged(f: Figures) -> Sheet:
    """Procedures as rows, 行政诉讼 merged over two."""
    grid = [
        [head("项目", 1, 2), *outcome_heads()],
        [Box("行政复议", 1, 2), *block_values(f, BLOCKS[0])],
        [Box("行政诉讼", 2), Box("未经复议直接起诉"), *block_values(f, BLOCKS[1])],
        [Box("复议后起诉"), *block_values(f, BLOCKS[2])],
    ]
    return Sheet(grid, [HEADS[2]], "review_litigation")


def review_columns(f: Figures) -> Sheet:
    """Procedures as columns, outcomes as rows."""
    grid = [
        [head("结果", 2), head("行政复议", 2), head("行政诉讼", 1, 2)],
        [head("未经复议直接起诉"), head("复议后起诉")],
    ]
    for i, (_, word) in enumerate(OUTCOMES):
        grid.append([Box(word), *(block_values(f, block)[i] for block in BLOCKS)])
    return Sheet(grid, [HEADS[2]], "review_litigation")


def review_stacked_bands(f: Figures) -> Sheet:
    """One table, three bands one below the other."""
    grid: list[list[Box]] = []
    for block, word in zip(BLOCKS, BLOCK_HEADS, strict=True):
        grid += [[head(word, 1, 5)], outcome_heads(), block_values(f, block)]
    return Sheet(grid, [HEADS[2]], "review_litigation")


def review_repeated_marker(f: Figures) -> Sheet:
    """行政诉讼 printed over each of its halves."""
    sheet = review(f)
    sheet.rows[0] = [head("行政复议", 1, 5), head("行政诉讼", 1, 5), head("行政诉讼", 1, 5)]
    return sheet


# -- proactive ---------------------------------------------------------------------------------------------

CLAUSES_2021 = [
    ("一", ["本年制发件数", "本年废止件数", "现行有效件数"], [("规章", "regulations"), ("行政规范性文件", "normative_documents")]),
    ("五", ["本年处理决定数量"], [("行政许可", "licensing")]),
    ("六", ["本年处理决定数量"], [("行政处罚", "penalties"), ("行政强制", "coercive_measures")]),
    ("八", ["本年收费金额（单位：万元）"], [("行政事业性收费", "fees")]),
]  # fmt: skip
CLAUSES_2019 = [
    ("一", ["本年新制作数量", "本年新公开数量", "对外公开总数量"], [("规章", "regulations"), ("规范性文件", "normative_documents")]),
    ("五", ["上一年项目数量", "本年增/减", "处理决定数量"], [("行政许可", "licensing"), ("其他对外管理服务事项", "other_services")]),
    ("六", ["上一年项目数量", "本年增/减", "处理决定数量"], [("行政处罚", "penalties"), ("行政强制", "coercive_measures")]),
    ("八", ["上一年项目数量", "本年增/减"], [("行政事业性收费", "fees")]),
    ("九", ["采购项目数量", "采购总金额（元）"], [("政府集中采购", "procurement")]),
]  # fmt: skip


def proactive_parts(f: Figures, caption: bool = True, width: int | None = 4) -> list[list[list[Box]]]:
    """Rows of each clause; `width` columns in all (None: as many as its heads)."""
    out = []
    for clause, heads, rows in CLAUSES_2021 if f.edition == "2021" else CLAUSES_2019:
        total = (width or len(heads) + 1) - 1
        spans = {1: [total], 2: [1, total - 1], 3: [1, 1, total - 2]}[len(heads)]
        part = [[head(f"第二十条第（{clause}）项", 1, total + 1)]] if caption else []
        part.append([head("信息内容"), *(head(w, 1, s) for w, s in zip(heads, spans, strict=True))])
        for label, key in rows:
            names = [k for k in f.values if k.startswith(f"proactive.{key}.")]
            part.append(
                [Box(label), *(Box(f.text(k), 1, s, tag=k) for k, s in zip(names, spans, strict=True))]
            )
        out.append(part)
    return out


def proactive(f: Figures) -> Sheet:
    return Sheet([row for part in proactive_parts(f) for row in part], [HEADS[0]], "proactive")


def proactive_apart(f: Figures) -> list[Sheet]:
    """A table each, the clause in a paragraph before it."""
    out = []
    clauses = CLAUSES_2021 if f.edition == "2021" else CLAUSES_2019
    for i, (part, (clause, *_)) in enumerate(
        zip(proactive_parts(f, caption=False, width=None), clauses, strict=True)
    ):
        out.append(Sheet(part, ([HEADS[0]] if i == 0 else []) + [f"第二十条第（{clause}）项"], "proactive"))
    return out


def proactive_with(f: Figures, word: str, text: str, at_end: bool = True) -> Sheet:
    """A further column (备注, 单位) in every clause."""
    sheet = proactive(f)
    for i, row in enumerate(sheet.rows):
        if row[0].text.startswith("第二十条"):
            row[0] = replace(row[0], cols=row[0].cols + 1)
            continue
        box = head(word) if row[0].text == "信息内容" else Box(text)
        sheet.rows[i] = [*row, box] if at_end else [row[0], box, *row[1:]]
    return sheet


def proactive_clause_column(f: Figures) -> Sheet:
    """The clause in a merged column at the left."""
    rows: list[list[Box]] = []
    for part in proactive_parts(f):
        caption, *rest = part
        rest[0] = [Box(caption[0].text, len(rest)), *rest[0]]
        rows += rest
    return Sheet(rows, [HEADS[0]], "proactive")


def proactive_pairs(f: Figures) -> Sheet:
    """One figure a row: 信息内容 | 指标 | 数量."""
    rows = [[head("信息内容"), head("指标"), head("数量")]]
    clauses = CLAUSES_2021 if f.edition == "2021" else CLAUSES_2019
    for _, heads, contents in clauses:
        for label, key in contents:
            names = [k for k in f.values if k.startswith(f"proactive.{key}.")]
            for i, (word, name) in enumerate(zip(heads, names, strict=True)):
                first = [Box(label, len(names))] if i == 0 else []
                rows.append([*first, Box(word), Box(f.text(name), tag=name)])
    return Sheet(rows, [HEADS[0]], "proactive")


def shuffled_rows(f: Figures, rng: random.Random) -> Sheet:
    """Result rows of a group in another order (numbers of rows kept with their labels)."""
    sheet = requests_flat(f, "rows")
    lines = [i for i, line in enumerate(sheet.rows) if line[-1].tag and "refused_" in line[-1].tag]
    moved = lines[:]
    rng.shuffle(moved)
    rows = list(sheet.rows)
    for here, there in zip(lines, moved, strict=True):
        rows[here] = sheet.rows[there]
    return Sheet(rows, sheet.before, "requests")
