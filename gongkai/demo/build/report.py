"""A report as blocks in printed order, made from its dump."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gongkai.demo.build import form
from gongkai.demo.build.dumps import Dump, read_dump

Role = Literal["title", "heading", "text", "right", "letterhead"]

_HEADING = re.compile(r"^([一二三四五六]|\d(?=、 ))、\s*\S{2,24}$|^其他需要报告的事项$")
_SIGNATURE = re.compile(r"^(\S{2,20}(人民政府|办公室|办事处)|\d{4}年\d{1,2}月\d{1,2}日(印发)?)$")
_LETTERHEAD = re.compile(r"文件$|〔\d{4}〕\d+号$")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph and the role it is printed in."""

    text: str
    role: Role


@dataclass(frozen=True)
class Report:
    """A report as it was printed."""

    name: str
    title: str | None
    blocks: list[Paragraph | form.Table]


def load_report(sources: Path, name: str) -> Report:
    """Reads ``<name>.*-text.txt`` and, for the title and the edition, ``<name>.truth.json``."""
    (path,) = sources.glob(f"{name}.*-text.txt")
    truth = json.loads((sources / f"{name}.truth.json").read_text(encoding="utf-8"))
    dump = read_dump(path)
    return Report(name, truth["title"], _blocks(dump, truth["title"], truth["edition"]))


def _blocks(dump: Dump, title: str | None, edition: str) -> list[Paragraph | form.Table]:
    first, second, third = dump.tables
    tables = iter(
        [form.proactive(first), form.requests(second, edition, exact=dump.exact), form.review(third)]
    )
    blocks: list[Paragraph | form.Table] = []
    body = title is None  # until the title is complete, lines are letterhead or parts of the title
    read = ""
    after_tables = 0
    for block in dump.blocks:
        if isinstance(block, list):
            blocks.append(next(tables))
            after_tables += 1
        elif not body and title and title.startswith(read + _squeeze(block)):
            read += _squeeze(block)
            body = read == title
            blocks.append(Paragraph(block, "title"))
        else:
            blocks.append(Paragraph(block, _role(block, ended=after_tables == 3)))
    return blocks


def _role(text: str, *, ended: bool) -> Role:
    if _LETTERHEAD.search(text) and not ended:
        return "letterhead" if len(text) < 20 else "text"
    if _HEADING.match(text):
        return "heading"
    return "right" if ended and _SIGNATURE.match(text) else "text"


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)
