"""The statutory tables as they are printed: grids of (text, rowspan, colspan), with any figures put in.

`positions` turns a grid into the truth a reader is judged by: where every printed cell starts and ends.
"""

from __future__ import annotations

from collections.abc import Callable

Spot = tuple[str, int, int]
Grid = list[list[Spot]]
Figure = Callable[[str, str, str], str]
"""(table, row, column) -> the printed figure."""

REQUEST_COLUMNS = (
    "natural_person",
    "enterprise",
    "research_institution",
    "social_organization",
    "legal_service",
    "other",
    "total",
)
_REFUSED = (
    ("refused_state_secret", "1.属于国家秘密"),
    ("refused_prohibited_by_law", "2.其他法律行政法规禁止公开"),
    ("refused_security_and_stability", "3.危及“三安全一稳定”"),
    ("refused_third_party_rights", "4.保护第三方合法权益"),
    ("refused_internal_affairs", "5.属于三类内部事务信息"),
    ("refused_process_information", "6.属于四类过程性信息"),
    ("refused_enforcement_file", "7.属于行政执法案卷"),
    ("refused_administrative_query", "8.属于行政查询事项"),
)
_UNAVAILABLE = (
    ("unavailable_not_held", "1.本机关不掌握相关政府信息"),
    ("unavailable_needs_creation", "2.没有现成信息需要另行制作"),
    ("unavailable_still_unclear", "3.补正后申请内容仍不明确"),
)
_REJECTED = (
    ("rejected_petition", "1.信访举报投诉类申请"),
    ("rejected_repeat", "2.重复申请"),
    ("rejected_publication", "3.要求提供公开出版物"),
    ("rejected_excessive", "4.无正当理由大量反复申请"),
    ("rejected_confirmation", "5.要求行政机关确认或重新出具已获取信息"),
)
_OTHER_2021 = (
    ("other_not_corrected_in_time", "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请"),
    ("other_fee_unpaid", "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请"),
    ("other_remaining", "3.其他"),
)
_OUTCOMES = (
    ("upheld", "结果维持"),
    ("corrected", "结果纠正"),
    ("other", "其他结果"),
    ("pending", "尚未审结"),
)


def proactive_2019(figure: Figure) -> Grid:
    grid: Grid = [[("第二十条第（一）项", 1, 4)]]
    heads = ("信息内容", "本年新\n制作数量", "本年新\n公开数量", "对外公开总数量")
    grid.append([(head, 1, 1) for head in heads])
    for key, label in (("regulations", "规章"), ("normative_documents", "规范性文件")):
        columns = ("made_this_year", "newly_disclosed", "total_disclosed")
        grid.append([(label, 1, 1), *((figure("proactive", key, column), 1, 1) for column in columns)])
    for clause, rows in (
        ("五", (("licensing", "行政许可"), ("other_services", "其他对外管理服务事项"))),
        ("六", (("penalties", "行政处罚"), ("coercive_measures", "行政强制"))),
    ):
        grid.append([(f"第二十条第（{clause}）项", 1, 4)])
        grid.append([(head, 1, 1) for head in ("信息内容", "上一年项目数量", "本年增/减", "处理决定数量")])
        for key, label in rows:
            columns = ("items_last_year", "change", "decisions")
            grid.append([(label, 1, 1), *((figure("proactive", key, column), 1, 1) for column in columns)])
    grid.append([("第二十条第（八）项", 1, 4)])
    grid.append([("信息内容", 1, 1), ("上一年项目数量", 1, 1), ("本年增/减", 1, 2)])
    fees = [figure("proactive", "fees", column) for column in ("items_last_year", "change")]
    grid.append([("行政事业性收费", 1, 1), (fees[0], 1, 1), (fees[1], 1, 2)])
    grid.append([("第二十条第（九）项", 1, 4)])
    grid.append([("信息内容", 1, 1), ("采购项目数量", 1, 1), ("采购总金额", 1, 2)])
    bought = [figure("proactive", "procurement", column) for column in ("items", "amount_yuan")]
    grid.append([("政府集中采购", 1, 1), (bought[0], 1, 1), (bought[1], 1, 2)])
    return grid


def proactive_2021(figure: Figure) -> Grid:
    grid: Grid = [[("第二十条第（一）项", 1, 4)]]
    grid.append([(head, 1, 1) for head in ("信息内容", "本年制发件数", "本年废止件数", "现行有效件数")])
    for key, label in (("regulations", "规章"), ("normative_documents", "行政规范性文件")):
        columns = ("issued", "repealed", "in_force")
        grid.append([(label, 1, 1), *((figure("proactive", key, column), 1, 1) for column in columns)])
    for clause, head, rows in (
        ("五", "本年处理决定数量", (("licensing", "行政许可", "decisions"),)),
        (
            "六",
            "本年处理决定数量",
            (("penalties", "行政处罚", "decisions"), ("coercive_measures", "行政强制", "decisions")),
        ),
        ("八", "本年收费金额（单位：万元）", (("fees", "行政事业性收费", "amount_wan_yuan"),)),
    ):
        grid.append([(f"第二十条第（{clause}）项", 1, 4)])
        grid.append([("信息内容", 1, 1), (head, 1, 3)])
        for key, label, column in rows:
            grid.append([(label, 1, 1), (figure("proactive", key, column), 1, 3)])
    return grid


def requests(edition: str, figure: Figure) -> Grid:
    caption = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
    organisations = ("商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他")
    grid: Grid = [
        [(caption, 3, 3), ("申请人情况", 1, 7)],
        [("自然人", 2, 1), ("法人或其他组织", 1, 5), ("总计", 2, 1)],
        [(name, 1, 1) for name in organisations],
    ]

    def figures(key: str) -> list[Spot]:
        return [(figure("requests", key, column), 1, 1) for column in REQUEST_COLUMNS]

    grid.append([("一、本年新收政府信息公开申请数量", 1, 3), *figures("new")])
    grid.append([("二、上年结转政府信息公开申请数量", 1, 3), *figures("carried_in")])
    outcome: Grid = [
        [("（一）予以公开", 1, 2), *figures("granted")],
        [("（二）部分公开（区分处理的，只计这一情形，不计其他情形）", 1, 2), *figures("partly_granted")],
    ]
    groups = [("（三）不予公开", _REFUSED), ("（四）无法提供", _UNAVAILABLE), ("（五）不予处理", _REJECTED)]
    if edition == "2021":
        groups.append(("（六）其他处理", _OTHER_2021))
    for head, rows in groups:
        for index, (key, label) in enumerate(rows):
            start: list[Spot] = [(head, len(rows), 1)] if index == 0 else []
            outcome.append([*start, (label, 1, 1), *figures(key)])
    if edition == "2019":
        outcome.append([("（六）其他处理", 1, 2), *figures("other")])
    outcome.append([("（七）总计", 1, 2), *figures("total")])
    outcome[0].insert(0, ("三、本年度办理结果", len(outcome), 1))
    grid.extend(outcome)
    grid.append([("四、结转下年度继续办理", 1, 3), *figures("carried_over")])
    return grid


def review(figure: Figure) -> Grid:
    heads: list[Spot] = [(label, 1, 1) for _, label in _OUTCOMES] + [("总计", 1, 1)]
    rows = ("reconsideration", "litigation_direct", "litigation_after_reconsideration")
    return [
        [("行政复议", 1, 5), ("行政诉讼", 1, 10)],
        [*((text, 2, 1) for text, _, _ in heads), ("未经复议直接起诉", 1, 5), ("复议后起诉", 1, 5)],
        heads * 2,
        [
            (figure("review_litigation", row, column), 1, 1)
            for row in rows
            for column in (*(key for key, _ in _OUTCOMES), "total")
        ],
    ]


def report_grids(edition: str, figure: Figure) -> list[Grid]:
    proactive = proactive_2019 if edition == "2019" else proactive_2021
    return [proactive(figure), requests(edition, figure), review(figure)]


def positions(grid: Grid) -> list[tuple[int, int, int, int, str]]:
    """Every printed cell as (row, column, rowspan, colspan, text), row by row."""
    taken: set[tuple[int, int]] = set()
    found = []
    for row, spots in enumerate(grid):
        column = 0
        for text, rowspan, colspan in spots:
            while (row, column) in taken:
                column += 1
            taken |= {(row + down, column + right) for down in range(rowspan) for right in range(colspan)}
            found.append((row, column, rowspan, colspan, text))
            column += colspan
    return found


def fill(tables: dict[str, dict[str, dict[str, object]]]) -> Figure:
    """Figures from a record's `tables`; null prints as a blank."""

    def figure(table: str, row: str, column: str) -> str:
        value = tables[table][row][column]
        return "" if value is None else str(value)

    return figure
