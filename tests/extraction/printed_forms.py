"""A printer of the statutory forms: random figures in the layouts that sites and converters produce.

It knows the printed form but nothing of the reader, and says of a record which cells are neither right
nor flagged.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from html import escape

from extraction import Record

COLUMNS = [
    "natural_person",
    "enterprise",
    "research_institution",
    "social_organization",
    "legal_service",
    "other",
    "total",
]
ORGS = ["商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"]
HEADS = ["自然人", *ORGS, "总计"]
REFUSED = [
    ("refused_state_secret", "1.属于国家秘密"),
    ("refused_prohibited_by_law", "2.其他法律行政法规禁止公开"),
    ("refused_security_and_stability", "3.危及“三安全一稳定”"),
    ("refused_third_party_rights", "4.保护第三方合法权益"),
    ("refused_internal_affairs", "5.属于三类内部事务信息"),
    ("refused_process_information", "6.属于四类过程性信息"),
    ("refused_enforcement_file", "7.属于行政执法案卷"),
    ("refused_administrative_query", "8.属于行政查询事项"),
]
UNAVAILABLE = [
    ("unavailable_not_held", "1.本机关不掌握相关政府信息"),
    ("unavailable_needs_creation", "2.没有现成信息需要另行制作"),
    ("unavailable_still_unclear", "3.补正后申请内容仍不明确"),
]
REJECTED = [
    ("rejected_petition", "1.信访举报投诉类申请"),
    ("rejected_repeat", "2.重复申请"),
    ("rejected_publication", "3.要求提供公开出版物"),
    ("rejected_excessive", "4.无正当理由大量反复申请"),
    ("rejected_confirmation", "5.要求行政机关确认或重新出具已获取信息"),
]
OTHERS = [
    ("other_not_corrected_in_time", "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请"),
    ("other_fee_unpaid", "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请"),
    ("other_remaining", "3.其他"),
]
TITLE = "青溪县人民政府{year}年政府信息公开工作年度报告"


def request_rows(edition: str) -> list[tuple[str, list[str]]]:
    """(row key, label path: outermost first) in printed order."""
    result = "三、本年度办理结果"
    rows = [
        ("new", ["一、本年新收政府信息公开申请数量"]),
        ("carried_in", ["二、上年结转政府信息公开申请数量"]),
    ]
    rows += [("granted", [result, "（一）予以公开"])]
    rows += [("partly_granted", [result, "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"])]
    groups = [("（三）不予公开", REFUSED), ("（四）无法提供", UNAVAILABLE), ("（五）不予处理", REJECTED)]
    if edition == "2021":
        groups.append(("（六）其他处理", OTHERS))
    rows += [(key, [result, head, label]) for head, members in groups for key, label in members]
    if edition == "2019":
        rows += [("other", [result, "（六）其他处理"])]
    return [*rows, ("total", [result, "（七）总计"]), ("carried_over", ["四、结转下年度继续办理"])]


BLOCKS = {
    "2019": [
        (
            "一",
            ["本年新制作数量", "本年新公开数量", "对外公开总数量"],
            ["made_this_year", "newly_disclosed", "total_disclosed"],
            [("regulations", "规章"), ("normative_documents", "规范性文件")],
        ),
        (
            "五",
            ["上一年项目数量", "本年增/减", "处理决定数量"],
            ["items_last_year", "change", "decisions"],
            [("licensing", "行政许可"), ("other_services", "其他对外管理服务事项")],
        ),
        (
            "六",
            ["上一年项目数量", "本年增/减", "处理决定数量"],
            ["items_last_year", "change", "decisions"],
            [("penalties", "行政处罚"), ("coercive_measures", "行政强制")],
        ),
        ("八", ["上一年项目数量", "本年增/减"], ["items_last_year", "change"], [("fees", "行政事业性收费")]),
        (
            "九",
            ["采购项目数量", "采购总金额（单位：元）"],
            ["items", "amount_yuan"],
            [("procurement", "政府集中采购")],
        ),
    ],
    "2021": [
        (
            "一",
            ["本年制发件数", "本年废止件数", "现行有效件数"],
            ["issued", "repealed", "in_force"],
            [("regulations", "规章"), ("normative_documents", "行政规范性文件")],
        ),
        ("五", ["本年处理决定数量"], ["decisions"], [("licensing", "行政许可")]),
        (
            "六",
            ["本年处理决定数量"],
            ["decisions"],
            [("penalties", "行政处罚"), ("coercive_measures", "行政强制")],
        ),
        ("八", ["本年收费金额（单位：万元）"], ["amount_wan_yuan"], [("fees", "行政事业性收费")]),
    ],
}
REVIEW = ["reconsideration", "litigation_direct", "litigation_after_reconsideration"]
OUTCOMES = ["upheld", "corrected", "other", "pending", "total"]
OUTCOME_HEADS = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]


@dataclass
class Printed:
    """A table as spans: rows of (text, rowspan, colspan)."""

    rows: list[list[tuple[str, int, int]]] = field(default_factory=list)
    width: int = 0


@dataclass
class Model:
    """What is printed, by cell name."""

    edition: str
    year: int
    texts: dict[str, str]

    def value(self, name: str) -> float | None:
        text = self.texts[name].strip()
        return None if text in {"", "/", "—", "-"} else float(text)


def model(rng: random.Random, edition: str, blanks: float) -> Model:
    texts: dict[str, str] = {}

    def text(low: int = 0) -> str:
        if rng.random() < blanks:
            return rng.choice(["", "", "", "/", "—", " "])
        return str(rng.choice([0, 0, 1, 2, 3, 7, 12, 40, 315, rng.randint(low, 9999)]))

    for _, _, keys, rows in BLOCKS[edition]:
        for row, _ in rows:
            for key in keys:
                texts[f"proactive.{row}.{key}"] = text(-50 if key == "change" else 0)
    for row, _ in request_rows(edition):
        for key in COLUMNS:
            texts[f"requests.{row}.{key}"] = text()
    for row in REVIEW:
        for key in OUTCOMES:
            texts[f"review_litigation.{row}.{key}"] = text()
    return Model(edition, 2020 if edition == "2019" else 2023, texts)


def requests_table(m: Model, order: list[int] | None = None) -> Printed:
    order = order if order is not None else list(range(7))
    out = Printed(width=10)
    out.rows.append(
        [("（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", 3, 3), ("申请人情况", 1, 7)]
    )
    out.rows.append([("自然人", 2, 1), ("法人或其他组织", 1, 5), ("总计", 2, 1)])
    out.rows.append([(HEADS[i], 1, 1) for i in order if 0 < i < 6])
    rows = request_rows(m.edition)
    heads_seen: set[str] = set()
    for key, path in rows:
        cells: list[tuple[str, int, int]] = []
        for depth, label in enumerate(path[:-1]):
            if label not in heads_seen:
                heads_seen.add(label)
                cells.append((label, sum(1 for _, p in rows if p[: depth + 1] == path[: depth + 1]), 1))
        cells.append((path[-1], 1, 4 - len(path)))
        cells += [(m.texts[f"requests.{key}.{COLUMNS[i]}"], 1, 1) for i in order]
        out.rows.append(cells)
    return out


def review_table(m: Model) -> Printed:
    out = Printed(width=15)
    out.rows.append([("行政复议", 1, 5), ("行政诉讼", 1, 10)])
    out.rows.append(
        [*((head, 2, 1) for head in OUTCOME_HEADS), ("未经复议直接起诉", 1, 5), ("复议后起诉", 1, 5)]
    )
    out.rows.append([(head, 1, 1) for head in OUTCOME_HEADS * 2])
    out.rows.append([(m.texts[f"review_litigation.{row}.{key}"], 1, 1) for row in REVIEW for key in OUTCOMES])
    return out


def proactive_table(m: Model) -> Printed:
    out = Printed(width=4)
    for clause, heads, keys, rows in BLOCKS[m.edition]:
        widths = [1] * (len(heads) - 1) + [4 - len(heads)]
        out.rows.append([(f"第二十条第（{clause}）项", 1, 4)])
        out.rows.append([("信息内容", 1, 1), *((h, 1, w) for h, w in zip(heads, widths, strict=True))])
        for row, label in rows:
            cells = [(m.texts[f"proactive.{row}.{key}"], 1, w) for key, w in zip(keys, widths, strict=True)]
            out.rows.append([(label, 1, 1), *cells])
    return out


def html_table(table: Printed, *, spans: bool = True) -> str:
    rows = []
    for row in table.rows:
        cells = []
        for text, down, across in row:
            attributes = (f' rowspan="{down}"' if down > 1 else "") + (
                f' colspan="{across}"' if across > 1 else ""
            )
            cells.append(f"<td{attributes if spans else ''}><p>{escape(text) or '&nbsp;'}</p></td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table border=1>{''.join(rows)}</table>"


def dense(table: Printed, *, repeat: bool, across_only: bool = False) -> list[list[str]]:
    """Every covered cell written out: blank, or the label again; `across_only`: cells below are left out."""
    grid: list[dict[int, str]] = [{} for _ in table.rows]
    covered: list[set[int]] = [set() for _ in table.rows]
    for r, row in enumerate(table.rows):
        column = 0
        for text, down, across in row:
            while column in grid[r]:
                column += 1
            for rr in range(r, min(r + down, len(grid))):
                for cc in range(column, column + across):
                    first = rr == r and cc == column
                    grid[rr][cc] = text if first or repeat else ""
                    if not first and (across_only is False or rr != r):
                        covered[rr].add(cc)
    return [[row[c] for c in sorted(row)] for row in grid]


def shifted(table: Printed) -> list[list[str]]:
    """Covered cells dropped, rows shifted left, padded at the end."""
    rows = [[text for text, _, _ in row] for row in table.rows]
    return [row + [""] * (table.width - len(row)) for row in rows]


def spread_left(table: Printed) -> list[list[str]]:
    """Cells merged downwards left as blanks; merged across written once with one blank; padded at the end."""
    out = []
    reach: dict[int, int] = {}
    for r, row in enumerate(table.rows):
        cells: list[str] = []
        at = 0
        pending = list(row)
        while pending:
            if reach.get(at, 0) > r:
                cells.append("")
                at += 1
                continue
            text, down, across = pending.pop(0)
            cells.append(text)
            if down > 1:
                reach[at] = r + down
            at += 1
            if across == 3 or (across == 2 and down == 1 and at == 1):
                cells.append("")
                at += 1
        out.append(cells + [""] * (table.width - len(cells)))
    return out


def pipes(rows: list[list[str]], *, markdown: bool) -> str:
    lines = [(f"| {' | '.join(row)} |" if markdown else f"{' | '.join(row)} |") for row in rows]
    if markdown:
        lines.insert(1, "|" + "---|" * len(rows[0]))
    return "\n".join(lines)


def tabs(rows: list[list[str]]) -> str:
    return "\n".join("\t".join(row) for row in rows)


def cell_lines(table: Printed) -> str:
    """As Word-to-text converters: one cell a line after a tab; cells merged downwards blank, across once."""
    reach: dict[int, int] = {}
    out = []
    for r, row in enumerate(table.rows):
        column = 0
        for text, down, across in row:
            while reach.get(column, 0) > r:
                out.append("\t")
                column += 1
            out.append(f"\t{text}")
            for covered in range(column, column + across):
                if down > 1:
                    reach[covered] = r + down
            column += across
        out.append("")
    return "\n".join(out)


def bare_lines(table: Printed) -> str:
    return "\n".join(text for row in table.rows for text, _, _ in row if text.strip())


def spaced_lines(table: Printed) -> str:
    return "\n".join(" ".join(text for text, _, _ in row if text.strip()) for row in table.rows)


def document(m: Model, tables: list[str], *, html: bool) -> bytes:
    title = TITLE.format(year=m.year)
    heads = [
        "一、总体情况",
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "四、政府信息公开行政复议、行政诉讼情况",
        "五、存在的主要问题及改进情况",
        "六、其他需要报告的事项",
    ]
    prose = ["本年度工作稳步推进。", *tables, "仍有不足，下一步将改进。", "无。"]
    if html:
        head = f'<meta charset="utf-8"><title>{title}</title>'
        parts = "".join(
            f"<p>{h}</p>{p if p.startswith('<') else f'<p>{p}</p>'}"
            for h, p in zip(heads, prose, strict=True)
        )
        body = f'<div id="zoom"><p>{title}</p>{parts}</div>'
        return f"<html><head>{head}</head><body>{body}</body></html>".encode()
    body = "\n\n".join(f"{h}\n\n{p}" for h, p in zip(heads, prose, strict=True))
    return f"{title}\n\n{body}\n".encode()


LAYOUTS = {
    "html": (lambda t: html_table(t), True),
    "html_no_spans": (lambda t: html_table(t, spans=False), True),
    "html_repeated": (
        lambda t: html_table(Printed([[(c, 1, 1) for c in row] for row in dense(t, repeat=True)])),
        True,
    ),
    "html_unmerged": (
        lambda t: html_table(Printed([[(c, 1, 1) for c in row] for row in dense(t, repeat=False)])),
        True,
    ),
    "pipe_shifted": (lambda t: pipes(shifted(t), markdown=False), False),
    "markdown_spread": (lambda t: pipes(spread_left(t), markdown=True), False),
    "markdown_repeated": (lambda t: pipes(dense(t, repeat=True), markdown=True), False),
    "markdown_unmerged": (lambda t: pipes(dense(t, repeat=False), markdown=True), False),
    "tabs_spread": (lambda t: tabs(spread_left(t)), False),
    "tabs_shifted": (lambda t: tabs(shifted(t)), False),
    "tabs_unmerged": (lambda t: tabs(dense(t, repeat=False)), False),
    "cell_lines": (cell_lines, False),
    "bare_lines": (bare_lines, False),
    "spaced_lines": (spaced_lines, False),
}


def render(m: Model, layout: str, tables: list[Printed] | None = None) -> bytes:
    draw, html = LAYOUTS[layout]
    tables = tables or [proactive_table(m), requests_table(m), review_table(m)]
    return document(m, [draw(table) for table in tables], html=html)


def silent_errors(record: Record, m: Model) -> list[str]:
    """Cells that are neither right nor flagged; that all figures add up nowhere is no flag of one."""
    said = [issue for issue in record.issues if issue.severity != "note" and issue.code != "mostly_failing"]
    flagged = {cell for issue in said for cell in issue.cells}
    missing = {i.message.split()[1] for i in record.issues if i.code == "table_missing"}
    missing |= {
        i.message.split(":")[0] for i in record.issues if i.code in {"edition_unknown", "several_tables"}
    }
    wrong = []
    for name in m.texts:
        table, row, column = name.split(".")
        if table in missing or name in flagged:
            continue
        rows = record.tables.get(table, {})
        if row not in rows or column not in rows[row] or rows[row][column] != m.value(name):
            wrong.append(
                f"{name}: printed {m.texts[name]!r}, read {rows.get(row, {}).get(column, '(nothing)')!r}"
            )
    foreign = [name for name in record.cells if name not in m.texts and record.cells[name].value is not None]
    return wrong + [f"{name}: not printed" for name in foreign if name not in flagged]


def right(record: Record, m: Model) -> int:
    return sum(
        record.tables.get(t, {}).get(r, {}).get(c, "") == m.value(name)
        for name in m.texts
        for t, r, c in [name.split(".")]
    )


def damage(rng: random.Random, m: Model, kind: str) -> list[Printed]:  # noqa: C901
    tables = [proactive_table(m), requests_table(m), review_table(m)]
    rows = tables[1].rows
    body = list(range(3, len(rows)))
    leaves = [i for i in body if len(rows[i]) == 8]
    if kind == "labels_swapped":
        a, b = rng.sample(leaves, 2)
        rows[a][0], rows[b][0] = (rows[b][0][0], *rows[a][0][1:]), (rows[a][0][0], *rows[b][0][1:])
        keys = {row[0]: row[1][-1] for row in request_rows(m.edition)}
        by_label = {label: key for key, label in keys.items()}
        ka, kb = by_label[rows[a][0][0]], by_label[rows[b][0][0]]
        for column in COLUMNS:
            x, y = f"requests.{ka}.{column}", f"requests.{kb}.{column}"
            m.texts[x], m.texts[y] = m.texts[y], m.texts[x]
    elif kind == "group_total":
        for i in [i for i in body if len(rows[i]) >= 9 and "不予公开" in rows[i][0][0] + rows[i][1][0]]:
            head = next(c for c in rows[i] if "不予公开" in c[0])
            at = rows[i].index(head)
            total = [(head[0], 1, 2), *((str(rng.randint(1, 99)), 1, 1) for _ in COLUMNS)]
            before = rows[i][:at]
            rows[i] = [("", head[1], 1), *rows[i][at + 1 :]]
            rows.insert(i, [*before, *total])
    elif kind == "extra_row":
        at = rng.choice(leaves)
        rows.insert(at, [("9.本省增加的事项", 1, 1), *((str(rng.randint(1, 99)), 1, 1) for _ in COLUMNS)])
    elif kind == "extra_proactive":
        tables[0].rows.insert(
            4, [("其他规范事项", 1, 1), *((str(rng.randint(1, 99)), 1, 1) for _ in range(3))]
        )
    elif kind == "heads_permuted":
        order = [0, *rng.sample(range(1, 6), 5), 6]
        tables[1] = requests_table(m, order)
    elif kind == "total_column_missing":
        tables[1] = requests_table(m, list(range(6)))
        tables[1].rows[1].pop()
        tables[1].width = 9
    elif kind == "cut_and_headless":
        at = rng.choice([i for i in leaves if len(rows[i]) == 8])
        second = Printed(rows[at:], 10)
        tables[1].rows = rows[:at]
        tables = [tables[0], tables[1], second, tables[2]]
    elif kind == "cut_with_heads":
        at = rng.choice(leaves)
        second = Printed([*rows[:3], *rows[at:]], 10)
        tables[1].rows = rows[:at]
        tables = [tables[0], tables[1], second, tables[2]]
    elif kind == "value_is_text":
        i = rng.choice(leaves)
        j = rng.randrange(1, 8)
        rows[i][j] = (rng.choice(["见附件", "约20", "1 2", "零", "12²", "3件左右"]), 1, 1)
    elif kind == "row_dropped":
        del rows[rng.choice(leaves)]
    elif kind == "label_lost":
        i = rng.choice(leaves)
        rows[i][0] = ("", *rows[i][0][1:])
    elif kind == "cell_lost":
        i = rng.choice(leaves)
        del rows[i][rng.randrange(1, 8)]
    elif kind == "cell_too_many":
        i = rng.choice(leaves)
        rows[i].insert(rng.randrange(1, 8), (str(rng.randint(1, 99)), 1, 1))
    return tables


DAMAGES = [
    "labels_swapped",
    "group_total",
    "extra_row",
    "extra_proactive",
    "heads_permuted",
    "total_column_missing",
    "cut_and_headless",
    "cut_with_heads",
    "value_is_text",
    "row_dropped",
    "label_lost",
    "cell_lost",
    "cell_too_many",
]
