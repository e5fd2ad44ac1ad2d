"""The statutory forms as printed: clauses, rows, columns and labels of each edition."""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

from dataclasses import dataclass

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Clause:
    """One sub-table of the disclosure table: its caption, columns and rows, each as (key, label)."""

    number: str
    columns: Labels
    rows: Labels

    @property
    def caption(self) -> str:
        return f"第二十条第（{self.number}）项"


_COUNTS_2019: Labels = (
    ("items_last_year", "上一年项目数量"),
    ("change", "本年增/减"),
    ("decisions", "处理决定数量"),
)
PROACTIVE: dict[str, tuple[Clause, ...]] = {
    "2019": (
        Clause(
            "一",
            (
                ("made_this_year", "本年新制作数量"),
                ("newly_disclosed", "本年新公开数量"),
                ("total_disclosed", "对外公开总数量"),
            ),
            (("regulations", "规章"), ("normative_documents", "规范性文件")),
        ),
        Clause("五", _COUNTS_2019, (("licensing", "行政许可"), ("other_services", "其他对外管理服务事项"))),
        Clause("六", _COUNTS_2019, (("penalties", "行政处罚"), ("coercive_measures", "行政强制"))),
        Clause("八", _COUNTS_2019[:2], (("fees", "行政事业性收费"),)),
        Clause(
            "九",
            (("items", "采购项目数量"), ("amount_yuan", "采购总金额")),
            (("procurement", "政府集中采购"),),
        ),
    ),
    "2021": (
        Clause(
            "一",
            (("issued", "本年制发件数"), ("repealed", "本年废止件数"), ("in_force", "现行有效件数")),
            (("regulations", "规章"), ("normative_documents", "行政规范性文件")),
        ),
        Clause("五", (("decisions", "本年处理决定数量"),), (("licensing", "行政许可"),)),
        Clause(
            "六",
            (("decisions", "本年处理决定数量"),),
            (("penalties", "行政处罚"), ("coercive_measures", "行政强制")),
        ),
        Clause("八", (("amount_wan_yuan", "本年收费金额（单位：万元）"),), (("fees", "行政事业性收费"),)),
    ),
}

APPLICANTS: Labels = (
    ("natural_person", "自然人"),
    ("enterprise", "商业企业"),
    ("research_institution", "科研机构"),
    ("social_organization", "社会公益组织"),
    ("legal_service", "法律服务机构"),
    ("other", "其他"),
    ("total", "总计"),
)
REQUEST_NOTE = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
NEW = ("new", "一、本年新收政府信息公开申请数量")
CARRIED_IN = ("carried_in", "二、上年结转政府信息公开申请数量")
RESULTS = "三、本年度办理结果"
CARRIED_OVER = ("carried_over", "四、结转下年度继续办理")
_GROUPS: tuple[tuple[str | None, str, Labels], ...] = (
    ("granted", "（一）予以公开", ()),
    ("partly_granted", "（二）部分公开（区分处理的，只计这一情形，不计其他情形）", ()),
    (
        None,
        "（三）不予公开",
        (
            ("refused_state_secret", "1.属于国家秘密"),
            ("refused_prohibited_by_law", "2.其他法律行政法规禁止公开"),
            ("refused_security_and_stability", "3.危及“三安全一稳定”"),
            ("refused_third_party_rights", "4.保护第三方合法权益"),
            ("refused_internal_affairs", "5.属于三类内部事务信息"),
            ("refused_process_information", "6.属于四类过程性信息"),
            ("refused_enforcement_file", "7.属于行政执法案卷"),
            ("refused_administrative_query", "8.属于行政查询事项"),
        ),
    ),
    (
        None,
        "（四）无法提供",
        (
            ("unavailable_not_held", "1.本机关不掌握相关政府信息"),
            ("unavailable_needs_creation", "2.没有现成信息需要另行制作"),
            ("unavailable_still_unclear", "3.补正后申请内容仍不明确"),
        ),
    ),
    (
        None,
        "（五）不予处理",
        (
            ("rejected_petition", "1.信访举报投诉类申请"),
            ("rejected_repeat", "2.重复申请"),
            ("rejected_publication", "3.要求提供公开出版物"),
            ("rejected_excessive", "4.无正当理由大量反复申请"),
            ("rejected_confirmation", "5.要求行政机关确认或重新出具已获取信息"),
        ),
    ),
)
_OTHER_2021 = (
    None,
    "（六）其他处理",
    (
        (
            "other_not_corrected_in_time",
            "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
        ),
        ("other_fee_unpaid", "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请"),
        ("other_remaining", "3.其他"),
    ),
)
TOTAL = ("total", "（七）总计")
GROUPS: dict[str, tuple[tuple[str | None, str, Labels], ...]] = {
    "2019": (*_GROUPS, ("other", "（六）其他处理", ())),
    "2021": (*_GROUPS, _OTHER_2021),
}

REVIEW_BLOCKS: Labels = (
    ("reconsideration", "行政复议"),
    ("litigation_direct", "未经复议直接起诉"),
    ("litigation_after_reconsideration", "复议后起诉"),
)
REVIEW_RESULTS: Labels = (
    ("upheld", "结果维持"),
    ("corrected", "结果纠正"),
    ("other", "其他结果"),
    ("pending", "尚未审结"),
    ("total", "总计"),
)

# The statistics table of 2014-2018: (key, indicator, unit, indent). Keys are those of the field's notes where it names them.
STATISTICS_2014: tuple[tuple[str, str, str, int], ...] = (
    ("", "一、主动公开情况", "——", 0),
    ("open_total", "（一）主动公开政府信息数（不同渠道和方式公开相同信息计1条）", "条", 1),
    ("open_normative", "其中：主动公开规范性文件数", "条", 2),
    ("normative_issued", "制发规范性文件总数", "件", 2),
    ("", "（二）通过不同渠道和方式公开政府信息的情况", "——", 1),
    ("channel_gazette", "1.政府公报公开政府信息数", "条", 2),
    ("channel_website", "2.政府网站公开政府信息数", "条", 2),
    ("channel_weibo", "3.政务微博公开政府信息数", "条", 2),
    ("channel_wechat", "4.政务微信公开政府信息数", "条", 2),
    ("channel_other", "5.其他方式公开政府信息数", "条", 2),
    ("", "二、回应解读情况", "——", 0),
    (
        "responses_total",
        "（一）回应公众关注热点或重大舆情数（不同方式回应同一热点或舆情计1次）",
        "次",
        1,
    ),
    ("", "（二）通过不同渠道和方式回应解读的情况", "——", 1),
    ("press_conferences", "1.参加或举办新闻发布会总次数", "次", 2),
    ("press_conferences_by_leader", "其中：主要负责同志参加新闻发布会次数", "次", 3),
    ("online_interviews", "2.政府网站在线访谈次数", "次", 2),
    ("online_interviews_by_leader", "其中：主要负责同志参加政府网站在线访谈次数", "次", 3),
    ("interpretation_articles", "3.政策解读稿件发布数", "篇", 2),
    ("weibo_wechat_events", "4.微博微信回应事件数", "次", 2),
    ("other_events", "5.其他方式回应事件数", "次", 2),
    ("", "三、依申请公开情况", "——", 0),
    ("received", "（一）收到申请数", "件", 1),
    ("received_in_person", "1.当面申请数", "件", 2),
    ("received_fax", "2.传真申请数", "件", 2),
    ("received_online", "3.网络申请数", "件", 2),
    ("received_letter", "4.信函申请数", "件", 2),
    ("closed", "（二）申请办结数", "件", 1),
    ("closed_on_time", "1.按时办结数", "件", 2),
    ("closed_extended", "2.延期办结数", "件", 2),
    ("replies", "（三）申请答复数", "件", 1),
    ("reply_already_public", "1.属于已主动公开范围数", "件", 2),
    ("reply_granted", "2.同意公开答复数", "件", 2),
    ("reply_partial", "3.同意部分公开答复数", "件", 2),
    ("reply_refused", "4.不同意公开答复数", "件", 2),
    ("refused_state_secret", "其中：涉及国家秘密", "件", 3),
    ("refused_trade_secret", "涉及商业秘密", "件", 3),
    ("refused_privacy", "涉及个人隐私", "件", 3),
    (
        "refused_safety_stability",
        "危及国家安全、公共安全、经济安全和社会稳定",
        "件",
        3,
    ),
    ("refused_not_gov_info", "不是《条例》所指政府信息", "件", 3),
    ("refused_other_law", "法律法规规定的其他情形", "件", 3),
    ("reply_not_this_agency", "5.不属于本行政机关公开数", "件", 2),
    ("reply_not_exist", "6.申请信息不存在数", "件", 2),
    ("reply_amend", "7.告知作出更改补充数", "件", 2),
    ("reply_other_channel", "8.告知通过其他途径办理数", "件", 2),
    ("reconsideration", "四、行政复议数量", "件", 0),
    ("reconsideration_upheld", "（一）维持具体行政行为数", "件", 1),
    ("reconsideration_corrected", "（二）被依法纠错数", "件", 1),
    ("reconsideration_other", "（三）其他情形数", "件", 1),
    ("litigation", "五、行政诉讼数量", "件", 0),
    ("litigation_upheld_or_dismissed", "（一）维持具体行政行为或者驳回原告诉讼请求数", "件", 1),
    ("litigation_corrected", "（二）被依法纠错数", "件", 1),
    ("litigation_other", "（三）其他情形数", "件", 1),
    ("complaints", "六、举报投诉数量", "件", 0),
    ("fees_wan_yuan", "七、依申请公开信息收取的费用", "万元", 0),
    ("", "八、机构建设和保障经费情况", "——", 0),
    ("special_offices", "（一）政府信息公开工作专门机构数", "个", 1),
    ("reading_points", "（二）设置政府信息公开查阅点数", "个", 1),
    ("staff", "（三）从事政府信息公开工作人员数", "人", 1),
    ("staff_full_time", "1.专职人员数（不包括政府公报及政府网站工作人员数）", "人", 2),
    ("staff_part_time", "2.兼职人员数", "人", 2),
    (
        "special_budget_wan_yuan",
        "（四）政府信息公开专项经费（不包括用于政府公报编辑管理及政府网站建设维护等方面的经费）",
        "万元",
        1,
    ),
    ("", "九、政府信息公开会议和培训情况", "——", 0),
    ("meetings", "（一）召开政府信息公开工作会议或专题会议数", "次", 1),
    ("trainings", "（二）举办各类培训班数", "次", 1),
    ("trainees", "（三）接受培训人员数", "人次", 1),
)


def leaves(edition: str) -> list[str]:
    """Keys of the result rows that add up to the row `total`."""
    keys: list[str] = []
    for key, _, rows in GROUPS[edition]:
        keys += [key] if key else [leaf for leaf, _ in rows]
    return keys


def request_rows(edition: str) -> list[str]:
    """Keys of all data rows of the requests table, in printed order."""
    return ["new", "carried_in", *leaves(edition), "total", "carried_over"]


def proactive_keys(edition: str) -> list[str]:
    return [
        f"proactive.{row}.{column}"
        for clause in PROACTIVE[edition]
        for row, _ in clause.rows
        for column, _ in clause.columns
    ]


def request_keys(edition: str) -> list[str]:
    return [f"requests.{row}.{column}" for row in request_rows(edition) for column, _ in APPLICANTS]


def review_keys() -> list[str]:
    return [
        f"review_litigation.{block}.{result}" for block, _ in REVIEW_BLOCKS for result, _ in REVIEW_RESULTS
    ]
