"""Lawful figures of one report, and the text printed for each."""

# ruff: noqa: E501 - printed Chinese text and markup, line by line as they stand in real files

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

WHO = (
    "natural_person", "enterprise", "research_institution", "social_organization", "legal_service", "other", "total",
)  # fmt: skip
WHO_HEADS = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
LEAVES: dict[str, list[tuple[str, str]]] = {
    "": [("granted", "（一）予以公开"), ("partly_granted", "（二）部分公开（区分处理的，只计这一情形，不计其他情形）")],
    "（三）不予公开": [
        ("refused_state_secret", "1.属于国家秘密"),
        ("refused_prohibited_by_law", "2.其他法律行政法规禁止公开"),
        ("refused_security_and_stability", "3.危及“三安全一稳定”"),
        ("refused_third_party_rights", "4.保护第三方合法权益"),
        ("refused_internal_affairs", "5.属于三类内部事务信息"),
        ("refused_process_information", "6.属于四类过程性信息"),
        ("refused_enforcement_file", "7.属于行政执法案卷"),
        ("refused_administrative_query", "8.属于行政查询事项"),
    ],
    "（四）无法提供": [
        ("unavailable_not_held", "1.本机关不掌握相关政府信息"),
        ("unavailable_needs_creation", "2.没有现成信息需要另行制作"),
        ("unavailable_still_unclear", "3.补正后申请内容仍不明确"),
    ],
    "（五）不予处理": [
        ("rejected_petition", "1.信访举报投诉类申请"),
        ("rejected_repeat", "2.重复申请"),
        ("rejected_publication", "3.要求提供公开出版物"),
        ("rejected_excessive", "4.无正当理由大量反复申请"),
        ("rejected_confirmation", "5.要求行政机关确认或重新出具已获取信息"),
    ],
}  # fmt: skip
OTHERS_2021 = [
    ("other_not_corrected_in_time", "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请"),
    ("other_fee_unpaid", "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请"),
    ("other_remaining", "3.其他"),
]
BLOCKS = ("reconsideration", "litigation_direct", "litigation_after_reconsideration")
OUTCOMES = (
    ("upheld", "结果维持"), ("corrected", "结果纠正"), ("other", "其他结果"), ("pending", "尚未审结"), ("total", "总计"),
)  # fmt: skip
PROACTIVE_2021 = {
    "regulations": ("issued", "repealed", "in_force"),
    "normative_documents": ("issued", "repealed", "in_force"),
    "licensing": ("decisions",),
    "penalties": ("decisions",),
    "coercive_measures": ("decisions",),
    "fees": ("amount_wan_yuan",),
}
PROACTIVE_2019 = {
    "regulations": ("made_this_year", "newly_disclosed", "total_disclosed"),
    "normative_documents": ("made_this_year", "newly_disclosed", "total_disclosed"),
    "licensing": ("items_last_year", "change", "decisions"),
    "other_services": ("items_last_year", "change", "decisions"),
    "penalties": ("items_last_year", "change", "decisions"),
    "coercive_measures": ("items_last_year", "change", "decisions"),
    "fees": ("items_last_year", "change"),
    "procurement": ("items", "amount_yuan"),
}


def leaves(edition: str) -> dict[str, list[tuple[str, str]]]:
    """The result rows by group, in printed order."""
    if edition == "2019":
        return {**LEAVES, " ": [("other", "（六）其他处理")]}
    return {**LEAVES, "（六）其他处理": OTHERS_2021}


@dataclass
class Figures:
    """One report's figures and how each is printed."""

    edition: str
    year: int
    agency: str
    values: dict[str, Any] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)

    def text(self, key: str) -> str:
        return self.printed[key]

    @property
    def title(self) -> str:
        return f"{self.agency}{self.year}年政府信息公开工作年度报告"

    def truth(self) -> dict[str, Any]:
        return {
            "kind": "report", "title": self.title, "agency": self.agency, "year": self.year, "edition": self.edition,
            "editions": dict.fromkeys(("proactive", "requests", "review_litigation"), self.edition),
            "missing_tables": [],
            "cells": {
                key: {"value": self.values[key], "status": self.status[key], "raw": self.printed[key]}
                for key in self.values
            },
        }  # fmt: skip


def draw(rng: random.Random, edition: str = "2021", scale: int | None = None) -> Figures:
    """Lawful figures: all identities hold."""
    year = rng.choice([2021, 2022, 2023, 2024] if edition == "2021" else [2019, 2020])
    county = rng.choice(["青河县", "临泉县", "丹凤县", "南漳县", "嵩明县"])
    out = Figures(edition, year, county + rng.choice(["人民政府", "教育体育局", "财政局", "自然资源局"]))
    scale = scale if scale is not None else rng.choice([3, 9, 40, 300, 2500])
    density = rng.choice([0.3, 0.6, 0.95])

    def figure() -> int:
        return rng.randint(1, scale) if rng.random() < density else 0

    rows = [key for group in leaves(edition).values() for key, _ in group]
    for who in WHO[:-1]:
        for row in rows:
            out.values[f"requests.{row}.{who}"] = figure()
        total = sum(out.values[f"requests.{row}.{who}"] for row in rows)
        over = min(figure(), scale)
        carried = rng.randint(0, total + over)
        out.values[f"requests.total.{who}"] = total
        out.values[f"requests.carried_over.{who}"] = over
        out.values[f"requests.carried_in.{who}"] = carried
        out.values[f"requests.new.{who}"] = total + over - carried
    for row in ("new", "carried_in", *rows, "total", "carried_over"):
        out.values[f"requests.{row}.total"] = sum(out.values[f"requests.{row}.{who}"] for who in WHO[:-1])
    for block in BLOCKS:
        parts = [figure() for _ in range(4)]
        for (key, _), value in zip(OUTCOMES, [*parts, sum(parts)], strict=True):
            out.values[f"review_litigation.{block}.{key}"] = value
    forms = PROACTIVE_2021 if edition == "2021" else PROACTIVE_2019
    for row, columns in forms.items():
        for column in columns:
            value: Any = figure()
            if column == "amount_wan_yuan":
                value = round(rng.uniform(0, 900), 2) if rng.random() < 0.7 else 0
            if column == "change" and rng.random() < 0.5:
                value = -value
            if column == "newly_disclosed":
                value = min(value, out.values[f"proactive.{row}.made_this_year"])
            if column == "total_disclosed":
                value += out.values[f"proactive.{row}.newly_disclosed"]
            out.values[f"proactive.{row}.{column}"] = value
    restyle(out, plain)
    return out


Style = Callable[[str, Any], tuple[str, Any, str]]
"""(key, value) -> printed text, true value, status."""


def restyle(figures: Figures, style: Style) -> None:
    """Print every figure in a style."""
    for key, value in figures.values.items():
        figures.printed[key], figures.values[key], figures.status[key] = style(key, value)


def plain(_: str, value: Any) -> tuple[str, Any, str]:
    return str(value), value, "number"


def styles(rng: random.Random) -> dict[str, Style]:
    """The ways in which agencies print figures."""

    def other(make: Callable[[str, Any], str], status: str = "number") -> Style:
        def style(key: str, value: Any) -> tuple[str, Any, str]:
            return make(key, value), value, status

        return style

    def wide(_: str, value: Any) -> str:
        return str(value).translate({48 + d: 0xFF10 + d for d in range(10)})

    def empty(mark: str, status: str, share: float = 0.8) -> Style:
        def style(_: str, value: Any) -> tuple[str, Any, str]:
            return (
                (mark, None, status) if value == 0 and rng.random() < share else (str(value), value, "number")
            )

        return style

    def letter_zero(mark: str) -> Style:
        def style(_: str, value: Any) -> tuple[str, Any, str]:
            return (
                (mark, value, "number")
                if value == 0 and rng.random() < 0.3
                else (str(value), value, "number")
            )

        return style

    def unit(key: str, value: Any) -> str:
        money = {"amount_wan_yuan": "万元", "amount_yuan": "元"}
        return f"{value}{money.get(key.split('.')[-1], '件')}"

    def footnote(_: str, value: Any) -> str:
        return f"{value}{rng.choice(['①', '注', '*', '²', '[1]'])}" if rng.random() < 0.05 else str(value)

    return {
        "plain": plain,
        "wide": other(wide),
        "thousands": other(lambda _, v: f"{v:,}"),
        "spaces": other(lambda _, v: rng.choice(["\u3000\u3000", "\u00a0", "  ", "\u2003"]) + str(v) + rng.choice(["", "\u00a0"])),
        "blank": empty("", "blank"),
        "all_blank": empty("", "blank", 1.0),
        "nbsp": empty("\u00a0", "blank"),
        "dash": empty("—", "dash"),
        "slash": empty("/", "dash"),
        "none": empty("无", "not_applicable"),
        "letter_o": letter_zero("O"),
        "circle": letter_zero("〇"),
        "hanzi": letter_zero("零"),
        "unit": other(unit),
        "footnote": other(footnote),
        "zero_width": other(lambda _, v: f"\u200b{v}"),
    }  # fmt: skip
