"""Whose figures a report holds: the body's own, or those of others too (a county's departments, townships).

Only a sentence that speaks of the report's figures says it. An office that collects the figures of others all
year round (汇总各部门信息公开数据) says nothing about its own report.
"""

from __future__ import annotations

import re

_OTHERS = (
    r"(?:全省|全市|全县|全区|全旗|全州|全镇|全乡|全系统|各级|各部门|各单位|各乡|各镇|各街|各县|各区|各市|各旗|各委|各有关部门|各直属|"
    r"所属|下属|下级|本级及|本级和|直属单位|省直|市直|县直|区直|乡镇|街道)"
)
_AGGREGATE = re.compile(
    rf"(?:汇总|涵盖|包含|包括|统计|综合|纳入).{{0,24}}{_OTHERS}.{{0,40}}(?:数据|情况|统计|报告|总结|编制)"
    rf"|(?:数据|统计范围|统计口径|统计数据).{{0,10}}(?:为|包括|涵盖|汇总|包含|含).{{0,16}}{_OTHERS}"
    rf"|(?:根据|依据|基于).{{0,12}}{_OTHERS}.{{0,40}}报告.{{0,6}}(?:汇总|综合)"
)
_OWN = re.compile(
    r"(?:仅|只|限于).{0,4}(?:统计|包括|包含|反映|含|为|涉及)?.{0,16}(?:机关|单位|本级|部门|办公室|办公厅|本局|本委|本厅)"
    r"|(?:统计范围|统计口径|数据).{0,8}(?:本机关|本单位|本级)"
)
_WITHOUT = re.compile(
    rf"(?:不含|不包括|不包含|不涵盖|不涉及|不统计|不计入|未包括|未包含|未含|未汇总|未统计|未纳入|未计入|除外).{{0,20}}?{_OTHERS}"
    rf"|{_OTHERS}.{{0,24}}(?:未纳入|不纳入|未计入|不计入|除外|另行|单独(?:编制|公布|发布)|自行(?:编制|公布|发布))"
)
_OF_REPORT = re.compile(
    r"报告|年报|所列|统计(?:范围|口径|期限|时限)|数据(?:均|为|包括|包含|涵盖|含)|(?:以上|以下|上述|下列|表中|表内).{0,6}数据|编制"
)
_WORK = re.compile(
    r"指导|督促|要求|组织|做好|完成|开展|定期|按(?:月|季|时|期)|每(?:月|季|半年)|及时|通报|考核|培训|审核|催报|加强|规范|负责"
)
_SENTENCE = re.compile(r"[。；;!！?？]")


def scope_of(text: str) -> str:
    """`own`, `aggregate`, or `unknown` where nothing or both is said.

    Args:
        text: the running text, without white space.
    """
    found: set[str] = set()
    for sentence in filter(_OF_REPORT.search, _SENTENCE.split(text)):
        if _WITHOUT.search(sentence) or _OWN.search(sentence):
            found.add("own")
        elif (match := _AGGREGATE.search(sentence)) and not _WORK.search(sentence[: match.start() + 2]):
            found.add("aggregate")
    return found.pop() if len(found) == 1 else "unknown"
