"""What pages say of an article in a table above it: 索引号, 发布机构, 发布日期, 文号.

Platforms print these facts as a table, and a page whose article nothing names, a text dump or a Word file
brings that table along as one of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from extraction.document import Document, Table
from extraction.normalise import squeeze

LABELS = frozenset(
    {
        "索引号",
        "发布机构",
        "发文机关",
        "发布单位",
        "公开机构",
        "信息来源",
        "来源",
        "成文日期",
        "生成日期",
        "发文日期",
        "发布日期",
        "发布时间",
        "公开日期",
        "文号",
        "发文字号",
        "文件编号",
        "名称",
        "标题",
        "信息名称",
        "公文名称",
    }
)
"""What such facts are called."""
_FIRST_BLOCKS = 12
_LEAST = 2
"""Labels that make a table one of facts."""
_LONGEST = 160


def table_facts(document: Document) -> list[tuple[str, str]]:
    """The facts of a table among a document's first blocks: pairs of a label and the cell behind it."""
    for block in document.blocks[:_FIRST_BLOCKS]:
        if not isinstance(block, Table):
            continue
        rows: dict[int, list[str]] = {}
        for cell in sorted(block.cells, key=lambda each: (each.row, each.column)):
            rows.setdefault(cell.row, []).append(cell.text.strip())
        labels = sum(_label(re.split("[:：]", text)[0]) in LABELS for row in rows.values() for text in row)
        if labels >= _LEAST:
            return [fact for row in rows.values() for fact in _facts(row)]
    return []


def _facts(row: list[str]) -> Iterator[tuple[str, str]]:
    """The facts of one row: a label and the cell behind it, or both in one cell (发布时间：2023-01-15)."""
    for text, value in pairwise([*row, ""]):
        label, mark, rest = re.sub("：", ":", text, count=1).partition(":")
        if mark and _label(label) in LABELS and 0 < len(rest.strip()) <= _LONGEST:
            yield _label(label), rest.strip()
        elif _label(text) in LABELS and 0 < len(value) <= _LONGEST and _label(value) not in LABELS:
            yield _label(text), value


def _label(text: str) -> str:
    return squeeze(text).rstrip(":") if len(text) <= _LONGEST else ""
